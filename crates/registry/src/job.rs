//! A job (定时任务): something that the platform does by itself, declared by the module that knows what. The crate
//! `back_office` does the jobs that are due.

use crate::context::AppContext;
use std::pin::Pin;
use std::sync::Arc;

/// A run on its way: what to note of it (nothing when nothing was done), or why it failed.
pub type JobFuture = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;

/// A job (定时任务).
#[derive(Clone)]
pub struct Job {
    /// Its name: `module.verb`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// Milliseconds from the end of one run to the next.
    pub every_ms: i64,
    /// Does it.
    pub run: Arc<dyn Fn() -> JobFuture + Send + Sync>,
}

impl Job {
    /// A job whose function needs nothing but the foundations.
    pub fn of(
        context: &AppContext,
        name: &'static str,
        chinese: &'static str,
        every_ms: i64,
        run: fn(AppContext) -> JobFuture,
    ) -> Self {
        let context = context.clone();
        Self {
            name,
            chinese,
            every_ms,
            run: Arc::new(move || run(context.clone())),
        }
    }
}
