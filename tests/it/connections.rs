//! The bounds on connections, over real ones: heads, bodies, slow clients, too many of them, and how the service ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eragraph::config::{Config, Limits};

use crate::service::{Loaded, Served};

fn served(set: impl FnOnce(&mut Limits)) -> Served {
    let mut config = Config::default();
    set(&mut config.limits);
    Served::of(Loaded::of("examples/riverside-library"), config)
}

/// Reads until the other side ends the connection.
#[track_caller]
fn rest(mut stream: &TcpStream) -> String {
    let mut read = Vec::new();
    match stream.read_to_end(&mut read) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// Asks whether the service lives, over a connection that stays open; panics when it does not.
#[track_caller]
fn ask(mut stream: &TcpStream) {
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"live\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&answer));
        answer.extend(byte);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_head_that_is_too_large_or_has_too_many_lines_is_refused() {
    let served = served(|limits| limits.head_bytes = 16 * 1024);
    for lines in [format!("a: {}\r\n", "b".repeat(64 * 1024)), "a: b\r\n".repeat(500)] {
        let mut stream = served.connect();
        // It may be refused, and the connection ended, before all of it is written.
        let _ = stream.write_all(format!("GET /health/live HTTP/1.1\r\nhost: a\r\n{lines}\r\n").as_bytes());
        let answer = rest(&stream);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    ask(&served.connect());
}

#[test]
fn what_is_no_http_is_refused() {
    let served = served(|_| {});
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &vec![0; 100_000],
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut stream = served.connect();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let answer = rest(&stream);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5"), "{answer}");
    }
    ask(&served.connect());
}

#[test]
fn who_sends_no_whole_head_is_not_waited_for() {
    let served = served(|limits| limits.read_timeout = Duration::from_millis(50));
    for part in ["", "GET /health/live HT", "GET /health/live HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = served.connect();
        stream.write_all(part.as_bytes()).unwrap();
        assert_eq!(rest(&stream), "", "{part}");
    }
    ask(&served.connect());
}

#[test]
fn who_sends_no_whole_body_is_not_waited_for() {
    let served = served(|limits| limits.read_timeout = Duration::from_millis(50));
    let mut stream = served.connect();
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n";
    stream.write_all(format!("{head}{{\"query\":").as_bytes()).unwrap();
    let answer = rest(&stream);
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("TIMEOUT"), "{answer}");
}

#[test]
fn large_bodies_that_do_not_end_take_so_much_memory_and_no_more() {
    let served = served(|limits| limits.unread_bytes = 64 * 1024);
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n";
    let question = format!("{{\"query\": \"{{ __typename }}\"{}}}", " ".repeat(100_000 - 27));
    let hold_back = || {
        let mut stream = served.connect();
        stream.write_all(format!("{head}\r\n{}", question.get(..90_000).unwrap()).as_bytes()).unwrap();
        stream
    };
    let ask = || {
        let mut stream = served.connect();
        // It may be refused before all of it is written.
        let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{question}").as_bytes());
        rest(&stream)
    };
    // What is held back may come later than what is asked, and is refused itself then.
    let mut held_back = Vec::new();
    let mut refused = "HTTP/1.1 200".to_owned();
    while refused.starts_with("HTTP/1.1 200") && held_back.len() < 1_000 {
        held_back.push(hold_back());
        refused = ask();
    }
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 503") && refused.contains("BUSY"), "{refused}");
    drop(held_back);
    let answered = (0..1_000).map(|_| ask()).find(|answer| answer.starts_with("HTTP/1.1 200"));
    assert!(answered.is_some_and(|answer| answer.contains("__typename")));
}

#[test]
fn who_reads_nothing_is_not_waited_for() {
    let served = served(|limits| limits.idle_timeout = Duration::from_millis(50));
    let stream = served.connect();
    // More questions than fit on the way, and none of the answers is read until the service has given up.
    let question = b"GET /schema.graphql HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    let has_ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while (&stream).write_all(&question).is_ok() {}
            has_ended.store(true, Ordering::Relaxed);
        });
    });
    assert!(has_ended.load(Ordering::Relaxed), "the service ended the connection");
    ask(&served.connect());
}

#[test]
fn where_there_are_too_many_the_one_idle_longest_makes_place() {
    let served = served(|limits| limits.connections = 16);
    let connections: Vec<TcpStream> = (0..16)
        .map(|_| {
            let stream = served.connect();
            ask(&stream);
            stream
        })
        .collect();
    let (first, others) = connections.split_first().unwrap();
    let last = served.connect();
    ask(&last);
    assert_eq!(rest(first), "");
    others.iter().for_each(ask);
}

#[test]
fn one_that_holds_back_the_end_of_its_body_makes_place_too() {
    let served = served(|limits| {
        limits.connections = 16;
        limits.read_timeout = Duration::from_secs(3600);
    });
    let part = b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let held_back: Vec<TcpStream> = (0..17)
        .map(|_| {
            let mut stream = served.connect();
            stream.write_all(part).unwrap();
            stream
        })
        .collect();
    assert_eq!(rest(held_back.first().unwrap()), "");
    ask(&served.connect());
}

#[test]
fn the_service_ends_when_it_is_told_to_and_refuses_whoever_comes_later() {
    let mut served = served(|_| {});
    let idle = served.connect();
    ask(&idle);
    served.stop();
    assert_eq!(rest(&idle), "");
    assert!(TcpStream::connect(served.address).is_err());
}

#[test]
fn a_request_that_has_begun_is_answered_though_the_service_is_told_to_stop() {
    let mut served = served(|_| {});
    let mut stream = served.connect();
    let body = r#"{"query": "{ eras { id } }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The service asks for the body, so the request is being answered.
    let mut asked_for = [0; 25];
    stream.read_exact(&mut asked_for).unwrap();
    assert_eq!(&asked_for, b"HTTP/1.1 100 Continue\r\n\r\n");
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| served.stop());
        stream.write_all(body.as_bytes()).unwrap();
        let answer = rest(&stream);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"eras\":["), "{answer}");
        stopping.join().unwrap();
    });
}
