//! How long people wait for a list: twenty messages out of many, for everybody who may ask.
//!
//! `bench lists N` puts N messages with a document each into an empty database of either engine,
//! straight into the tables (this is the one measurement that fills without a journey, because ten
//! million journeys take hours), spread over a thousand companies of which one has a tenth. Then it
//! asks the very finder of the API, with every filter and every sight, on one connection, again and
//! again with other values, and tells the 95th percentile. The pages of the API add about a
//! millisecond of HTTP.

use crate::report::Report;
use anyhow::{Result, bail};
use exchange::finder::{Filter, list};
use exchange::message::State;
use exchange::message::guid::{SoughtGuid, guid_key};
use registry::access::Sight;
use registry::company::{Company, CompanyId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use store::{Db, Many, Tx, Value};
use web::Begin;

/// Companies among which the messages are spread.
const COMPANIES: i64 = 1000;

/// Messages of one transaction of the fill.
const FILL: i64 = 16_384;

/// Requests of one measurement.
const ASKED: i64 = 400;

/// Items of a list.
const ITEMS: i64 = 20;

/// Milliseconds between two messages, so that ten million are a quarter.
const APART_MS: i64 = 700;

const KINDS: [&str; 6] = ["CEB311", "CEB411", "CEB511", "CEB621", "CEB303", "CEB603"];

/// Fills a database and measures its lists.
pub(crate) async fn lists(report: &mut Report, url: &str, n_messages: i64) -> Result<()> {
    let config = store::StoreConfig {
        url: url.to_owned(),
        ..store::StoreConfig::default()
    };
    let db = tokio::task::spawn_blocking(move || Db::open(&config)).await??;
    let engine = db.engine_name();
    let begun = Instant::now();
    companies(&db).await?;
    let indexes = indexes()?;
    statements(&db, indexes.keys().map(|name| format!("drop index {name}"))).await?;
    let mut from = 0;
    while from < n_messages {
        let until = (from + FILL).min(n_messages);
        db.write(move |tx| fill(tx, from, until)).await?;
        from = until;
        if from % (FILL * 64) == 0 {
            report.note(format!(
                "{engine}: {from} stored, {:.0} s",
                begun.elapsed().as_secs_f64()
            ));
        }
    }
    statements(&db, indexes.values().cloned()).await?;
    let seconds = begun.elapsed().as_secs_f64();
    report.note(format!(
        "{engine}: {n_messages} messages stored in {seconds:.0} s"
    ));
    db.analyze().await?;
    for (name, case) in CASES {
        measure(report, &db, engine, name, *case, n_messages).await?;
    }
    Ok(())
}

/// The indexes of the tables that are filled, by name, as the migrations leave them. They are made
/// after the fill: growing them row by row takes most of an hour, and the outcome is the same.
fn indexes() -> Result<BTreeMap<String, String>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    let mut found = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file)?;
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect();
        for statement in lines.join(" ").split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            match words.as_slice() {
                ["create", "index", name, "on", table, ..]
                | ["create", "unique", "index", name, "on", table, ..]
                    if ["message", "document"].contains(table) =>
                {
                    found.insert((*name).to_owned(), words.join(" "));
                }
                ["drop", "index", name] => {
                    found.remove(*name);
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

async fn statements(db: &Db, all: impl Iterator<Item = String>) -> Result<()> {
    for statement in all {
        db.write(move |tx| tx.execute(&statement, &[]).map(|_| ()))
            .await?;
    }
    Ok(())
}

async fn companies(db: &Db) -> Result<()> {
    // Sample codes repeat after a while; those of companies must not.
    let codes: BTreeSet<String> = (0..2 * COMPANIES.cast_unsigned())
        .map(ceb::sample::credit_code)
        .collect();
    let add = move |tx: &mut Tx<'_>| -> Result<(), registry::company::CompanyRefusal> {
        for (n, credit_code) in (0..COMPANIES).zip(&codes) {
            let company = Company {
                id: CompanyId(n + 1),
                credit_code: credit_code.clone(),
                customs_code: format!("{:04}{n:06}", 1100 + n % 90),
                name: format!("企业{n}"),
                dxp_id: format!("DXPENT{n:010}"),
                roles: vec!["ebc".to_owned()],
                profile: "strict".to_owned(),
                weight: 1,
                suspended: false,
                created_at: 0,
            };
            registry::company::add(tx, &company)?;
        }
        Ok(())
    };
    Ok(db.write(add).await?)
}

/// The company of message `n`: the first has a tenth of all.
fn company_of(n: i64) -> i64 {
    if n % 10 == 0 {
        1
    } else {
        1 + scrambled(n) % COMPANIES
    }
}

/// A number that looks drawn by chance and is always the same.
fn scrambled(n: i64) -> i64 {
    let mixed = n.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).cast_signed() & i64::MAX
}

