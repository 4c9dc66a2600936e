//! Health (健康状况): whether this process can do its work, asked by `/readyz` and `/metrics`.
//!
//! One loop renews the claim to the node's number every few seconds, which proves that a write works,
//! and looks how much room the disk has. Who asks whether the process is ready makes it do so at once, unless it has
//! just been done: a load balancer hears of a failover, and of its end, within seconds. Together with the state of every background task and the
//! log that makes the list of [`Health::checks`]; reading is tried when somebody asks. What is wrong
//! with the log stops nobody: it is told and counted, and that is all.

use crate::log;
use exchange::shared::Shared;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::check::Headroom;
use store::node::{self, BEAT, Beat, Claimant, LivingNode};
use store::reseal;
use store::task::{Pulse, Tasks};
use tokio::sync::{Notify, watch};

/// How old a write that worked may be before somebody who asks has another one tried, in milliseconds.
const WRITE_FRESH_MS: i64 = 2_000;

/// How long who asks waits for that.
const ASKED_MAX: Duration = Duration::from_secs(3);

/// How old the last write may be before it proves nothing any more, in milliseconds: less than what the two above
/// make together, so that a try without an end counts as one that failed.
const WRITE_AGE_MS: i64 = 4_000;

/// Shortest pause between two tries, however often somebody asks.
const PAUSE_MIN: Duration = Duration::from_millis(200);

/// How long one try to write may take.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// How long reading may take when somebody asks.
const READ_MAX: Duration = Duration::from_secs(3);

/// From which difference of the clocks on somebody should look, in milliseconds: what is allowed for.
pub const CLOCK_WARN_MS: i64 = 2_000;

/// From which difference of the clocks on a process takes no work any more, in milliseconds: it would refuse good messages for
/// their times.
const CLOCK_MAX_MS: i64 = 60_000;

/// The name of the embedded engine.
const SQLITE: &str = "SQLite";

/// Longest silence of the loop: a try to write, a look at the disk, a pause.
pub const TURN_MAX: Duration = Duration::from_secs(60);

/// One thing that was looked at (健康检查项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// What: `database.write`, `task.import.check`.
    pub name: String,
    /// Whether the process can do its work as far as this goes.
    pub is_good: bool,
    /// Particulars, in English.
    pub detail: String,
}

#[derive(Debug, Clone, Default)]
struct LastSeen {
    /// When the last try to write ended, on the monotonic clock, and how.
    write: Option<(i64, Result<(), String>)>,
    headroom: Option<Headroom>,
    disk: Option<String>,
    /// By how much the clock is ahead of the database's, in milliseconds.
    clock_ahead_ms: Option<i64>,
    /// Where that is far: whether the processes of all machines agree with this one against the database.
    is_database_alone: bool,
}

/// What is known about the health of this process.
pub struct Health {
    shared: Arc<Shared>,
    tasks: Arc<Tasks>,
    free_mib_min: u64,
    seen: Mutex<LastSeen>,
    /// Somebody wants to know whether a write works.
    asked: Notify,
    /// How many tries to write have ended.
    n_tried: watch::Sender<u64>,
    is_displaced: AtomicBool,
}

impl Health {
    /// Nothing is known yet.
    pub fn new(shared: &Arc<Shared>, tasks: &Arc<Tasks>, free_mib_min: u64) -> Arc<Self> {
        Arc::new(Self {
            shared: Arc::clone(shared),
            tasks: Arc::clone(tasks),
            free_mib_min,
            seen: Mutex::default(),
            asked: Notify::new(),
            n_tried: watch::channel(0).0,
            is_displaced: AtomicBool::new(false),
        })
    }

