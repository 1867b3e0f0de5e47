//! Very long results, read to their end page by page: what a page costs at the beginning, and what at the end.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Connection;
use crate::data::Data;
use crate::questions::{body, request};
use crate::rounds::{Spread, spread};

const UNITS: &str = "query($a:Date!,$after:String){view(at:{date:$a}){units(first:1000,after:$after){\
     pageInfo{hasNextPage endCursor} nodes{unitId name parent{unitId}}}}}";
const CHANGES: &str = "query($a:Date!,$b:Date!,$after:String){diff(from:{date:$a},to:{date:$b}){\
     changes(first:1000,after:$after){pageInfo{hasNextPage endCursor} \
     nodes{kind unit{id} before{name} after{name}}}}}";

/// How many pages at either end are told of.
const FEW: usize = 10;

/// What the pages of a result cost, in microseconds.
#[derive(Debug)]
pub struct Pages {
    pub what: &'static str,
    pub count: usize,
    pub first: Spread,
    pub last: Spread,
}

/// Reads all units of a day, and all changes between the ends.
pub fn read(address: SocketAddr, data: &Data) -> Outcome<Vec<Pages>> {
    let (first, last) = data.dates.first().zip(data.dates.last()).ok_or("a history without a day")?;
    let units = to_the_end(address, UNITS, json!({"a": last}), &["view", "units"])?;
    let changes = to_the_end(address, CHANGES, json!({"a": first, "b": last}), &["diff", "changes"])?;
    let pages = |what, times: Vec<f64>| {
        let few = times.len().min(FEW);
        let (first, last) = (spread(times[..few].to_vec()), spread(times[times.len() - few..].to_vec()));
        Pages { what, count: times.len(), first, last }
    };
    Ok(vec![pages("all units of the last day", units), pages("all changes between the ends", changes)])
}

/// Returns how long each page took. The last page, which is seldom full, does not count where there are others.
fn to_the_end(address: SocketAddr, text: &str, mut variables: Value, place: &[&str]) -> Outcome<Vec<f64>> {
    let mut connection = Connection::open(address)?;
    let mut times = Vec::new();
    loop {
        let request = request("/graphql", &body(text, &variables));
        let sent = Instant::now();
        let answer = connection.ask(&request)?;
        times.push(sent.elapsed().as_secs_f64() * 1e6);
        let answer: Value = serde_json::from_slice(answer)?;
        let page = place.iter().fold(&answer["data"], |value, name| &value[name]);
        let about = &page["pageInfo"];
        match about["hasNextPage"].as_bool() {
            Some(true) => variables["after"] = about["endCursor"].clone(),
            Some(false) => break,
            None => return Err(format!("a page was not answered: {answer}").into()),
        }
    }
    if times.len() > 1 {
        times.pop();
    }
    Ok(times)
}
