//! Access (访问控制): who calls, what he may do, and whose data he sees.
//!
//! A handler asks [`Gate::actor`] first, with its own [`crate::role::Operation`]: the gate knows the caller by
//! an API key, by the access token of a program or by the cookie of a session, refuses when none of
//! his roles may call the operation,
//! asks a session that changes something for proof that the page is ours (CSRF), and answers an
//! [`Actor`]. Finders take the actor's [`Sight`]; what it does not see does not exist.

mod by;
mod gate;
mod routes;

use web::{ErrorCode, Problem};

pub use crate::actor::{
    Actor, CODES, CSRF, DeclarationScope, ENROL, FORBIDDEN, LOGIN, NO_COMPANY, NOT_APPOINTED,
    Origin, PASSWORD, SECOND, Sight, Who, visible,
};
pub use by::{By, HasGate, Permission, Person};
pub use gate::{Gate, Program, Programs, cookie, origin};
pub use routes::{Guarded, Routes, operation_of};
#[doc(hidden)]
pub use utoipa_axum::routes as routed;

/// A refusal of the gate.
fn refuse<T>(code: ErrorCode) -> Result<T, Problem> {
    Err(Problem::new(code))
}
