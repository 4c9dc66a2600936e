//! The database moves to another server while work goes on: the primary dies, refuses writes or stands still, and its
//! synchronous standby is promoted. Nobody touches the program meanwhile, and callers do what the API's description says:
//! whoever is answered 503 sends the same again.
//!
//! These tests look at the machine's clock, because what they are about is a time: how long after the promotion the
//! first message is accepted.

use crate::browser::Browser;
use crate::http::{Answer, Client, Connection};
use crate::kill::{SentMessage, compare};
use crate::platform::{Place, Platform};
use crate::replicas::Replicas;
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::Sender;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long after the promotion the first message must be accepted.
const RECOVERY_MAX: Duration = Duration::from_secs(10);

/// How long after the loss of the primary, and after the first message, readiness must say so.
const NOTICED_MAX: Duration = Duration::from_secs(10);

/// How long nobody is the primary, once the program has noticed.
const OUTAGE: Duration = Duration::from_secs(3);

/// Companies that submit, each over two connections.
const COMPANIES: usize = 3;

/// What is asked for all the time: lists, a feed, pages, the login here and for other systems, what needs no database.
const READS: [&str; 10] = [
    "/api/v1/messages?limit=20",
    "/api/v1/receipts?after=0&limit=20",
    "/api/v1/home",
    "/login",
    "/account",
    "/cas/login?service=https%3A%2F%2Fservice.example%2F",
    "/cas/p3/serviceValidate?service=https%3A%2F%2Fservice.example%2F&ticket=ST-1",
    "/oauth2/authorize?client_id=nobody&response_type=code&redirect_uri=https%3A%2F%2Fa.example%2F",
    "/docs/codes/TG-F5030",
    "/healthz",
];

/// What happens to the primary before the standby is promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Killed,
    RefusesWrites,
    Frozen,
}

#[test]
fn after_a_primary_was_killed_the_promoted_standby_is_found_and_nothing_is_lost() {
    run(Loss::Killed);
}

/// A pool that keeps its connections to a server that is read-only now would fail until somebody restarts it.
#[test]
fn a_primary_that_refuses_writes_is_left_for_the_promoted_standby() {
    run(Loss::RefusesWrites);
}

/// Its connections stay open, and its system confirms every byte: only a limit of time tells that nobody answers.
#[test]
fn a_primary_that_stands_still_is_left_for_the_promoted_standby() {
    run(Loss::Frozen);
}

/// What callers and the test share.
#[derive(Default)]
struct Setup {
    is_over: AtomicBool,
    /// When each message was accepted.
    accepted: Mutex<Vec<Instant>>,
    /// Answers that must not be: what was asked, and what came.
    wrong: Mutex<Vec<String>>,
    /// Changes of readiness: since when, and whether it is ready.
    ready: Mutex<Vec<(Instant, bool)>>,
    n_unavailable: Mutex<u32>,
}

impl Setup {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Looks at an answer of an outage: below 500, or 503 with the time to come back.
    fn judge(&self, what: &str, answer: &Answer) {
        if answer.status == 503 {
            *self.n_unavailable.lock().unwrap() += 1;
        }
        let wait = answer.header("retry-after");
        let wait = wait.and_then(|wait| wait.parse::<u64>().ok());
        let is_polite = answer.status == 503 && wait.is_some_and(|wait| (1..=10).contains(&wait));
        if answer.status >= 500 && !is_polite {
            let text = format!("{what}: {} {:?} {}", answer.status, wait, answer.text());
            self.wrong.lock().unwrap().push(text);
        }
    }

    /// How long after a moment the first message was accepted.
    fn first_accepted_after(&self, moment: Instant) -> Option<Duration> {
        let accepted = self.accepted.lock().unwrap();
        let later = accepted.iter().filter(|at| **at >= moment);
        later.min().map(|at| *at - moment)
    }

    /// Waits for some messages that were accepted after a moment.
    fn until_accepted(&self, moment: Instant) {
        wait::until("further messages", || {
            let accepted = self.accepted.lock().unwrap();
            let n_later = accepted.iter().filter(|at| **at >= moment).count();
            (n_later >= 30).then_some(())
        });
    }

    /// How long after a moment readiness became what it is asked for.
    fn ready_after(&self, moment: Instant, is_ready: bool) -> Option<Duration> {
        let changes = self.ready.lock().unwrap();
        let mut later = changes
            .iter()
            .filter(|(at, is)| *at >= moment && *is == is_ready);
        later.next().map(|(at, _)| *at - moment)
    }
}

