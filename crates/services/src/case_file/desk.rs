//! What the handlers of this floor need, and transactions that a refusal undoes.

use super::Kind;
use registry::access::Gate;
use registry::ground::Ground;
use std::sync::Arc;
use store::{Result, Tx};
use web::Problem;
use web::room::Room;

/// What the routes of this floor need.
#[derive(Clone)]
pub struct Desk {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// The kinds of cases.
    pub kinds: Arc<[Kind]>,
    /// Room for files on their way in.
    pub uploads: Room,
}

impl registry::access::HasGate for Desk {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl Desk {
    /// What handlers need, with all kinds of cases, and room for files on their way in.
    pub fn new(gate: Arc<Gate>, kinds: Vec<Kind>, uploads: Room) -> Self {
        Self {
            gate,
            kinds: Arc::from(kinds),
            uploads,
        }
    }

    /// The foundations.
    pub fn ground(&self) -> &Ground {
        &self.gate.ground
    }

    /// The kind of cases with this name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// Runs `f` in a transaction that only reads.
    ///
    /// # Errors
    /// The problem that `f` answers; a fault of the store.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.ground().db.read(f).await
    }

    /// Runs `f` in a transaction; a problem that `f` answers undoes everything in it.
    ///
    /// # Errors
    /// The problem that `f` answers; a fault of the store.
    pub async fn write<T, F>(&self, f: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.ground().db.write(f).await
    }
}
