//! What the handlers of this layer need, and transactions that a refusal undoes.

use super::CaseKind;
use registry::access::Gate;
use registry::context::AppContext;
use std::sync::Arc;
use store::{Result, Tx};
use web::Problem;
use web::budget::Budget;

/// What the routes of this layer need.
#[derive(Clone)]
pub struct ServicesApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// The kinds of cases.
    pub kinds: Arc<[CaseKind]>,
    /// Room for files on their way in.
    pub uploads: Budget,
}

impl registry::access::HasGate for ServicesApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl ServicesApi {
    /// What handlers need, with all kinds of cases, and room for files on their way in.
    pub fn new(gate: Arc<Gate>, kinds: Vec<CaseKind>, uploads: Budget) -> Self {
        Self {
            gate,
            kinds: Arc::from(kinds),
            uploads,
        }
    }

    /// What every handler is given.
    pub fn context(&self) -> &AppContext {
        &self.gate.context
    }

    /// The kind of cases with this name.
    pub fn kind(&self, name: &str) -> Option<&CaseKind> {
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
        self.context().db.read(f).await
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
        self.context().db.write(f).await
    }
}