fn id_of(n: i64) -> i64 {
    store::id::first_at_ms(1_767_225_600_000 + n * APART_MS)
}

fn state_of(n: i64, kind: &str) -> &'static str {
    match scrambled(n) % 10_000 {
        0 => "held",
        1..=50 => "refused",
        51..=60 => "sent",
        _ if kind == "CEB621" => "answered",
        _ => "settled",
    }
}

/// Guid and numbers of message `n`.
fn texts_of(n: i64) -> [String; 6] {
    [
        format!("{:016X}-{n:016X}", scrambled(n)),
        format!("ORDER{n:012}"),
        format!("WAY{n:012}"),
        format!("11{n:016}"),
        format!("COP{n:012}"),
        format!("PRE{n:012}"),
    ]
}

fn fill(tx: &mut Tx<'_>, from: i64, until: i64) -> store::Result<()> {
    const MESSAGE: Many = Many {
        before: "insert into message (id, company_id, key_id, direction, kind, guid, shape, profile, \
                 state, n_bytes, n_documents, n_final, hash, received_at, changed_at) values ",
        row: "(?, ?, 1, ?, ?, ?, 'bare', 'strict', ?, 4000, 1, 1, ?, ?, ?)",
        after: "",
    };
    const DOCUMENT: Many = Many {
        before: "insert into document (id, company_id, kind, business_key, order_no, logistics_no, \
                 invt_no, cop_no, pre_no, status, status_time, is_final) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, 120, '20261123000000', ?)",
        after: "",
    };
    let texts: Vec<[String; 6]> = (from..until).map(texts_of).collect();
    let mut messages: Vec<Vec<Value<'_>>> = Vec::with_capacity(texts.len());
    let mut documents: Vec<Vec<Value<'_>>> = Vec::with_capacity(texts.len());
    for (n, [guid, order, way, invt, cop, pre]) in (from..until).zip(&texts) {
        let kind = KINDS[usize::try_from(n % 6).unwrap_or(0)];
        let direction = if n % 6 < 4 { "import" } else { "export" };
        let at_ms: i64 = 1_767_225_600_000 + n * APART_MS;
        messages.push(vec![
            id_of(n).into(),
            company_of(n).into(),
            direction.into(),
            kind.into(),
            guid.into(),
            state_of(n, kind).into(),
            Value::Bytes(&guid.as_bytes()[..32]),
            at_ms.into(),
            at_ms.into(),
        ]);
        let is_list = kind == "CEB621";
        let only_list = |text: &'static str| {
            if is_list {
                Value::Text(text)
            } else {
                Value::Null
            }
        };
        let of_list = |text| {
            if is_list {
                Value::Text(text)
            } else {
                only_list("")
            }
        };
        documents.push(vec![
            (id_of(n) + 1).into(),
            company_of(n).into(),
            kind.into(),
            order.into(),
            order.into(),
            way.into(),
            of_list(invt),
            of_list(cop),
            of_list(pre),
            true.into(),
        ]);
    }
    fill_guids(tx, from, &texts)?;
    tx.many(MESSAGE, &[], &messages)?;
    tx.many(DOCUMENT, &[], &documents).map(|_| ())
}

/// By what a repetition of each message is known.
fn fill_guids(tx: &mut Tx<'_>, from: i64, texts: &[[String; 6]]) -> store::Result<()> {
    const GUID: Many = Many {
        before: "insert into message_guid (guid, company_id, message_id) values ",
        row: "(?, ?, ?)",
        after: "",
    };
    let keys: Vec<_> = texts.iter().map(|texts| guid_key(&texts[0])).collect();
    let guids: Vec<Vec<Value<'_>>> = (from..)
        .zip(&keys)
        .map(|(n, key)| vec![Value::Bytes(key), company_of(n).into(), id_of(n).into()])
        .collect();
    tx.many(GUID, &[], &guids).map(|_| ())
}

/// A question: who asks, with which filter, for the n-th time out of so many messages.
type ListCase = fn(i64, i64) -> (Sight, Filter);

const BIG: Sight = Sight::Company(CompanyId(1));

fn small(n: i64) -> Sight {
    Sight::Company(CompanyId(2 + scrambled(n) % (COMPANIES - 2)))
}

