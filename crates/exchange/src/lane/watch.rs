//! Time that this thread spent on a processor.

use std::time::Instant;
use store::offload::is_here;

/// Measures what a piece of work takes (计时): time on the processor, so that nobody pays for a busy
/// machine; where the system does not tell it, time on the clock.
pub(crate) struct Watch {
    cpu_ns: Option<i64>,
    clock: Instant,
}

impl Watch {
    /// Begins to measure.
    pub(crate) fn start() -> Self {
        Self {
            cpu_ns: cpu_ns(),
            clock: Instant::now(),
        }
    }

    /// Nanoseconds since the last time it was asked, or since it began.
    pub(crate) fn lap(&mut self) -> i64 {
        // In a simulation all work is the same: what the machine took would make its runs differ.
        if is_here() {
            return 0;
        }
        let next = Self::start();
        let elapsed = next.clock.duration_since(self.clock).as_nanos();
        let on_clock = i64::try_from(elapsed).unwrap_or(i64::MAX);
        let on_cpu = next
            .cpu_ns
            .zip(self.cpu_ns)
            .map(|(now, before)| now - before);
        *self = next;
        // The scheduler counts in ticks of its own; what it says is never more than really passed.
        on_cpu.map_or(on_clock, |ns| ns.clamp(0, on_clock))
    }
}

/// What the scheduler says of this thread: its first number is nanoseconds on a processor.
fn cpu_ns() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}