    /// Looks every few seconds until told to stop. When another process has taken the number over,
    /// which happens only after a standstill, this one must not make ids any more: it tells all to
    /// stop.
    pub async fn follow(self: Arc<Self>, node: Claimant, stop: watch::Sender<bool>, pulse: Pulse) {
        let mut stopped = stop.subscribe();
        while !*stopped.borrow() {
            pulse.beat();
            if self.look(&node).await == Some(false) {
                let number = node.number;
                tracing::error!(number, "another process has taken this number: stopping");
                self.is_displaced.store(true, Ordering::Relaxed);
                stop.send_replace(true);
                return;
            }
            self.shared.clock.sleep(PAUSE_MIN).await;
            tokio::select! {
                () = self.shared.clock.sleep(BEAT) => {}
                () = self.asked.notified() => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// Tries a write and looks at the disk; answers whether the number is still ours, if that could
    /// be asked.
    async fn look(&self, node: &Claimant) -> Option<bool> {
        let shared = &self.shared;
        let ids_until_ms = shared.ids.next_record();
        let (claimant, clock) = (node.clone(), Arc::clone(&shared.clock));
        let writing = shared.db.write(move |tx| {
            let ahead_ms = node::clock_ahead(tx, &clock)?;
            let said = Beat {
                now_ms: clock.now_ms(),
                ids_until_ms,
                clock_ahead_ms: Some(ahead_ms),
            };
            let is_ours = node::beat(tx, &claimant, said)?;
            let is_alone = match ahead_ms.abs() > CLOCK_MAX_MS {
                true => {
                    let living = node::living(tx, said.now_ms - ahead_ms)?;
                    agree(&living, &claimant.process, ahead_ms)
                }
                false => false,
            };
            Ok((is_ours, ahead_ms, is_alone))
        });
        let written = tokio::select! {
            written = writing => written.map_err(|error: store::Error| error.to_string()),
            () = shared.clock.sleep(WRITE_MAX) => {
                Err(format!("a write took longer than {} s", WRITE_MAX.as_secs()))
            }
        };
        let is_ours = written.as_ref().ok().map(|(is_ours, ..)| *is_ours);
        if is_ours == Some(true) {
            shared.ids.keep_below(ids_until_ms);
        }
        let headroom = shared.db.headroom().await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let had_failed = matches!(&seen.write, Some((_, Err(_))));
        match &written {
            Err(error) if !had_failed => tracing::warn!(error, "no write works"),
            Ok(_) if had_failed => tracing::warn!("writes work again"),
            _ => {}
        }
        if let Ok((_, ahead_ms, is_alone)) = written {
            warn_of_clock(seen.clock_ahead_ms, ahead_ms);
            seen.clock_ahead_ms = Some(ahead_ms);
            seen.is_database_alone = is_alone;
        }
        seen.write = Some((shared.clock.monotonic_ms(), written.map(|_| ())));
        self.n_tried.send_modify(|n| *n += 1);
        match headroom {
            Ok(headroom) => {
                seen.headroom = headroom;
                seen.disk = None;
            }
            Err(error) => seen.disk = Some(error.to_string()),
        }
        is_ours
    }

    /// Has a write tried, unless one has just worked.
    async fn try_write(&self) {
        let last = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.write.clone()
        };
        let age_ms = |at: i64| self.shared.clock.monotonic_ms() - at;
        match last {
            // Nobody has begun to try: nothing is known that could be out of date.
            None => return,
            Some((at, Ok(()))) if age_ms(at) <= WRITE_FRESH_MS => return,
            Some(_) => {}
        }
        let mut ended = self.n_tried.subscribe();
        self.asked.notify_one();
        tokio::select! {
            _ = ended.changed() => {}
            () = self.shared.clock.sleep(ASKED_MAX) => {}
        }
    }

    /// Everything that is known; reading and, unless a write has just worked, writing are tried.
    pub async fn checks(&self) -> Vec<HealthCheck> {
        let (read, keys, ()) = tokio::join!(self.read(), self.keys(), self.try_write());
        // Who cannot read cannot say which keys there are: that is one failure.
        let keys = read.is_good.then_some(keys);
        let mut checks = vec![read];
        checks.extend(keys);
        checks.extend(self.written());
        checks.extend(self.clock());
        checks.extend(self.tasks.states().into_iter().map(|task| HealthCheck {
            name: format!("task.{}", task.name),
            is_good: !task.is_late() && !task.is_failing,
            detail: format!(
                "last turn {} ms ago, started again {} times{}",
                task.age_ms,
                task.n_restarts,
                if task.is_failing {
                    ", fails: see the log"
                } else {
                    ""
                }
            ),
        }));
        checks.push(HealthCheck {
            name: "log".to_owned(),
            is_good: true,
            detail: if log::is_failing() {
                format!("lines cannot be written, {} lost", log::n_lost())
            } else {
                format!("{} lines lost", log::n_lost())
            },
        });
        checks
    }

    async fn read(&self) -> HealthCheck {
        let db = &self.shared.db;
        let reading = db.read(|tx| tx.query_opt("select 1", &[]).map(|_| ()));
        check("database.read", self.in_time(reading).await)
    }

    /// Whether this process has every key with which another one seals: what it lacks it leaves to others.
    async fn keys(&self) -> HealthCheck {
        let mut dbs = vec![&self.shared.db];
        dbs.extend(self.shared.queue.sealed().map(|(db, _)| db));
        let reading = async {
            let mut missing = BTreeSet::new();
            for db in dbs {
                missing.extend(db.read(reseal::missing).await?);
            }
            Ok(missing.into_iter().collect::<Vec<String>>())
        };
        let missing = self.in_time(reading).await;
        let outcome = missing.and_then(|missing| match missing.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "missing in store.encryption_key_file: {}; another process seals with it: add it and \
                 start this process again",
                missing.join(", ")
            )),
        });
        check("encryption.keys", outcome)
    }

    /// What was read, if it takes no longer than [`READ_MAX`].
    async fn in_time<T>(
        &self,
        reading: impl Future<Output = store::Result<T>>,
    ) -> Result<T, String> {
        tokio::select! {
            read = reading => read.map_err(|error| error.to_string()),
            () = self.shared.clock.sleep(READ_MAX) => Err("no answer".to_owned()),
        }
    }

    fn written(&self) -> Vec<HealthCheck> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.shared.clock.monotonic_ms();
        let mut checks = Vec::new();
        if let Some((at, written)) = &seen.write {
            let age_ms = now - at;
            let written = if age_ms > WRITE_AGE_MS {
                Err(format!("the last try ended {age_ms} ms ago"))
            } else {
                written.clone()
            };
            checks.push(check("database.write", written));
        }
        if let Some(error) = &seen.disk {
            checks.push(check("disk", Err(error.clone())));
        } else if let Some(headroom) = &seen.headroom {
            let free_mib = headroom.disk_bytes >> 20;
            checks.push(HealthCheck {
                name: "disk".to_owned(),
                is_good: free_mib >= self.free_mib_min && !headroom.is_at_limit,
                detail: if headroom.is_at_limit {
                    "store.sqlite_mib_max is reached".to_owned()
                } else {
                    format!("{free_mib} MiB free, {} needed", self.free_mib_min)
                },
            });
        }
        if let Some(headroom) = &seen.headroom {
            let mib = headroom.log_bytes >> 20;
            checks.push(HealthCheck {
                name: "database.log".to_owned(),
                // Who reads for long holds up nothing; doctor and the metrics raise the alarm.
                is_good: true,
                detail: match headroom.is_log_held {
                    true => format!("{mib} MiB, held by a reader: end it"),
                    false => format!("{mib} MiB"),
                },
            });
        }
        checks
    }

    /// Whether the clock agrees with the database server's. A clock that was set back on an embedded database stops nobody: it
    /// may be right now.
    fn clock(&self) -> Option<HealthCheck> {
        let (ahead_ms, is_alone) = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            (seen.clock_ahead_ms?, seen.is_database_alone)
        };
        let is_embedded = self.shared.db.engine_name() == SQLITE;
        Some(clock_check(ahead_ms, is_embedded, is_alone))
    }

    /// By how much the clock of this process is ahead of the database's, as last seen, in milliseconds.
    pub fn clock_ahead_ms(&self) -> Option<i64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clock_ahead_ms
    }

    /// Whether this process had to stop because another one has its number.
    pub fn is_displaced(&self) -> bool {
        self.is_displaced.load(Ordering::Relaxed)
    }

    /// The background tasks.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// How far the database may still grow, as last seen; none for one on a server.
    pub fn headroom(&self) -> Option<Headroom> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.headroom
    }
}

