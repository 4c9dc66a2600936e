//! What the machines of a run share: the weather, the database, the wire to customs, and who watches.

use crate::life::Weather;
use crate::witness::Witness;
use exchange::customs::CustomsConfig;
use queue::Queue;
use std::sync::Arc;
use store::simulated::SimulatedStore;

/// What stands around the machines of a run.
pub(crate) struct Surroundings {
    pub(crate) weather: Arc<Weather>,
    pub(crate) store: Arc<SimulatedStore>,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) customs: CustomsConfig,
    pub(crate) witness: Arc<Witness>,
}
