//! The memory that answers may take while their readers take their time, and bodies while their senders do.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Up to so many bytes are not counted.
pub(super) const SMALL: usize = 16 * 1024;
/// What one place of the count stands for, in bytes.
const UNIT: usize = 1024;

/// Counts the bytes of large answers that are not sent yet, and of large bodies that are not here yet.
#[derive(Debug, Clone)]
pub(in crate::server) struct Unread {
    places: Arc<Semaphore>,
    /// Of bodies, apart: who holds back the end of one keeps nobody from an answer.
    arriving: Arc<Semaphore>,
    most: usize,
}

/// An answer, and the places that it takes until its last byte is sent.
struct Counted {
    body: Vec<u8>,
    _places: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl Unread {
    pub(in crate::server) fn new(bytes: usize) -> Self {
        let most = (bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(most)), arriving: Arc::new(Semaphore::new(most)), most }
    }

    /// Takes room for so many more bytes of a body that arrives, until it is dropped; `None` when there is none.
    pub(super) fn arriving(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let places = u32::try_from((bytes / UNIT).min(self.most)).unwrap_or(u32::MAX);
        self.arriving.try_acquire_many(places).ok()
    }

    /// Waits until there is room for an answer; `None` when there is none in time.
    pub(super) async fn body(&self, body: Vec<u8>, patience: Duration) -> Option<Bytes> {
        if body.len() <= SMALL {
            return Some(body.into());
        }
        // One that is larger than all the room there is takes all of it.
        let places = u32::try_from((body.len() / UNIT).min(self.most)).unwrap_or(u32::MAX);
        let waiting = Arc::clone(&self.places).acquire_many_owned(places);
        let places = tokio::time::timeout(patience, waiting).await.ok()?.ok()?;
        Some(Bytes::from_owner(Counted { body, _places: places }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_large_answer_takes_its_room_until_it_is_dropped() {
        let unread = Unread::new(100 * UNIT);
        let patience = Duration::from_millis(1);
        let first = unread.body(vec![1; 80 * UNIT], patience).await.unwrap();
        assert_eq!(unread.body(vec![1; 40 * UNIT], patience).await, None);
        assert!(unread.body(vec![1; SMALL], patience).await.is_some());
        let part = first.slice(..1);
        drop(first);
        assert_eq!(unread.body(vec![1; 40 * UNIT], patience).await, None, "a part of it is still being sent");
        drop(part);
        assert!(unread.body(vec![1; 400 * UNIT], patience).await.is_some());
    }
}