/// Says once that the clock is wrong, and once that it is right again.
fn warn_of_clock(before_ms: Option<i64>, ahead_ms: i64) {
    let is_off = ahead_ms.abs() > CLOCK_WARN_MS;
    let was_off = before_ms.is_some_and(|before_ms| before_ms.abs() > CLOCK_WARN_MS);
    if is_off && !was_off {
        let how = clock_words(ahead_ms);
        tracing::warn!(ahead_ms, "{how}: check time synchronization (NTP)");
    } else if was_off && !is_off {
        tracing::warn!("the clock agrees with the database again");
    }
}

/// Whether every process that lives agrees with this one against the database's clock, one of another machine among them: two of
/// one machine have one clock, and are no witnesses for each other.
pub(crate) fn agree(living: &[LivingNode], own_process: &str, ahead_ms: i64) -> bool {
    let machine = |process: &str| process.split('，').next().unwrap_or_default().to_owned();
    let is_near = |node: &LivingNode| {
        let other_ms = node.clock_ahead_ms;
        other_ms.is_some_and(|other_ms| other_ms.abs_diff(ahead_ms) <= CLOCK_WARN_MS.unsigned_abs())
    };
    let is_elsewhere = |node: &LivingNode| machine(&node.process) != machine(own_process);
    living.iter().all(is_near) && living.iter().any(is_elsewhere)
}

