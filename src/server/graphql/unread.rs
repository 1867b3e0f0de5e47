//! The memory that answers may take while their readers take their time, and bodies while their senders do.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Up to so many bytes are not counted.
pub(super) const SMALL: usize = 16 * 1024;
/// What one place of the count stands for, in bytes.
const UNIT: usize = 1024;

/// Counts the bytes of large answers that are not sent yet, and of large bodies that are not here yet.
#[derive(Debug, Clone)]
pub(in crate::server) struct Unread {
    places: Arc<Semaphore>,
    /// Of answers that wait for their places: as many as there are places.
    waiting: Arc<Semaphore>,
    /// Of bodies, apart: who holds back the end of one keeps nobody from an answer.
    arriving: Arc<Semaphore>,
    most: usize,
}

/// An answer, and the places that it takes until its last byte is sent.
struct Counted {
    body: Bytes,
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
        let places = || Arc::new(Semaphore::new(most));
        Self { places: places(), waiting: places(), arriving: places(), most }
    }

    /// Takes room for so many bytes that arrive, until it is dropped; `None` when there is none.
    pub(super) fn arriving(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.arriving).try_acquire_many_owned(self.places_for(bytes)).ok()
    }

    /// Returns how much room there is in all, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.most.saturating_mul(UNIT)
    }

    /// Returns the places for so many bytes; more than all the room there is take all of it.
    fn places_for(&self, bytes: usize) -> u32 {
        u32::try_from((bytes / UNIT).min(self.most)).unwrap_or(u32::MAX)
    }

    /// Waits until there is room for an answer; `None` when there is none in time, or too much waits for it already.
    pub(super) async fn body(&self, body: Bytes, patience: Duration) -> Option<Bytes> {
        if body.len() <= SMALL {
            return Some(body);
        }
        let needed = self.places_for(body.len());
        let places = if let Ok(places) = Arc::clone(&self.places).try_acquire_many_owned(needed) {
            places
        } else {
            let _waits = self.waiting.try_acquire_many(needed).ok()?;
            let room = Arc::clone(&self.places).acquire_many_owned(needed);
            tokio::time::timeout(patience, room).await.ok()?.ok()?
        };
        Some(Bytes::from_owner(Counted { body, _places: places }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(units: usize) -> Bytes {
        vec![1; units * UNIT].into()
    }

    #[tokio::test]
    async fn a_large_answer_takes_its_room_until_it_is_dropped() {
        let unread = Unread::new(100 * UNIT);
        let patience = Duration::from_millis(1);
        let first = unread.body(bytes(80), patience).await.unwrap();
        assert_eq!(unread.body(bytes(40), patience).await, None);
        assert!(unread.body(vec![1; SMALL].into(), patience).await.is_some());
        let part = first.slice(..1);
        drop(first);
        assert_eq!(unread.body(bytes(40), patience).await, None, "a part of it is still being sent");
        drop(part);
        assert!(unread.body(bytes(400), patience).await.is_some());
    }

    #[tokio::test]
    async fn no_more_waits_than_there_is_room_for() {
        let unread = Unread::new(100 * UNIT);
        let _first = unread.body(bytes(100), Duration::ZERO).await.unwrap();
        let waits = unread.body(bytes(80), Duration::MAX);
        let is_turned_away = unread.body(bytes(40), Duration::MAX);
        tokio::select! {
            biased;
            _ = waits => panic!("there is no room"),
            answer = is_turned_away => assert_eq!(answer, None),
        }
    }

    #[tokio::test]
    async fn what_arrives_takes_room_of_its_own() {
        let unread = Unread::new(100 * UNIT);
        let first = unread.arriving(80 * UNIT).unwrap();
        assert!(unread.arriving(40 * UNIT).is_none());
        assert!(unread.body(bytes(80), Duration::from_millis(1)).await.is_some());
        drop(first);
        assert!(unread.arriving(40 * UNIT).is_some());
    }
}
