//! What the counters say of the archive. A look that lasts, behind a table that is locked or an archive store that hangs, goes on by
//! itself: the counters are read without it.

use archive::plan::ArchiveHealth;
use exchange::shared::Shared;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the counters wait for it.
const LOOK_MAX: Duration = Duration::from_secs(1);

static IS_LOOKING: AtomicBool = AtomicBool::new(false);

/// The one place for a look; given back however the look ends.
struct LookPlace;

impl LookPlace {
    fn take() -> Option<Self> {
        (!IS_LOOKING.swap(true, Ordering::Relaxed)).then_some(Self)
    }
}

impl Drop for LookPlace {
    fn drop(&mut self) {
        IS_LOOKING.store(false, Ordering::Relaxed);
    }
}

/// What an operator should know of the archive; nothing while a look lasts. None begins beside it, so that no more than one reader
/// is held.
pub(super) async fn look(shared: &Arc<Shared>) -> Option<ArchiveHealth> {
    let place = LookPlace::take()?;
    let archive = Arc::clone(&shared.archive);
    let looking = tokio::spawn(async move {
        let _place = place;
        let looked = archive.health_lately().await;
        looked
            .map_err(|error| tracing::warn!(%error, "the archive could not be looked at"))
            .ok()
    });
    tokio::select! {
        looked = looking => looked.ok().flatten(),
        () = shared.clock.sleep(LOOK_MAX) => None,
    }
}
