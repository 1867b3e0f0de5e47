//! A client of HTTP/1.1 that is no better than it has to be: it sends bytes, and reads one answer.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How much of a body is kept to be looked at.
const KEPT: usize = 4096;

/// A connection.
pub(crate) struct Http {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The beginning of the body.
    pub(crate) body: Vec<u8>,
    /// Whether the connection ends with it.
    pub(crate) closes: bool,
}

impl Answer {
    /// Says what it was: its status, and the code of its error where it has one.
    pub(crate) fn word(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let code = body.split_once("\"code\":\"").and_then(|(_, rest)| rest.split_once('"'));
        code.map_or_else(|| self.status.to_string(), |(code, _)| format!("{} {code}", self.status))
    }
}

impl Http {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.answer().await
    }

    /// Reads one answer, and what follows it stays for the next.
    pub(crate) async fn answer(&mut self) -> io::Result<Answer> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
        self.read.drain(..end);
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
        let header =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        let closes = header("connection") == Some("close");
        let mut body = Vec::new();
        if header("transfer-encoding") == Some("chunked") {
            while self.chunk(&mut body).await? {}
        } else {
            let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
            self.take(length, &mut body).await?;
        }
        Ok(Answer { status, body, closes })
    }

    /// Reads a chunk; tells whether there are more.
    async fn chunk(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        let end = loop {
            if let Some(at) = self.read.windows(2).position(|two| two == b"\r\n") {
                break at;
            }
            self.more().await?;
        };
        let line = String::from_utf8_lossy(&self.read[..end]).into_owned();
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        self.read.drain(..end + 2);
        self.take(length, body).await?;
        self.take(2, &mut Vec::new()).await?;
        Ok(length > 0)
    }

    async fn take(&mut self, length: usize, body: &mut Vec<u8>) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            if self.read.is_empty() {
                self.more().await?;
            }
            let taken = left.min(self.read.len());
            let room = KEPT.saturating_sub(body.len());
            body.extend(self.read.drain(..taken).take(room));
            left -= taken;
        }
        Ok(())
    }

    async fn more(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// Writes a request with a JSON body.
pub(crate) fn post(body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Writes a question.
pub(crate) fn question(query: &str) -> Vec<u8> {
    post(&serde_json::json!({ "query": query }).to_string())
}

/// Writes a request without a body.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n").into_bytes()
}
