//! `GET /api/v1/home` and `GET /api/v1/statistics`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{DAYS_MAX, KindDay, by_day, day, lag, percentile, unsettled};
use crate::api::{ApiState, READERS, bad};
use crate::finder::{Filter, list};
use crate::message::StoredMessage;
use crate::outcome::{self, OutcomeCounts, day_no};
use crate::query::{MessageSummary, doing};
use crate::quota::{self, Limits, QuotaUse};
use axum::Json;
use axum::extract::State as Held;
use registry::access::{By, Routes, Sight};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Tx;
use store::clock::{beijing_day, parse_time};
use utoipa::{IntoParams, ToSchema};
use web::{Page, Problem, QueryOf};

/// Refused messages on the first page.
const REFUSALS: i64 = 10;

/// Days of statistics when nobody says.
const DAYS: i64 = 30;

const DAY_MS: i64 = 86_400_000;

registry::operations! {
    ReadHome = reads("home", "查看首页概览", READERS);
    ReadStatistics = reads(
        "statistics",
        "查看统计",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(home, statistics)
}

/// Counts of a kind on a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KindCount {
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Messages that passed the check.
    pub checked: i64,
    /// Messages that were refused by it.
    pub refused: i64,
    /// Messages sent to customs.
    pub sent: i64,
    /// Messages that customs has finished with.
    pub settled: i64,
    /// Receipts that came home.
    pub receipts: i64,
    /// Messages that were accepted by the platform on this day, by what has become of them since.
    #[serde(default)]
    #[schema(required = true)]
    pub outcomes: OutcomeCounts,
}

impl From<KindDay> for KindCount {
    fn from(counts: KindDay) -> Self {
        Self {
            kind_name: ceb::Kind::from_code(&counts.kind)
                .map_or_else(String::new, |kind| kind.chinese().to_owned()),
            kind: counts.kind,
            checked: counts.n_checked,
            refused: counts.n_refused,
            sent: counts.n_sent,
            settled: counts.n_settled,
            receipts: counts.n_receipts,
            outcomes: OutcomeCounts::default(),
        }
    }
}

/// Time from acceptance to sending, of the newest 200 messages, in milliseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Lag {
    /// Half of them were faster.
    pub p50: Option<i64>,
    /// Nearly all of them were faster.
    pub p95: Option<i64>,
}

/// A message that came back, with what is to be done about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReturnedMessage {
    /// The message.
    #[serde(flatten)]
    pub message: MessageSummary,
    /// `correct` (declare again), `call` (ask first) or `follow` (do as the receipt says).
    #[schema(example = "correct")]
    pub doing: String,
}

/// The first page (首页概览).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HomePage {
    /// Day in Beijing: `2026-11-23`.
    pub day: String,
    /// Today's counts by kind.
    pub kinds: Vec<KindCount>,
    /// How long the platform takes.
    pub lag_ms: Lag,
    /// Today's messages by what has become of them: `GET /api/v1/messages?outcome=…&from=<day>`.
    pub outcomes: OutcomeCounts,
    /// All messages on which the company must act, by outcome, each counted up to 10000:
    /// `GET /api/v1/messages?needsAction=true&outcome=…`.
    pub needs_action: OutcomeCounts,
    /// The latest messages that were turned down, by the platform, the E-Port or customs, and on
    /// which the company must act.
    pub refusals: Vec<ReturnedMessage>,
    /// Messages on their way, at most 10000.
    pub unsettled: i64,
    /// What the company that one acts for has used of its quota of the day; none for staff.
    pub quota: Option<QuotaUse>,
}

/// Joins the counts of what happened on each day with those of what became of the messages that were
/// accepted on it; by day and kind, in order.
fn with_outcomes(
    kinds: Vec<(String, KindDay)>,
    by_outcome: Vec<(i64, String, ceb::Outcome, i64)>,
) -> Vec<(String, KindCount)> {
    let mut found: BTreeMap<(String, String), KindCount> = BTreeMap::new();
    for (day, kind) in kinds {
        found.insert((day, kind.kind.clone()), kind.into());
    }
    for (day_no, kind, of, n) in by_outcome {
        let day = outcome::day_text(day_no);
        let empty = KindDay {
            kind: kind.clone(),
            n_checked: 0,
            n_refused: 0,
            n_sent: 0,
            n_settled: 0,
            n_receipts: 0,
        };
        let counts = found.entry((day, kind)).or_insert_with(|| empty.into());
        counts.outcomes.add(of, n);
    }
    found
        .into_iter()
        .map(|((day, _), counts)| (day, counts))
        .collect()
}

