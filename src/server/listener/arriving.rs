//! A body that arrives: once it is here whole, its request is being answered.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

use super::table::{Busy, Place};

/// Tells that a request is being answered, from when all of it is here until this is dropped.
#[derive(Debug, Clone, Default)]
pub(super) struct Answering(Arc<OnceLock<Busy>>);

/// The body of a request.
pub(super) struct Arriving<B> {
    body: B,
    place: Arc<Place>,
    answering: Answering,
}

impl<B: Body> Arriving<B> {
    pub(super) fn new(body: B, place: Arc<Place>, answering: Answering) -> Self {
        let arriving = Self { body, place, answering };
        arriving.note(arriving.body.is_end_stream());
        arriving
    }

    fn note(&self, is_here: bool) {
        if is_here {
            self.answering.0.get_or_init(|| self.place.busy());
        }
    }
}

impl<B: Body + Unpin> Body for Arriving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_frame(context);
        this.note(matches!(polled, Poll::Ready(None)) || this.body.is_end_stream());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
