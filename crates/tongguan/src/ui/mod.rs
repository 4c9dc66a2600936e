//! Pages (页面) rendered by the server: without scripts, readable on any screen. The live page shows
//! all companies and therefore exists in the demo only; `serve` shows where the API is.

mod clinic;
pub mod console;
pub mod people;
mod words;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};
use axum::routing::get;
use exchange::finder::{find_any, latest};
use exchange::message::{MessageId, StoredMessage};
use exchange::outcome::{self, OutcomeCounts};
use exchange::query::board::{self, KindToday, Waiting};
use exchange::query::{MessageDetail, MessageSummary, Unsure, detail, unsure};
use exchange::shared::Shared;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag};
use registry::access::Sight;
use registry::company::Company;
use registry::page::{Lang, page_with};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Result as StoreResult;
use store::clock::{beijing_day, beijing_rfc3339};
use web::{Path, Problem, codes};

/// Messages on the live page.
const LATEST: i64 = 30;

/// What a page may load: its own style and nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A message on the live page.
struct Line {
    company: String,
    summary: MessageSummary,
    time: String,
}

#[derive(Template)]
#[template(path = "board.html")]
struct LiveBoard {
    lang: Lang,
    day: String,
    time: String,
    engine: &'static str,
    kinds: Vec<(String, &'static str, OutcomeCounts, KindToday)>,
    total: KindToday,
    /// Today's messages by what has become of them.
    outcomes: OutcomeCounts,
    /// All messages on which a company must act.
    needs_action: i64,
    waiting: Waiting,
    /// Messages that wait for a person.
    n_held: i64,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Life {
    lang: Lang,
    company: String,
    detail: MessageDetail,
    is_moving: bool,
}

/// The pages of the demo.
pub fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/messages/{id}", get(life))
        .with_state(Arc::clone(&shared))
        .merge(clinic::routes(shared))
}

/// Where people enter.
pub fn entry_routes() -> Router {
    Router::new().route("/", get(async || Redirect::to("/console/")))
}

/// Markdown of our own as HTML: tables, and links that belong to the folder `base`. HTML in it is shown
/// as text.
pub fn html_of(markdown: &str, base: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| {
        if let Event::Html(text) | Event::InlineHtml(text) = event {
            return Event::Text(text);
        }
        let Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) = event
        else {
            return event;
        };
        Event::Start(Tag::Link {
            link_type,
            dest_url: absolute(dest_url, base),
            title,
            id,
        })
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, parser);
    html
}

fn absolute<'a>(link: CowStr<'a>, base: &str) -> CowStr<'a> {
    let is_whole = link.starts_with(['/', '#']) || link.contains("://");
    match is_whole {
        true => link,
        false => format!("{base}{link}").into(),
    }
}

