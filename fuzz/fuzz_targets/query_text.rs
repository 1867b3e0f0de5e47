//! Any text as a document: through the bounds, the parser, the rules of the schema, and the execution.
#![no_main]

use eragraph_fuzz::Service;
use libfuzzer_sys::fuzz_target;

thread_local!(static SERVICE: Service = Service::default());

fuzz_target!(|query: &str| {
    let body = serde_json::json!({ "query": query }).to_string();
    SERVICE.with(|service| service.post(body.into_bytes()));
});