fn run(loss: Loss) {
    let Some(mut servers) = Replicas::start() else {
        return;
    };
    let place = Place::new().with("TONGGUAN_STORE__URL", &servers.url());
    let mut platform = place.start();
    let setup = Arc::new(Setup::default());
    let callers = start_load(&platform, &setup);
    let others = start_readers(&platform, &setup);
    wait::until("messages before the loss", || {
        (setup.accepted.lock().unwrap().len() >= 30).then_some(())
    });

    let lost = Instant::now();
    match loss {
        Loss::Killed => servers.kill_first(),
        Loss::RefusesWrites => servers.first_refuses_writes(),
        Loss::Frozen => servers.freeze_first(),
    }
    let noticed = wait::until("readiness to notice", || setup.ready_after(lost, false));
    // As long as it takes somebody to decide; the pauses between attempts grow meanwhile.
    wait::pause(OUTAGE);
    let promoted = Instant::now();
    servers.promote_second();
    let recovered = wait::until("a message after the promotion", || {
        setup.first_accepted_after(promoted)
    });
    let back = promoted + recovered;
    let ready = wait::until("readiness", || setup.ready_after(promoted, true));
    // It goes on, for everybody.
    setup.until_accepted(back);
    if loss == Loss::Killed {
        servers.first_comes_back();
        setup.until_accepted(Instant::now());
    }
    setup.is_over.store(true, Ordering::SeqCst);
    let sent: Vec<Vec<SentMessage>> = callers.into_iter().map(|c| c.join().unwrap()).collect();
    for other in others {
        other.join().unwrap();
    }
    let n_unavailable = *setup.n_unavailable.lock().unwrap();
    println!(
        "{loss:?}: not ready {noticed:.1?} after the loss; first message {recovered:.1?}, ready {ready:.1?} after the \
         promotion; {} messages, {n_unavailable} answers 503",
        sent.iter().map(Vec::len).sum::<usize>()
    );
    let wrong = setup.wrong.lock().unwrap();
    assert!(wrong.is_empty(), "{} answers: {:?}", wrong.len(), wrong[0]);
    assert!(n_unavailable > 0, "nobody met the outage");
    assert!(recovered <= RECOVERY_MAX, "{recovered:?}");
    assert!(noticed <= NOTICED_MAX && ready <= RECOVERY_MAX);
    assert!(platform.process.is_running());
    let log = platform.process.log();
    let n_begun = log.matches("the database cannot be reached").count();
    let n_over = log.matches("the database is available again").count();
    assert_eq!((n_begun, n_over), (1, 1), "one line each");
    // Everything is on the server that was promoted, and goes on to its receipts.
    let mut messages = sent.into_iter();
    for n in 0..COMPANIES {
        let both: Vec<SentMessage> = messages.by_ref().take(2).flatten().collect();
        compare(&platform.company(n).1, both.iter().collect());
    }
    let sql = "select count(*) from message";
    let n_stored: i64 = servers.second().query_one(sql, &[]).unwrap().get(0);
    let n_accepted = setup.accepted.lock().unwrap().len();
    assert_eq!(n_stored, i64::try_from(n_accepted).unwrap());
    assert_eq!(platform.n_parked(), 0.0);
}

type Running<T> = Vec<std::thread::JoinHandle<T>>;

fn start_load(platform: &Platform, setup: &Arc<Setup>) -> Running<Vec<SentMessage>> {
    (0..COMPANIES * 2)
        .map(|n| {
            let (setup, (sender, client)) = (Arc::clone(setup), platform.company(n / 2));
            let seed = u64::try_from(n).unwrap() * 10_000;
            std::thread::spawn(move || call(&setup, &sender, &client, seed))
        })
        .collect()
}

/// A company's program: sends one message after the other, and each until it is accepted.
fn call(setup: &Setup, sender: &Sender, client: &Client, mut seed: u64) -> Vec<SentMessage> {
    let mut connection = Connection::open(&client.address).unwrap();
    let mut sent = Vec::new();
    while !setup.is_over() {
        seed += 1;
        let xml = samples::message(Kind::Ceb311, sender, seed);
        let id = accepted(setup, &mut connection, client, &xml);
        setup.accepted.lock().unwrap().push(Instant::now());
        sent.push(SentMessage {
            xml,
            id: Some(id),
            n_unanswered: 0,
        });
        wait::pause(Duration::from_millis(60));
    }
    sent
}

fn accepted(setup: &Setup, connection: &mut Connection, client: &Client, xml: &str) -> String {
    let key = Some(client.key.as_str());
    wait::until("a message to be accepted", || {
        let answer = connection.send("POST", "/api/v1/messages", key, xml.as_bytes());
        let answer = answer.unwrap();
        setup.judge("POST /api/v1/messages", &answer);
        match answer.status {
            202 => Some(answer.json()["id"].as_str().unwrap().to_owned()),
            503 => None,
            _ => panic!("{} {}", answer.status, answer.text()),
        }
    })
}

fn start_readers(platform: &Platform, setup: &Arc<Setup>) -> Running<()> {
    let client = platform.company(0).1;
    let mut browser = Browser::new(platform);
    let (reading, asking, entering) = (Arc::clone(setup), Arc::clone(setup), Arc::clone(setup));
    let address = platform.address.clone();
    vec![
        std::thread::spawn(move || {
            for path in READS.iter().cycle().take_while(|_| !reading.is_over()) {
                let answer = client.get(path);
                reading.judge(path, &answer);
                wait::pause(Duration::from_millis(20));
            }
        }),
        std::thread::spawn(move || {
            while !asking.is_over() {
                note_readiness(&asking, &address);
                wait::pause(Duration::from_millis(200));
            }
        }),
        std::thread::spawn(move || {
            // A person without a session, who is no program: pages and forms.
            let accept = ("accept".to_owned(), "text/html".to_owned());
            browser.headers.push(accept);
            while !entering.is_over() {
                let form = "application/x-www-form-urlencoded";
                let page = browser.call("GET", "/console/", "", b"");
                entering.judge("GET /console/", &page);
                let tried = browser.call("POST", "/login", form, b"login=nobody&password=wrong");
                entering.judge("POST /login", &tried);
                wait::pause(Duration::from_millis(200));
            }
        }),
    ]
}

fn note_readiness(setup: &Setup, address: &str) {
    let mut connection = Connection::open(address).unwrap();
    let answer = connection.send("GET", "/readyz", None, b"").unwrap();
    let is_ready = answer.status == 200;
    let mut changes = setup.ready.lock().unwrap();
    if changes.last().is_none_or(|(_, was)| *was != is_ready) {
        changes.push((Instant::now(), is_ready));
    }
}
