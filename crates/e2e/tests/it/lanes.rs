//! A flood of one company does not hold up the others.

use crate::http::Client;
use crate::platform::Place;
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::Sender;
use serde_json::json;

/// Messages of the company that floods.
const FLOOD: u64 = 3000;

/// Lines of one batch call.
const LINES: u64 = 500;

/// Messages that may be sent before those of another company: two turns of 256 and some slack,
/// because check and dispatch take turns of their own.
const BEFORE_MAX: usize = 600;

/// Three thousand orders of one company wait; then others come with one message each.
#[test]
fn an_import_flood_does_not_hold_up_other_companies() {
    // While only the API runs, everything waits in the order in which it came.
    let mut place = Place::new().serving("api");
    let (flooder, flooder_key) = place.company(1);
    let (small, small_key) = place.company(2);
    let platform = place.start();
    flood(&flooder, &platform.client(&flooder_key));
    let company = platform.client(&small_key);
    let import = company.accepted(samples::message(Kind::Ceb311, &small, 1).as_bytes());
    let export = company.accepted(samples::message(Kind::Ceb303, &small, 2).as_bytes());
    let flooder_export = platform
        .client(&flooder_key)
        .accepted(samples::message(Kind::Ceb303, &flooder, FLOOD + 1).as_bytes());
    drop(platform);

    place.serve("api,pipeline");
    let platform = place.start();
    wait::until("everything to be sent", || {
        let waiting = ["received", "checked"].map(|state| {
            platform.metric(&format!("tongguan_messages_waiting{{state=\"{state}\"}} "))
        });
        let n_sent = platform.metric("tongguan_messages_sent_total ");
        (waiting == [0.0, 0.0] && n_sent > 0.0).then_some(())
    });

    // The order in which they were sent is that of the events of the database.
    let database = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    let mut statement = database
        .prepare("select subject_id from event where kind = 'message.sent' order by id")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    let sent: Vec<String> = rows.map(|id| id.unwrap().to_string()).collect();
    assert_eq!(sent.len(), usize::try_from(FLOOD).unwrap() + 3);
    let place_of = |id: &String| sent.iter().position(|sent| sent == id).unwrap();
    for (what, id) in [
        ("another company's import", &import),
        ("another company's export", &export),
        ("the flooder's own export", &flooder_export),
    ] {
        let before = place_of(id);
        println!("{what}: {before} messages were sent before it");
        assert!(
            before < BEFORE_MAX,
            "{what}: {before} messages were sent before it"
        );
    }
}

fn flood(sender: &Sender, company: &Client) {
    for first in (0..FLOOD).step_by(usize::try_from(LINES).unwrap()) {
        let lines: Vec<String> = (first..first + LINES)
            .map(|seed| {
                let xml = samples::message(Kind::Ceb311, sender, seed);
                json!({ "xml": xml }).to_string()
            })
            .collect();
        let answer = company.post("/api/v1/messages:batch", lines.join("\n").as_bytes());
        assert_eq!(answer.status, 200);
        assert!(!answer.text().contains("\"code\""), "{}", answer.text());
    }
}