/// What a difference of the clocks means.
///
/// Ids are made by a process's own clock, under its own number and ahead of its own record: no clock of the database makes one
/// twice. A process is not ready for another reason, that it would refuse good messages for their times. Whose clock is wrong
/// nobody can say of two; but where the processes of several machines agree against the database, theirs is taken for right, and to
/// take all of them out of service would stop the platform for a clock on which nothing of it depends. Were they all wrong
/// together, messages would be refused as they are while nobody is ready.
fn clock_check(ahead_ms: i64, is_embedded: bool, is_database_alone: bool) -> HealthCheck {
    let words = clock_words(ahead_ms);
    let is_far = ahead_ms.abs() > CLOCK_MAX_MS;
    let outcome = match is_far && !is_embedded && !is_database_alone {
        true => Err(format!(
            "{words}: correct it (NTP), or the database server's if that is wrong"
        )),
        false => Ok(()),
    };
    let mut check = check("clock", outcome);
    if check.is_good && ahead_ms != 0 {
        check.detail = match is_far && !is_embedded {
            true => format!(
                "{words}, and the other machines agree with this one: correct the database server's clock (NTP)"
            ),
            false => words,
        };
    }
    check
}

/// How the clock differs from the database's, in English.
fn clock_words(ahead_ms: i64) -> String {
    let seconds = Duration::from_millis(ahead_ms.unsigned_abs()).as_secs_f64();
    let side = if ahead_ms < 0 { "behind" } else { "ahead of" };
    format!("this machine's clock is {seconds:.1} s {side} the database's")
}

fn check(name: &str, outcome: Result<(), String>) -> HealthCheck {
    HealthCheck {
        name: name.to_owned(),
        is_good: outcome.is_ok(),
        detail: outcome.err().unwrap_or_else(|| "ok".to_owned()),
    }
}

#[cfg(test)]
mod tests;