/// A message by chance.
fn any(n: i64, total: i64) -> i64 {
    scrambled(n.wrapping_mul(31)) % total
}

fn before(n: i64, total: i64) -> Filter {
    Filter {
        begin: Begin::after(id_of(any(n, total))),
        ..Filter::default()
    }
}

const CASES: &[(&str, ListCase)] = &[
    ("company", |n, _| (small(n), Filter::default())),
    ("company_deep_page", |n, total| (BIG, before(n, total))),
    ("company_kind", |n, total| {
        let kind = KINDS[usize::try_from(n % 6).unwrap_or(0)].to_owned();
        (
            BIG,
            Filter {
                kind: Some(kind),
                ..before(n, total)
            },
        )
    }),
    ("company_refused", |n, total| {
        (
            BIG,
            Filter {
                state: Some(State::Refused),
                ..before(n, total)
            },
        )
    }),
    ("company_held", |n, _| {
        (
            small(n),
            Filter {
                state: Some(State::Held),
                ..Filter::default()
            },
        )
    }),
    ("company_sent", |n, _| {
        (
            small(n),
            Filter {
                state: Some(State::Sent),
                ..Filter::default()
            },
        )
    }),
    ("company_settled_kind", |n, total| {
        let kind = Some("CEB603".to_owned());
        (
            BIG,
            Filter {
                kind,
                state: Some(State::Settled),
                ..before(n, total)
            },
        )
    }),
    ("company_rare_kind", |n, _| {
        (
            small(n),
            Filter {
                kind: Some("CEB711".to_owned()),
                ..Filter::default()
            },
        )
    }),
    ("all", |n, total| (Sight::All, before(n, total))),
    ("all_rare_kind", |_, _| {
        (
            Sight::All,
            Filter {
                kind: Some("CEB711".to_owned()),
                ..Filter::default()
            },
        )
    }),
    ("all_held", |n, total| {
        (
            Sight::All,
            Filter {
                state: Some(State::Held),
                ..before(n, total)
            },
        )
    }),
    ("all_order_no", |n, total| {
        let order_no = Some(format!("ORDER{:012}", any(n, total)));
        (
            Sight::All,
            Filter {
                order_no,
                ..Filter::default()
            },
        )
    }),
    ("all_guid", |n, total| {
        let n = any(n, total);
        let guid = SoughtGuid::of(&format!("{:016X}-{n:016X}", scrambled(n)));
        (
            Sight::All,
            Filter {
                guid: Some(guid),
                ..Filter::default()
            },
        )
    }),
    ("company_logistics_no", |n, total| {
        let logistics_no = Some(format!("WAY{:012}", any(n, total) / 10 * 10));
        (
            BIG,
            Filter {
                logistics_no,
                ..Filter::default()
            },
        )
    }),
    ("company_invt_no", |n, total| {
        let invt_no = Some(format!("11{:016}", any(n, total)));
        (
            BIG,
            Filter {
                invt_no,
                ..Filter::default()
            },
        )
    }),
    ("district", |n, total| {
        let district = format!("{}", 1100 + scrambled(n) % 90);
        (Sight::District(district), before(n, total))
    }),
    ("subtree", |n, total| {
        let ids: Vec<CompanyId> = (0..20)
            .map(|k| CompanyId(2 + (n * 7 + k * 13) % 900))
            .collect();
        (Sight::Subtree(Arc::from(ids)), before(n, total))
    }),
];

async fn measure(
    report: &mut Report,
    db: &Db,
    engine: &str,
    name: &str,
    case: ListCase,
    total: i64,
) -> Result<()> {
    let mut millis = Vec::new();
    let mut n_found = 0;
    for n in 0..ASKED {
        let (sight, filter) = case(n, total);
        let begun = Instant::now();
        let found = db.read(move |tx| list(tx, &sight, &filter, ITEMS)).await?;
        millis.push(begun.elapsed().as_secs_f64() * 1000.0);
        n_found += found.len();
    }
    millis.sort_by(f64::total_cmp);
    let at = |per_cent: usize| millis.get(millis.len() * per_cent / 100).copied();
    let (Some(half), Some(most)) = (at(50), at(95)) else {
        bail!("nothing was asked")
    };
    report.note(format!(
        "{engine} {name}: p50 {half:.2} ms, p95 {most:.2} ms, {:.1} items a list",
        n_found as f64 / ASKED as f64
    ));
    report.round(&format!("list_p95_ms_{engine}_{name}"), most);
    Ok(())
}
