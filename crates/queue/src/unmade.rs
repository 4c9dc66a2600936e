//! A queue that is not made yet (未建立的队列), for those who only look: nothing waits in it, and nothing is made by a look.

use crate::{Delivery, Error, Queue, Result};
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// A queue that is not made yet.
#[derive(Debug)]
pub struct UnmadeQueue {
    place: String,
}

impl UnmadeQueue {
    /// The queue that is going to be at a place, which is for people.
    pub fn at(place: &str) -> Self {
        Self {
            place: place.to_owned(),
        }
    }

    fn refused<T>(&self) -> Result<T> {
        let place = &self.place;
        Err(Error::Fault(format!("{place} is not made yet")))
    }
}

#[async_trait]
impl Queue for UnmadeQueue {
    fn name(&self) -> String {
        self.place.clone()
    }

    async fn declare(&self, _: &str) -> Result<()> {
        self.refused()
    }

    async fn put(&self, _: &str, _: &[Bytes]) -> Result<()> {
        self.refused()
    }

    async fn take(&self, _: &str, _: usize, _: Duration) -> Result<Vec<Delivery>> {
        self.refused()
    }

    async fn ack(&self, _: &[Delivery]) -> Result<()> {
        self.refused()
    }

    async fn release(&self, _: &[Delivery]) -> Result<()> {
        self.refused()
    }

    async fn depth(&self, _: &str) -> Result<u64> {
        Ok(0)
    }
}