async fn live(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let now_ms = shared.clock.now_ms();
    let day = beijing_day(now_ms);
    let (asked, number) = (day.clone(), outcome::day_no(now_ms));
    let read = move |tx: &mut store::Tx<'_>| -> StoreResult<_> {
        let companies = registry::company::all(tx)?;
        let messages = latest(tx, LATEST)?;
        let unsure = unsure(tx, messages.iter().map(|message| message.id))?;
        Ok((
            board::today(tx, &asked)?,
            (board::waiting(tx)?, board::n_held(tx)?),
            (messages, unsure),
            companies,
            outcome::by_day(tx, &Sight::All, (number, number))?,
            outcome::n_open(tx, &Sight::All)?,
        ))
    };
    let (today, waiting, newest, companies, by_outcome, open) = shared.db.read(read).await?;
    let (messages, unsure) = newest;
    let (waiting, n_held) = waiting;
    let sum = |of: fn(&KindToday) -> i64| today.iter().map(of).sum();
    let total = KindToday {
        kind: String::new(),
        n_checked: sum(|k| k.n_checked),
        n_refused: sum(|k| k.n_refused),
        n_sent: sum(|k| k.n_sent),
        n_settled: sum(|k| k.n_settled),
        n_receipts: sum(|k| k.n_receipts),
    };
    let mut outcomes = OutcomeCounts::default();
    let mut of_kinds: BTreeMap<String, OutcomeCounts> = BTreeMap::new();
    for (_, kind, of, n) in by_outcome {
        outcomes.add(of, n);
        of_kinds.entry(kind).or_default().add(of, n);
    }
    let kinds = today.into_iter().map(|kind| {
        let about = ceb::Kind::from_code(&kind.kind);
        let of = of_kinds.get(&kind.kind).copied().unwrap_or_default();
        let direction = match about.and_then(ceb::Kind::direction) {
            Some(ceb::Direction::Import) => "进口",
            Some(ceb::Direction::Export) => "出口",
            None => "",
        };
        (
            about.map_or("", ceb::Kind::chinese).to_owned(),
            direction,
            of,
            kind,
        )
    });
    let time = beijing_rfc3339(now_ms);
    let template = LiveBoard {
        lang,
        n_held,
        kinds: kinds.collect(),
        total,
        outcomes,
        needs_action: open.bad(),
        waiting,
        lines: messages
            .iter()
            .map(|message| line(message, &companies, &unsure))
            .collect(),
        engine: shared.db.engine_name(),
        time: time.get(11..19).unwrap_or_default().to_owned(),
        day,
    };
    Ok(page_with(lang, StatusCode::OK, &template, POLICY))
}

fn line(message: &StoredMessage, companies: &[Company], unsure: &Unsure) -> Line {
    let mut summary = MessageSummary::from(message);
    summary.unsure(unsure);
    let time = summary
        .received_at
        .get(11..19)
        .unwrap_or_default()
        .to_owned();
    Line {
        company: name_of(message, companies),
        summary,
        time,
    }
}

fn name_of(message: &StoredMessage, companies: &[Company]) -> String {
    companies
        .iter()
        .find(|company| company.id == message.company_id)
        .map(|company| company.name.clone())
        .unwrap_or_default()
}

async fn life(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let read = move |tx: &mut store::Tx<'_>| -> StoreResult<_> {
        let Some(message) = find_any(tx, id)? else {
            return Ok(None);
        };
        let companies = registry::company::all(tx)?;
        let is_moving = !message.state.is_final();
        Ok(Some((
            name_of(&message, &companies),
            detail(tx, &message)?,
            is_moving,
        )))
    };
    let found = shared.db.read(read).await?;
    let (company, detail, is_moving) = found.ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let template = Life {
        lang,
        company,
        detail,
        is_moving,
    };
    Ok(page_with(lang, StatusCode::OK, &template, POLICY))
}

#[cfg(test)]
mod tests {
    use super::{KindToday, Lang, LiveBoard, OutcomeCounts, Waiting};
    use askama::Template;

    fn board(lang: Lang) -> String {
        let total = KindToday {
            kind: String::new(),
            n_checked: 0,
            n_refused: 0,
            n_sent: 0,
            n_settled: 0,
            n_receipts: 0,
        };
        let board = LiveBoard {
            lang,
            day: "2026-11-23".to_owned(),
            time: "10:00:00".to_owned(),
            engine: "sqlite",
            kinds: Vec::new(),
            total,
            outcomes: OutcomeCounts::default(),
            needs_action: 0,
            waiting: Waiting::default(),
            n_held: 11,
            lines: Vec::new(),
        };
        board.render().unwrap()
    }

    /// Whoever looks at the live page sees what waits for a person, and can read the page in English.
    #[test]
    fn the_live_page_shows_what_is_held_in_both_languages() {
        assert!(board(Lang::Zh).contains("<b>11</b><span>待人工处理</span>"));
        let english = board(Lang::En);
        assert!(english.contains("<b>11</b><span>Held</span>"));
        assert!(english.contains("lang=zh\" hreflang=\"zh\""));
        let main = english.split("<main>").nth(1).unwrap();
        let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
        assert!(!main.contains(is_chinese), "{main}");
    }
}
