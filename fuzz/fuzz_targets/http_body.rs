//! Any bytes as the body of a POST to `/graphql`.
#![no_main]

use eragraph_fuzz::Service;
use libfuzzer_sys::fuzz_target;

thread_local!(static SERVICE: Service = Service::default());

fuzz_target!(|body: &[u8]| SERVICE.with(|service| service.post(body.to_vec())));
