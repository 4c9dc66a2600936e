//! The log (日志): lines on the standard error that stop nobody.
//!
//! 1. A line goes into a bounded queue and is written by a thread of its own. When the queue is full
//!    (nobody reads the pipe) or the writing fails (full disk, the reader is gone), the line is lost
//!    and counted; whoever logged never waits and never fails.
//! 2. When lines can be written again, one of them says how many were lost.
//! 3. Nothing of a payload comes into the log by way of others: the crates of the platform follow the
//!    filter of the settings, libraries only warn, and the client of the broker, which prints whole
//!    messages when it warns, is silent: our adapter says what went wrong. A panic is told by its
//!    place, because its text may quote what was being worked on (I8).

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Lines that may wait to be written.
const LINES_MAX: usize = 4096;

/// Longest line in bytes; the rest is cut off.
const LINE_BYTES_MAX: usize = 8 << 10;

/// How long the end of the process waits for the last lines.
const FLUSH: Duration = Duration::from_secs(1);

/// The crates of the platform.
const OURS: [&str; 10] = [
    "tongguan",
    "services",
    "exchange",
    "back_office",
    "identity",
    "registry",
    "queue",
    "web",
    "store",
    "ceb",
];

/// Libraries that print whole messages, with personal data, at levels that are on by default.
const MUTE: [&str; 1] = ["lapin"];

/// What became of the lines of this process.
static FACTS: LogFields = LogFields {
    n_lost: AtomicU64::new(0),
    is_failing: AtomicBool::new(false),
};

/// The log of this process, for the end of it.
static LOG: OnceLock<Log> = OnceLock::new();

struct LogFields {
    n_lost: AtomicU64,
    is_failing: AtomicBool,
}

/// Lines that were lost since the process began.
pub fn n_lost() -> u64 {
    FACTS.n_lost.load(Ordering::Relaxed)
}

/// Whether the last line could not be written.
pub fn is_failing() -> bool {
    FACTS.is_failing.load(Ordering::Relaxed)
}

/// Starts the log on the standard error; a second start (tests) keeps the first log.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    let log = LOG.get_or_init(|| Log::to(io::stderr(), &FACTS));
    let _ = subscriber(filter, log.clone()).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        // A text of the program itself; one that was put together may quote anything.
        let text = panic.payload().downcast_ref::<&'static str>().copied();
        let thread = thread::current();
        metrics::counter!("tongguan_panics_total").increment(1);
        tracing::error!(
            place,
            text,
            thread = thread.name(),
            "a fault of the program"
        );
    }));
}

fn subscriber(filter: EnvFilter, log: Log) -> impl Subscriber + Send + Sync {
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(log)
        .with_filter(filter.and(filter_fn(may_log)));
    tracing_subscriber::registry().with(lines)
}

/// Waits until what was logged is written, but not for long.
pub fn flush() {
    if let Some(log) = LOG.get() {
        log.flush();
    }
}

/// Whether a line of this origin may be logged at all.
fn may_log(of: &Metadata<'_>) -> bool {
    let krate = of.target().split("::").next().unwrap_or_default();
    OURS.contains(&krate) || (!MUTE.contains(&krate) && *of.level() <= Level::WARN)
}

enum Line {
    Text(Vec<u8>),
    Flush(SyncSender<()>),
}

/// A queue of lines with the thread that writes them.
#[derive(Clone)]
struct Log {
    lines: SyncSender<Line>,
    facts: &'static LogFields,
}

impl Log {
    fn to(out: impl Write + Send + 'static, facts: &'static LogFields) -> Self {
        let (lines, waiting) = sync_channel(LINES_MAX);
        let thread = thread::Builder::new().name("log".to_owned());
        // Without the thread every line is lost, and counted.
        let _ = thread.spawn(move || write_all(out, &waiting, facts));
        Self { lines, facts }
    }

    fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.lines.try_send(Line::Flush(done)).is_ok() {
            let _ = written.recv_timeout(FLUSH);
        }
    }
}

