//! Budget (接收空间): memory for bodies on their way in, handed out by what has arrived.
//!
//! A body that was announced and does not come holds nothing: budget is taken with every piece that
//! arrives, and one caller may hold only his share of it.

use crate::shares::{Full, HeldShare, Holder, Shares};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::time::Duration;

/// The unit in which budget is handed out, in bytes.
const UNIT: usize = 1024;

/// How long a body waits for budget for its next piece.
const WAIT: Duration = Duration::from_secs(2);

/// The budget of bodies; cheap to clone.
#[derive(Debug, Clone)]
pub struct Budget {
    shares: Shares,
}

/// Why a body was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// It is longer than allowed.
    TooLarge,
    /// It broke off, or came too slowly.
    Broken,
    /// The budget is used up.
    Full(Full),
}

impl Budget {
    /// A budget of `bytes_max` bytes, of which one caller may hold `share_bytes_max`; the name is that
    /// of the metrics.
    pub fn new(resource: &'static str, bytes_max: usize, share_bytes_max: usize) -> Self {
        Self {
            shares: Shares::new(resource, bytes_max / UNIT, share_bytes_max / UNIT),
        }
    }

    /// Begins to take something in.
    ///
    /// # Errors
    /// When the budget is used up.
    pub async fn begin(&self, holder: &Holder) -> Result<HeldBudget, Full> {
        Ok(HeldBudget {
            place: self.shares.take(holder, 1, WAIT).await?,
            n_bytes: 0,
            n_units: 1,
        })
    }

    /// Begins to take something in, if there is budget at once.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn try_begin(&self, holder: &Holder) -> Result<HeldBudget, Full> {
        Ok(HeldBudget {
            place: self.shares.try_take(holder, 1)?,
            n_bytes: 0,
            n_units: 1,
        })
    }

    /// Takes a body in, at most `bytes_max` bytes.
    ///
    /// # Errors
    /// Why it was not taken; nothing is held then.
    pub async fn receive(
        &self,
        holder: &Holder,
        body: Body,
        bytes_max: usize,
    ) -> Result<(Bytes, HeldBudget), BodyFault> {
        let mut held = self.begin(holder).await.map_err(BodyFault::Full)?;
        let mut pieces = body.into_data_stream();
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| BodyFault::Broken)?;
            if held.n_bytes + piece.len() > bytes_max {
                return Err(BodyFault::TooLarge);
            }
            held.add(piece.len()).await.map_err(BodyFault::Full)?;
            if first.is_empty() && all.is_empty() {
                // Most bodies are one piece, which need not be copied.
                first = piece;
                continue;
            }
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
        let bytes = if all.is_empty() { first } else { all.freeze() };
        Ok((bytes, held))
    }
}

/// Budget that is held; given back when this is dropped.
#[derive(Debug)]
pub struct HeldBudget {
    place: HeldShare,
    n_bytes: usize,
    n_units: usize,
}

impl HeldBudget {
    /// Takes budget for `n_bytes` more.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn add(&mut self, n_bytes: usize) -> Result<(), Full> {
        let n_more = self.n_more(n_bytes);
        if n_more > 0 {
            self.place.grow(n_more, WAIT).await?;
            self.n_units += n_more;
        }
        Ok(())
    }

    /// Takes budget for `n_bytes` more, if there is some at once.
    ///
    /// # Errors
    /// When there is none.
    pub fn try_add(&mut self, n_bytes: usize) -> Result<(), Full> {
        let n_more = self.n_more(n_bytes);
        if n_more > 0 {
            self.place.try_grow(n_more)?;
            self.n_units += n_more;
        }
        Ok(())
    }

    /// Counts bytes; answers how many units they need beyond those that are held.
    fn n_more(&mut self, n_bytes: usize) -> usize {
        self.n_bytes += n_bytes;
        self.n_bytes.div_ceil(UNIT).saturating_sub(self.n_units)
    }
}

/// The length that a request announces, in bytes.
pub fn announced(headers: &HeaderMap) -> Option<usize> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{BodyFault, Budget};
    use crate::shares::{Full, Holder};
    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::stream;

    /// A body in pieces of 1000 bytes.
    fn body(n_bytes: usize) -> Body {
        let pieces: Vec<Result<Bytes, std::io::Error>> = vec![b'x'; n_bytes]
            .chunks(1000)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn bodies_come_whole_and_not_longer_than_allowed() {
        let budget = Budget::new("test", 100 << 10, 50 << 10);
        let holder = Holder::Company(1);
        for n_bytes in [0, 1, 999, 1000, 1001, 20_000] {
            let (bytes, _held) = budget
                .receive(&holder, body(n_bytes), 20_000)
                .await
                .unwrap();
            assert!(bytes == vec![b'x'; n_bytes], "{n_bytes}");
        }
        let long = budget.receive(&holder, body(20_001), 20_000).await;
        assert_eq!(long.err(), Some(BodyFault::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn room_is_taken_by_what_has_arrived_and_by_share() {
        let budget = Budget::new("test", 100 << 10, 50 << 10);
        let (one, other) = (Holder::Company(1), Holder::Company(2));
        // Twenty bodies that have not begun to arrive hold next to nothing.
        let mut begun = Vec::new();
        for _ in 0..20 {
            begun.push(budget.begin(&one).await.unwrap());
        }
        let held = budget.receive(&one, body(30_000), 1 << 20).await.unwrap();
        // His share is used up in the middle of the next: it is refused, others are not.
        let refused = budget.receive(&one, body(30_000), 1 << 20).await;
        assert_eq!(refused.err(), Some(BodyFault::Full(Full::Share)));
        let taken = budget.receive(&other, body(50 << 10), 1 << 20).await;
        assert!(taken.is_ok());
        let third = budget
            .receive(&Holder::Company(3), body(9000), 1 << 20)
            .await;
        assert_eq!(third.err(), Some(BodyFault::Full(Full::All)));
        drop((held, taken, begun));
        let again = budget.receive(&one, body(50 << 10), 1 << 20).await;
        assert!(again.is_ok(), "what is given back can be taken again");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_body() {
        let budget = Budget::new("test", 100 << 10, 50 << 10);
        let pieces = [
            Ok(Bytes::from_static(b"half")),
            Err(std::io::Error::other("gone")),
        ];
        let broken = Body::from_stream(stream::iter(pieces));
        let broken = budget.receive(&Holder::Company(1), broken, 100).await;
        assert_eq!(broken.err(), Some(BodyFault::Broken));
    }
}
