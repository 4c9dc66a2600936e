//! The extractor that every handler of the API takes first, and the operations that it names.

use super::{Actor, Gate};
use crate::role::Operation;
use crate::session::Session;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::marker::PhantomData;
use std::sync::Arc;
use web::Problem;

/// A type that stands for an [`Operation`]; [`operations!`](crate::operations) makes them.
pub trait Permission: Send + Sync + 'static {
    /// The operation.
    const OPERATION: &'static Operation;
}

/// State of routes that knows the gate.
pub trait HasGate: Send + Sync {
    /// The gate.
    fn gate(&self) -> &Gate;
}

impl HasGate for Gate {
    fn gate(&self) -> &Gate {
        self
    }
}

impl<S: HasGate> HasGate for Arc<S> {
    fn gate(&self) -> &Gate {
        S::gate(self)
    }
}

/// The caller, who may call the operation `O`.
///
/// As the first argument of a handler it refuses everybody else before anything is read: 401 when nobody is
/// known, 403 when he may not, 503 when the database cannot be asked.
pub struct By<O> {
    /// Who calls.
    pub actor: Actor,
    operation: PhantomData<O>,
}

impl<S: HasGate, O: Permission> FromRequestParts<S> for By<O> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor = state.gate().actor(&parts.headers, O::OPERATION).await?;
        Ok(Self {
            actor,
            operation: PhantomData,
        })
    }
}

/// A person with a full session, whatever his roles: for the operations `O` that everybody has about
/// himself. Refuses with 401 or 403 when nobody has logged in, or something must be done first.
pub struct Person<O> {
    /// Who calls.
    pub actor: Actor,
    /// His session.
    pub session: Session,
    operation: PhantomData<O>,
}

impl<S: HasGate, O: Permission> FromRequestParts<S> for Person<O> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (actor, session) = state.gate().person(&parts.headers).await?;
        Ok(Self {
            actor,
            session,
            operation: PhantomData,
        })
    }
}

/// Declares operations, one a line: `ReadPosts = reads("posts", "查看岗位", PEOPLE);`, or `changes(…)` for one
/// that a session may only call from our own pages. The first text is the `operationId` of the description,
/// which is the name of the handler; the second its name for people; last come the built-in roles.
#[macro_export]
macro_rules! operations {
    ($($(#[$note:meta])* $name:ident = $kind:ident($id:literal, $chinese:literal, $roles:expr $(,)?);)+) => {$(
        #[doc = $chinese]
        $(#[$note])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $crate::access::Permission for $name {
            const OPERATION: &'static $crate::role::Operation =
                &$crate::role::Operation::$kind($id, $chinese, $roles);
        }
    )+};
}