fn write_all(mut out: impl Write, lines: &Receiver<Line>, facts: &LogFields) {
    let mut n_reported = 0;
    while let Ok(line) = lines.recv() {
        let text = match line {
            Line::Text(text) => text,
            Line::Flush(done) => {
                let _ = done.try_send(());
                continue;
            }
        };
        let n_lost = facts.n_lost.load(Ordering::Relaxed);
        let mut written = Ok(());
        if n_lost > n_reported {
            let n_new = n_lost - n_reported;
            written = out.write_all(format!("(log: {n_new} lines were lost)\n").as_bytes());
        }
        let written = written.and_then(|()| {
            n_reported = n_lost;
            out.write_all(&text)
        });
        facts.is_failing.store(written.is_err(), Ordering::Relaxed);
        if written.is_err() {
            facts.n_lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Log;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Log {
    /// Takes one line; never fails.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut text = line.to_vec();
        if text.len() > LINE_BYTES_MAX {
            text.truncate(LINE_BYTES_MAX);
            text.extend_from_slice("…\n".as_bytes());
        }
        match self.lines.try_send(Line::Text(text)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.facts.n_lost.fetch_add(1, Ordering::Relaxed);
                self.facts.is_failing.store(true, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES_MAX, LINES_MAX, Log, LogFields, subscriber};
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use tracing_subscriber::EnvFilter;

    fn facts() -> &'static LogFields {
        Box::leak(Box::new(LogFields {
            n_lost: AtomicU64::new(0),
            is_failing: AtomicBool::new(false),
        }))
    }

    /// A place for lines that answers each write with what the test has prepared, and passes on
    /// what was written.
    struct TestWriter {
        answers: Receiver<io::Result<()>>,
        written: Sender<String>,
    }

    impl Write for TestWriter {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            // A closed channel is a reader that never comes back.
            let answer = self.answers.recv().unwrap_or_else(|_| Err(broken()));
            answer?;
            let _ = self
                .written
                .send(String::from_utf8_lossy(text).into_owned());
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn broken() -> io::Error {
        io::Error::from(io::ErrorKind::BrokenPipe)
    }

    fn log() -> (Log, Sender<io::Result<()>>, Receiver<String>) {
        let (answer, answers) = channel();
        let (written, read) = channel();
        (
            Log::to(TestWriter { answers, written }, facts()),
            answer,
            read,
        )
    }

    #[test]
    fn a_line_that_cannot_be_written_is_lost_and_counted_and_the_next_one_says_so() {
        let (log, answer, read) = log();
        answer.send(Err(broken())).unwrap();
        (&log).write_all(b"one\n").unwrap();
        log.flush();
        assert_eq!(log.facts.n_lost.load(Ordering::Relaxed), 1);
        assert!(log.facts.is_failing.load(Ordering::Relaxed));
        for _ in 0..2 {
            answer.send(Ok(())).unwrap();
        }
        (&log).write_all(b"two\n").unwrap();
        log.flush();
        let written: String = read.try_iter().collect();
        assert!(written.contains("log: 1 lines were lost"), "{written}");
        assert!(written.ends_with("two\n"), "{written}");
        assert!(!log.facts.is_failing.load(Ordering::Relaxed));
    }

    #[test]
    fn nobody_waits_for_a_reader_that_does_not_read() {
        // The place answers nothing: the thread hangs in its first write.
        let (log, answer, _read) = log();
        for _ in 0..LINES_MAX + 100 {
            (&log).write_all(b"line\n").unwrap();
        }
        assert!(log.facts.n_lost.load(Ordering::Relaxed) >= 98);
        drop(answer);
    }

    /// The client of the broker prints returned messages, with all that is in them, as a warning.
    #[test]
    fn libraries_bring_no_payload_into_the_log_whatever_the_filter_says() {
        let (log, answer, read) = log();
        for _ in 0..9 {
            answer.send(Ok(())).unwrap();
        }
        let subscriber = subscriber(EnvFilter::new("trace"), log.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "lapin::returned_messages", "PAYLOAD");
            tracing::error!(target: "lapin::channel", "PAYLOAD");
            tracing::info!(target: "tokio_postgres::connection", "PAYLOAD");
            tracing::debug!(target: "ureq::run", "PAYLOAD");
            tracing::trace!(target: "tungstenite", "PAYLOAD");
            tracing::warn!(target: "ureq::run", "a warning");
            tracing::debug!(target: "exchange::pipeline", "a particular");
        });
        log.flush();
        let written: String = read.try_iter().collect();
        assert!(!written.contains("PAYLOAD"), "{written}");
        assert!(
            written.contains("a warning") && written.contains("a particular"),
            "{written}"
        );
    }

    #[test]
    fn a_line_has_a_longest_length() {
        let (log, answer, read) = log();
        answer.send(Ok(())).unwrap();
        (&log).write_all(&vec![b'x'; LINE_BYTES_MAX * 2]).unwrap();
        log.flush();
        let written: String = read.try_iter().collect();
        assert!(written.len() < LINE_BYTES_MAX + 10);
        assert!(written.ends_with("…\n"));
    }
}
