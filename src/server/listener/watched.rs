//! A stream that is watched: when its last byte moved, and that its reader does not stand still.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::alarm::Alarm;
use super::table::Place;

/// A stream that is watched.
pub(super) struct Watched {
    stream: TcpStream,
    place: Arc<Place>,
    patience: Duration,
    /// How long the head of a request may take, from its first byte.
    head_patience: Duration,
    /// By when the head that arrives has to be here.
    head: Option<Instant>,
    /// How many heads had come by then.
    heads: usize,
    /// When its last byte came or went.
    moved: Instant,
    /// Rings when a head is late, or its first byte.
    late: Alarm,
    /// Runs while there is something to send that the other side does not take.
    stalled: Option<Pin<Box<Sleep>>>,
    is_stalled: bool,
}

impl Watched {
    /// Watches a new connection, whose first head is awaited at once.
    pub(super) fn new(stream: TcpStream, place: Arc<Place>, patience: Duration, head_patience: Duration) -> Self {
        let moved = Instant::now();
        let head = Some(moved + head_patience);
        let (late, stalled) = (Alarm::default(), None);
        Self { stream, place, patience, head_patience, head, heads: 0, moved, late, stalled, is_stalled: false }
    }

    /// Notes that a byte came or went.
    fn moved(&mut self) {
        self.moved = Instant::now();
        self.place.moved(self.moved);
    }

    /// Returns by when something has to come: the rest of a head, or the first byte of the next.
    fn deadline(&self) -> Instant {
        self.head.unwrap_or_else(|| self.moved + self.patience.max(self.head_patience))
    }

    /// Passes on what a write gave; one that waits too long ends the connection.
    fn wrote<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.is_stalled = false;
            self.moved();
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        if !self.is_stalled {
            self.is_stalled = true;
            stalled.as_mut().reset(Instant::now() + patience);
        }
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other side reads nothing")))
    }
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() {
            this.moved();
        }
        let heads = this.place.heads();
        if heads != this.heads {
            (this.heads, this.head) = (heads, None);
        }
        if !this.place.awaits_head() {
            this.head = None;
            return read;
        }
        if buffer.filled().len() > before && this.head.is_none() {
            this.head = Some(this.moved + this.head_patience);
        }
        if this.late.poll(this.deadline(), context).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of the request takes too long")));
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(written, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, pieces);
        this.wrote(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.wrote(flushed, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
