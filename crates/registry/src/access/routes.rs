//! Routes of the API with their descriptions and the operations that they ask for.

use super::{By, Permission, Person};
use crate::role::Operation;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// A handler whose first argument is [`By`] or [`Person`]: no other can be routed with [`routes!`](crate::routes).
pub trait Guarded<Arguments> {
    /// What its caller must be allowed.
    const OPERATION: &'static Operation;
}

macro_rules! guarded {
    ($caller:ident: $($argument:ident),*) => {
        impl<F, Answer, O, $($argument),*> Guarded<($caller<O>, $($argument,)*)> for F
        where
            F: FnOnce($caller<O>, $($argument),*) -> Answer,
            O: Permission,
        {
            const OPERATION: &'static Operation = O::OPERATION;
        }
    };
}

guarded!(By:);
guarded!(By: A);
guarded!(By: A, B);
guarded!(By: A, B, C);
guarded!(By: A, B, C, D);
guarded!(By: A, B, C, D, E);
guarded!(Person:);
guarded!(Person: A);
guarded!(Person: A, B);

/// The operation that a handler asks for.
pub fn operation_of<F: Guarded<Arguments>, Arguments>(_handler: &F) -> &'static Operation {
    F::OPERATION
}

/// Routes over the state `S`, each described once, where its handler stands.
pub struct Routes<S> {
    router: OpenApiRouter<S>,
    operations: Vec<&'static Operation>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: OpenApiRouter::new(),
            operations: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds a handler that asks for `operation`. For [`routes!`](crate::routes).
    #[must_use]
    pub fn add(mut self, operation: &'static Operation, route: UtoipaMethodRouter<S>) -> Self {
        self.operations.push(operation);
        self.router = self.router.routes(route);
        self
    }

    /// Adds the routes of another module over the same state.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        self.router = self.router.merge(other.router);
        self
    }

    /// Limits the bodies that these routes read as a whole, in bytes.
    #[must_use]
    pub fn body_limit(mut self, bytes_max: usize) -> Self {
        self.router = self.router.layer(DefaultBodyLimit::max(bytes_max));
        self
    }

    /// What the routes ask for, in their order.
    pub fn operations(&self) -> &[&'static Operation] {
        &self.operations
    }

    /// The description of the routes.
    pub fn description(&self) -> &OpenApi {
        self.router.get_openapi()
    }

    /// The routes with what they need.
    pub fn with_state(self, state: S) -> Router {
        Router::from(self.router.with_state(state))
    }
}

/// Makes [`Routes`] of handlers. A handler that does not take [`By`] or [`Person`] first does not compile.
#[macro_export]
macro_rules! routes {
    ($($handler:ident),+ $(,)?) => {
        $crate::access::Routes::default()
            $(.add(
                $crate::access::operation_of(&$handler),
                $crate::access::routed!($handler),
            ))+
    };
}