/// What came back and needs an action, each with what is to be done about it.
fn refusals(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &Filter,
) -> store::Result<Vec<(StoredMessage, &'static str)>> {
    let mut found = Vec::new();
    for message in list(tx, sight, filter, REFUSALS)? {
        let doing = doing(tx, &message)?;
        found.push((message, doing));
    }
    Ok(found)
}

/// What today is like (首页概览): a company its own, staff what they see.
#[utoipa::path(
    get, path = "/api/v1/home", tag = "overview", security(("key" = [])),
    responses(
        (status = 200, body = HomePage)
    )
)]
pub(crate) async fn home(
    By { actor, .. }: By<ReadHome>,
    Held(api): Held<ApiState>,
) -> Result<Json<HomePage>, Problem> {
    let today = beijing_day(api.shared.clock.now_ms());
    let (sight, asked) = (actor.sight.clone(), today.clone());
    let refused = Filter {
        needs_action: Some(true),
        ..Filter::default()
    };
    let today_no = day_no(api.shared.clock.now_ms());
    let own = actor.company.as_ref().map(|company| company.id);
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            Ok((
                day(tx, &sight, &asked)?,
                lag(tx, &sight)?,
                refusals(tx, &sight, &refused)?,
                unsettled(tx, &sight)?,
                outcome::by_day(tx, &sight, (today_no, today_no))?,
                outcome::n_open(tx, &sight)?,
                own.map(|own| quota::used(tx, &asked, own)).transpose()?,
            ))
        })
        .await?;
    api.refresh().await?;
    let (kinds, mut lags, refusals, unsettled, by_outcome, needs_action, used) = found;
    let limits = Limits::of(&api.shared.context);
    let mut outcomes = OutcomeCounts::default();
    for (_, _, of, n) in &by_outcome {
        outcomes.add(*of, *n);
    }
    let kinds = kinds
        .into_iter()
        .map(|kind| (today.clone(), kind))
        .collect();
    Ok(Json(HomePage {
        day: today,
        kinds: with_outcomes(kinds, by_outcome)
            .into_iter()
            .map(|(_, counts)| counts)
            .collect(),
        outcomes,
        needs_action,
        lag_ms: Lag {
            p50: percentile(&mut lags, 50),
            p95: percentile(&mut lags, 95),
        },
        refusals: refusals
            .iter()
            .map(|(message, doing)| ReturnedMessage {
                message: api.summary(&actor, message),
                doing: (*doing).to_owned(),
            })
            .collect(),
        unsettled,
        quota: used.map(|used| QuotaUse::of(used, limits)),
    }))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// First day in Beijing: `2026-11-01`; thirty days back when absent.
    pub from: Option<String>,
    /// Last day in Beijing; today when absent.
    pub to: Option<String>,
}

/// Counts of a day and a kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// Day in Beijing: `2026-11-23`.
    pub day: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: KindCount,
}

/// Counts by day and kind (统计): a company its own, staff what they see.
#[utoipa::path(
    get, path = "/api/v1/statistics", tag = "overview", params(DaysQuery),
    responses(
        (status = 200, body = Page<DayCount>, description = "按日、按类型，由旧到新"),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn statistics(
    By { actor, .. }: By<ReadStatistics>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<DaysQuery>,
) -> Result<Json<Page<DayCount>>, Problem> {
    let moment = |name: &str, text: Option<String>, otherwise: i64| match text {
        None => Ok(otherwise),
        Some(text) => {
            parse_time(&text).ok_or_else(|| bad(format!("{name} 不是日期（2026-11-23）")))
        }
    };
    let to_ms = moment("to", query.to, api.shared.clock.now_ms())?;
    let from_ms = moment(
        "from",
        query.from,
        to_ms.saturating_sub((DAYS - 1) * DAY_MS),
    )?;
    if from_ms > to_ms || to_ms.saturating_sub(from_ms) > DAYS_MAX * DAY_MS {
        return Err(bad(format!("起止日期应先后有序，最多 {DAYS_MAX} 天")));
    }
    let (from, to) = (beijing_day(from_ms), beijing_day(to_ms));
    let days = (day_no(from_ms), day_no(to_ms));
    let found = api
        .shared
        .db
        .read_recent(move |tx| -> Result<_, Problem> {
            Ok((
                by_day(tx, &actor.sight, &from, &to)?,
                outcome::by_day(tx, &actor.sight, days)?,
            ))
        })
        .await?;
    let (rows, by_outcome) = found;
    let rows = rows.into_iter().map(|row| (row.day, row.counts)).collect();
    let items = with_outcomes(rows, by_outcome)
        .into_iter()
        .map(|(day, counts)| DayCount { day, counts });
    Ok(Json(Page::whole(items.collect())))
}
