//! A small client of HTTP/1.1: it sends requests that are ready, and looks no closer at answers than it must.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

use crate::Outcome;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    filled: usize,
}

/// Where an answer stands in what was received: all of it, and its body.
#[derive(Debug, Clone, Copy)]
struct Answer {
    body: usize,
    end: usize,
    status: u16,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, received: vec![0; 256 * 1024], filled: 0 })
    }

    /// Sends a request and returns the body of its answer, whose status must be 200.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.send(request)?;
        loop {
            if let Some(answer) = self.receive()? {
                self.filled = 0;
                let body = &self.received[answer.body..answer.end];
                if answer.status != 200 {
                    return Err(format!("status {}: {}", answer.status, String::from_utf8_lossy(body)).into());
                }
                return Ok(body);
            }
        }
    }

    fn send(&mut self, request: &[u8]) -> Outcome<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// Receives what has come; returns the answer once it is whole.
    fn receive(&mut self) -> Outcome<Option<Answer>> {
        if self.filled == self.received.len() {
            self.received.resize(self.filled * 2, 0);
        }
        let read = self.stream.read(&mut self.received[self.filled..])?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        self.filled += read;
        whole(&self.received[..self.filled])
    }
}

/// Finds the whole answer in what was received so far.
fn whole(received: &[u8]) -> Outcome<Option<Answer>> {
    const LENGTH: &[u8] = b"content-length:";
    let (mut at, mut length) = (0, None);
    while let Some(line) = received[at..].iter().position(|byte| *byte == b'\n').map(|end| &received[at..at + end]) {
        at += line.len() + 1;
        if line.len() <= 1 {
            let status = received.get(9..12).and_then(number).and_then(|status| status.try_into().ok());
            let end = at + length.ok_or("an answer does not tell its length")?;
            let answer = Answer { body: at, end, status: status.unwrap_or(0) };
            return Ok((received.len() >= end).then_some(answer));
        }
        if line.get(..LENGTH.len()).is_some_and(|name| name.eq_ignore_ascii_case(LENGTH)) {
            length = number(&line[LENGTH.len()..]);
        }
    }
    Ok(None)
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

/// Questions that are asked in turn, and how long the body of each answer is; no lengths where they come in another order.
#[derive(Debug, Clone)]
pub struct Asked {
    pub requests: Vec<Vec<u8>>,
    pub lengths: Vec<usize>,
}

impl Asked {
    fn right(&self, place: usize, body: &[u8]) -> Outcome<()> {
        let Some(expected) = self.lengths.get(place).copied().filter(|expected| *expected != body.len()) else {
            return Ok(());
        };
        let (asked, got) = (String::from_utf8_lossy(&self.requests[place]), String::from_utf8_lossy(body));
        Err(format!("an answer has {} bytes, not {expected}:\n{asked}\n{got:.2000}", body.len()).into())
    }
}

/// Asks over one connection, from a place in the list on, until the time is over; returns how long each answer took.
pub fn one_after_the_other(address: SocketAddr, asked: &Asked, from: usize, time: Duration) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(address)?;
    let (began, mut times, mut place) = (Instant::now(), Vec::new(), from % asked.requests.len());
    while began.elapsed() < time {
        let sent = Instant::now();
        let body = connection.ask(&asked.requests[place])?;
        times.push(sent.elapsed());
        asked.right(place, body)?;
        place = (place + 1) % asked.requests.len();
    }
    Ok(times)
}

/// Asks over several connections at once until the time is over; returns how many answers came in a second.
pub fn at_once(address: SocketAddr, asked: &Asked, connections: usize, from: usize, time: Duration) -> Outcome<f64> {
    // Two threads, so that one that is busy is not what all wait for.
    let threads = 2_usize.min(connections);
    let rates = std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..threads {
            let share = connections / threads;
            let from = from + thread * asked.requests.len() / threads;
            running.push(scope.spawn(move || some_at_once(address, asked, share, from, time)));
        }
        let ended = running.into_iter().map(|thread| thread.join().map_err(|_| "a client ended early")?);
        ended.collect::<Outcome<Vec<f64>>>()
    })?;
    Ok(rates.iter().sum())
}

fn some_at_once(address: SocketAddr, asked: &Asked, connections: usize, from: usize, time: Duration) -> Outcome<f64> {
    let mut open = (0..connections).map(|_| Connection::open(address)).collect::<Outcome<Vec<_>>>()?;
    let mut waiting = vec![0; connections];
    let mut place = from;
    let mut next = || {
        place = (place + 1) % asked.requests.len();
        place
    };
    for (connection, place) in open.iter_mut().zip(&mut waiting) {
        *place = next();
        connection.send(&asked.requests[*place])?;
    }
    let (began, mut answered) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        for number in ready(&open)? {
            let (connection, place) = (&mut open[number], &mut waiting[number]);
            let Some(answer) = connection.receive()? else { continue };
            asked.right(*place, &connection.received[answer.body..answer.end])?;
            connection.filled = 0;
            answered += 1;
            *place = next();
            connection.send(&asked.requests[*place])?;
        }
    }
    Ok(f64::from(answered) / began.elapsed().as_secs_f64())
}

/// Waits until some have something to read, and returns their numbers.
fn ready(open: &[Connection]) -> Outcome<Vec<usize>> {
    let mut events: Vec<PollFd<'_>> =
        open.iter().map(|connection| PollFd::new(&connection.stream, PollFlags::IN)).collect();
    poll(&mut events, Some(&PATIENCE.try_into()?))?;
    Ok((0..).zip(&events).filter(|(_, event)| !event.revents().is_empty()).map(|(number, _)| number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(received: &str, expected: Option<(u16, &str)>) {
        let answer = whole(received.as_bytes()).unwrap();
        let told = answer.map(|answer| (answer.status, &received[answer.body..answer.end]));
        assert_eq!(told, expected, "{received:?}");
    }

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        check("HTTP/1.1 200 OK\r\ncontent-le", None);
        check("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", None);
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx: y\r\n\r\nabc", Some((200, "abc")));
        check("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", Some((503, "")));
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(whole(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
