//! What the handlers of this floor need, and transactions that a refusal undoes.

use crate::case_file::Kind;
use registry::access::Gate;
use registry::ground::Ground;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Error, Result, Tx};
use web::room::Room;
use web::{Problem, service_error};

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
    /// A desk behind a gate, with room for files on their way in.
    pub fn new(gate: Arc<Gate>, uploads: Room) -> Self {
        Self {
            gate,
            kinds: Arc::from(crate::case_kinds()),
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
    pub async fn read<T, F>(&self, mut f: F) -> std::result::Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<std::result::Result<T, Problem>> + Send + 'static,
    {
        let done = self.ground().db.read(move |tx| f(tx)).await;
        done.map_err(|error| service_error(&error))?
    }

    /// Runs `f` in a transaction; a problem that `f` answers undoes everything in it.
    ///
    /// # Errors
    /// The problem that `f` answers; a fault of the store.
    pub async fn write<T, F>(&self, f: F) -> std::result::Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<std::result::Result<T, Problem>> + Send + 'static,
    {
        write(self.ground(), f).await
    }
}

/// Runs `f` in a transaction; a problem that `f` answers undoes everything in it.
///
/// # Errors
/// The problem that `f` answers; a fault of the store.
pub(crate) async fn write<T, F>(ground: &Ground, mut f: F) -> std::result::Result<T, Problem>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<std::result::Result<T, Problem>> + Send + 'static,
{
    let refused: Arc<Mutex<Option<Problem>>> = Arc::default();
    let kept = Arc::clone(&refused);
    let done = ground
        .db
        .write(move |tx| match f(tx)? {
            Ok(value) => Ok(value),
            Err(problem) => {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
                Err(Error::Constraint("refused".to_owned()))
            }
        })
        .await;
    done.map_err(|error| {
        let problem = refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        problem.unwrap_or_else(|| service_error(&error))
    })
}
