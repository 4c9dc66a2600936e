//! Passwords are hashed and compared on threads of their own, a few at a time.

use super::password;
use crate::context::AppContext;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use web::Problem;

/// Passwords that are hashed at the same time: each takes 19 MiB and a core for a while.
const AT_ONCE: usize = 4;

/// Passwords that are hashed or wait for it; beyond them callers are asked to come back.
const WAITING_MAX: usize = 64;

/// After how long who found the queue full is asked to come back.
const COME_BACK: Duration = Duration::from_secs(2);

static HASHING: Semaphore = Semaphore::const_new(AT_ONCE);
static WAITING: Semaphore = Semaphore::const_new(WAITING_MAX);

/// A place among those that hash: first one of the queue, then one of the few.
async fn place() -> Result<(SemaphorePermit<'static>, SemaphorePermit<'static>), Problem> {
    let waiting = WAITING.try_acquire().map_err(|_| {
        Problem::new(web::codes::UNAVAILABLE)
            .detail("同时登录的人较多，请稍候重试")
            .retry_after(COME_BACK)
    })?;
    let fault = |_| Problem::new(web::codes::FAULT);
    Ok((waiting, HASHING.acquire().await.map_err(fault)?))
}

/// Compares on a thread that may block, a few at a time. A caller who goes away does not make room
/// before the thread is done.
///
/// # Errors
/// 503 when too many wait; a fault when the thread is gone.
pub async fn compare(password: &str, hash: Option<String>) -> Result<bool, Problem> {
    let place = place().await?;
    let password = password.to_owned();
    let compared = tokio::task::spawn_blocking(move || {
        let _place = place;
        password::matches(&password, hash.as_deref())
    });
    compared.await.map_err(|_| Problem::new(web::codes::FAULT))
}

/// Hashes a password on a thread that may block, a few at a time.
///
/// # Errors
/// 503 when too many wait; a fault.
pub async fn hash_password(context: &AppContext, text: &str) -> Result<String, Problem> {
    let secret = context.secret()?;
    let mut salt = [0_u8; 16];
    salt.copy_from_slice(&secret[..16]);
    let text = text.to_owned();
    let place = place().await?;
    let hashed = tokio::task::spawn_blocking(move || {
        let _place = place;
        password::hash(&text, &salt)
    });
    let hashed = hashed.await.map_err(|_| Problem::new(web::codes::FAULT))?;
    hashed.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Problem::new(web::codes::FAULT)
    })
}
