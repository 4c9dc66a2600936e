//! `GET /api/v1/operator/pipeline`, `…/stuck`, `…/parked`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::request::pending;
use super::{KINDS, Lane, lanes, rates};
use crate::api::{ApiState, bad};
use crate::finder::{Filter, list, total};
use crate::inbox;
use crate::message::{State, StoredMessage};
use crate::query::MessageSummary;
use crate::query::board::{n_held, sent_since, waiting};
use crate::quota;
use crate::receipt;
use crate::receipt::parked::{Listed, Parked};
use axum::Json;
use axum::extract::State as Held;
use registry::access::{By, Routes};
use registry::approval::Approval;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::clock::{beijing_day, beijing_rfc3339};
use store::id::made_at_ms;
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, Page, PageQuery, Problem, QueryOf, Total};

/// Seconds over which rates are measured.
const RATE_SECONDS: i64 = 10;

/// Companies near their quota that are shown.
const QUOTAS_MAX: i64 = 50;

const OPERATORS: &[Role] = &[Role::Operator];

registry::operations! {
    ReadPipeline = reads("pipeline", "查看流水线", OPERATORS);
    ReadStuck = reads("stuck", "查看滞留报文", OPERATORS);
    ReadParked = reads("parked", "查看未匹配回执", OPERATORS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(pipeline, stuck, parked)
}

/// A lane in which something waits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LaneView {
    /// Id of the company.
    pub company_id: String,
    /// Name of the company.
    pub company_name: String,
    /// `import` or `export`.
    pub direction: String,
    /// `received` waits for the check, `checked` for sending.
    pub state: String,
    /// Messages in it.
    pub waiting: i64,
    /// How long the oldest waits, in milliseconds.
    pub oldest_ms: i64,
}

/// A queue to or from customs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QueueView {
    /// Its name.
    pub name: String,
    /// Items in it; absent when the broker does not answer.
    pub depth: Option<u64>,
}

/// What the platform does now (流水线状态).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline {
    /// When this was seen, RFC 3339.
    pub at: String,
    /// Messages that wait for the check.
    pub received: i64,
    /// Messages that wait to be sent.
    pub checked: i64,
    /// Messages that customs has not answered.
    pub sent: i64,
    /// How long the oldest of them waits since it was sent, in milliseconds; 0 when there is none.
    pub sent_oldest_ms: i64,
    /// Messages that wait for a person.
    pub held: i64,
    /// Receipts that fit no declaration.
    pub parked: i64,
    /// The longest lanes, at most 50 of each step.
    pub lanes: Vec<LaneView>,
    /// Messages in a second, by the state they came into, over the last ten.
    pub rates: Vec<StateRate>,
    /// The queues to and from customs.
    pub queues: Vec<QueueView>,
    /// Which broker.
    pub broker: String,
    /// Whether the broker answers.
    pub broker_ok: bool,
    /// Which database.
    pub database: String,
    /// Tasks that wait for the database's writers.
    pub database_waiting: usize,
    /// Companies that have used most of their quota of the day, at most 50.
    pub near_quota: Vec<QuotaView>,
}

/// A company that has used most of its quota of the day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaView {
    /// Id of the company.
    pub company_id: String,
    /// Name of the company.
    pub company_name: String,
    /// What it has used.
    #[serde(flatten)]
    pub used: quota::QuotaUse,
}

/// How many in ten seconds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateRate {
    /// The state that messages came into.
    pub state: String,
    /// Its Chinese name.
    pub state_name: String,
    /// Messages in the last ten seconds.
    pub in_ten_seconds: i64,
}

/// What flows (流水线状态): lanes, rates, ages, queues, database.
#[utoipa::path(
    get, path = "/api/v1/operator/pipeline", tag = "operator",
    responses(
        (status = 200, body = Pipeline)
    )
)]
async fn pipeline(
    _: By<ReadPipeline>,
    Held(api): Held<ApiState>,
) -> Result<Json<Pipeline>, Problem> {
    let shared = &api.shared;
    let now_ms = shared.clock.now_ms();
    let since_ms = now_ms - RATE_SECONDS * 1000;
    let limits = quota::Limits::of(&shared.context);
    let (day, least) = (beijing_day(now_ms), limits.near());
    let found = shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let near = quota::near(tx, &day, least, QUOTAS_MAX)?;
            let line = (n_held(tx)?, sent_since(tx)?);
            Ok((waiting(tx)?, lanes(tx)?, rates(tx, since_ms)?, near, line))
        })
        .await?;
    api.refresh().await?;
    let (waiting, lanes, rates, near, (held, sent_since)) = found;
    let customs = &shared.customs;
    let mut queues = Vec::new();
    for name in [
        &customs.import_up,
        &customs.import_down,
        &customs.export_up,
        &customs.export_down,
    ] {
        queues.push(QueueView {
            name: name.clone(),
            depth: shared.queue.depth(name).await.ok(),
        });
    }
    // In the order of the life of a message, each state every time: a table whose rows come and go
    // cannot be read.
    let rates = State::ALL.into_iter().map(|state| {
        let is_of =
            |(kind, _): &&(String, i64)| kind.strip_prefix("message.") == Some(state.name());
        StateRate {
            state: state.name().to_owned(),
            state_name: state.chinese().to_owned(),
            in_ten_seconds: rates.iter().find(is_of).map_or(0, |(_, count)| *count),
        }
    });
    Ok(Json(Pipeline {
        at: beijing_rfc3339(now_ms),
        received: waiting.n_received,
        checked: waiting.n_checked,
        sent: waiting.n_sent,
        sent_oldest_ms: sent_since.map_or(0, |since| (now_ms - since).max(0)),
        held,
        parked: waiting.n_parked,
        lanes: lanes
            .into_iter()
            .map(|lane| lane_view(&api, lane, now_ms))
            .collect(),
        rates: rates.collect(),
        broker: shared.queue.name(),
        broker_ok: queues.iter().all(|queue| queue.depth.is_some()),
        queues,
        database: shared.db.engine_name().to_owned(),
        database_waiting: shared.db.n_waiting(),
        near_quota: near
            .into_iter()
            .map(|near| quota_view(&api, &near, limits))
            .collect(),
    }))
}

fn quota_view(api: &ApiState, near: &quota::Near, limits: quota::Limits) -> QuotaView {
    let company = api.shared.directory.by_id(near.company_id);
    QuotaView {
        company_id: near.company_id.0.to_string(),
        company_name: company.map_or_else(String::new, |company| company.name.clone()),
        used: quota::QuotaUse::of((near.n_messages, near.n_bytes), limits),
    }
}

fn lane_view(api: &ApiState, lane: Lane, now_ms: i64) -> LaneView {
    let company = api.shared.directory.by_id(lane.company_id);
    LaneView {
        company_id: lane.company_id.0.to_string(),
        company_name: company.map_or_else(String::new, |company| company.name.clone()),
        direction: lane.direction,
        state: lane.state.to_owned(),
        waiting: lane.n_waiting,
        oldest_ms: (now_ms - lane.oldest_at).max(0),
    }
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StuckQuery {
    /// `held` (default) or `refused`.
    pub state: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// What somebody has asked for, which waits for another person (待复核的申请).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskedView {
    /// Id of the request, see `GET /api/v1/approvals`.
    pub approval_id: String,
    /// `message.release`, `message.refuse`, `message.resubmit`, `receipt.release` or `receipt.dismiss`.
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Who asked.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    pub why: String,
}

impl From<&Approval> for AskedView {
    fn from(request: &Approval) -> Self {
        let kind = KINDS.iter().find(|kind| kind.name == request.kind);
        Self {
            approval_id: request.id.to_string(),
            kind: request.kind.clone(),
            kind_name: kind.map_or_else(String::new, |kind| kind.chinese.to_owned()),
            by: request.asked_name.clone(),
            at: beijing_rfc3339(request.asked_at),
            why: request.why.clone(),
        }
    }
}

/// A message that is stuck, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StuckItem {
    /// The message.
    #[serde(flatten)]
    pub message: MessageSummary,
    /// Why it is stuck.
    pub why: String,
    /// What was asked for and waits for another person; until it is decided nothing else is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedView>,
}

/// Messages that wait for a person, or were refused (滞留报文).
#[utoipa::path(
    get, path = "/api/v1/operator/stuck", tag = "operator", params(StuckQuery, PageQuery),
    responses(
        (status = 200, body = Page<StuckItem>),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn stuck(
    By { actor, .. }: By<ReadStuck>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<StuckQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<StuckItem>>, Problem> {
    let state = match query.state.as_deref() {
        None | Some("held") => State::Held,
        Some("refused") => State::Refused,
        Some(_) => return Err(bad("state 应为 held 或 refused")),
    };
    let size = asked.size();
    // A refused one that the company has declared anew or dismissed is stuck no more.
    let filter = Filter {
        state: Some(state),
        needs_action: (state == State::Refused).then_some(true),
        begin: asked.begin(query.sort.as_deref())?,
        ..Filter::default()
    };
    let sight = actor.sight.clone();
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let messages = list(tx, &sight, &filter, size.rows())?;
            let place = |message: &StoredMessage| filter.begin.next(message.id.0);
            let total = asked.total(|| total(tx, &sight, &filter))?;
            let page = Page::cut(messages, size, place).counted(total);
            let ids: Vec<i64> = page.items.iter().map(|message| message.id.0).collect();
            let requests = pending(tx, &ids, false)?;
            let mut why = Vec::with_capacity(ids.len());
            for message in &page.items {
                why.push(crate::finder::why(tx, message)?);
            }
            Ok((page, requests, why))
        })
        .await?;
    api.refresh().await?;
    let (page, requests, why) = found;
    let mut why = why.into_iter();
    Ok(Json(page.map(|message| StuckItem {
        asked: requests.get(&message.id.0).map(AskedView::from),
        message: api.summary(&actor, &message),
        why: why.next().unwrap_or_default(),
    })))
}

/// A receipt that fits no declaration (未匹配回执).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParkedItem {
    /// Its id.
    pub id: String,
    /// Kind of the receipt (回执类型).
    pub kind: String,
    /// Business key (业务主键) that it names.
    pub document_key: String,
    /// Return status (回执状态), where it has one that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_status: Option<i64>,
    /// Return text (回执信息), personal data masked.
    pub return_info: String,
    /// DXP ids (接收方) that its envelope is addressed to; none without an envelope.
    pub receivers: Vec<String>,
    /// Why it was parked.
    pub reason: String,
    /// Whether it may be matched again: what names neither kind nor key never fits anything.
    pub can_match: bool,
    /// When, RFC 3339.
    pub at: String,
    /// What was asked for and waits for another person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedView>,
}

/// How the list of parked receipts is put in order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ParkedQuery {
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// Receipts that fit no declaration (未匹配回执).
#[utoipa::path(
    get, path = "/api/v1/operator/parked", tag = "operator", params(ParkedQuery, PageQuery),
    responses(
        (status = 200, body = Page<ParkedItem>),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn parked(
    _: By<ReadParked>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<ParkedQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<ParkedItem>>, Problem> {
    let size = asked.size();
    let begin: Begin<Age> = asked.begin(query.sort.as_deref())?;
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let parked = parked_items(tx, &begin, size.rows())?;
            let total = asked.total(|| -> store::Result<Total> {
                Ok(receipt::parked::total(tx)?.with(inbox::aside::total(tx)?))
            })?;
            let page = Page::cut(parked, size, |(id, _)| begin.next(*id)).counted(total);
            let ids: Vec<i64> = page.items.iter().map(|(id, _)| *id).collect();
            Ok((pending(tx, &ids, true)?, page))
        })
        .await?;
    let (asked, page) = found;
    Ok(Json(page.map(|(id, parked)| ParkedItem {
        asked: asked.get(&id).map(AskedView::from),
        ..parked
    })))
}

/// A page of what has no home, and what cannot be opened.
pub(super) fn parked_items(
    tx: &mut Tx<'_>,
    begin: &Begin<Age>,
    limit: i64,
) -> store::Result<Vec<(i64, ParkedItem)>> {
    let item = |parked: Parked| {
        let is_named = !(parked.kind.is_empty() && parked.document_key.is_empty());
        let (status, return_info) = parked.status_and_text();
        let status = status.map(|status| i64::from(status.0));
        let item = ParkedItem {
            id: parked.id.to_string(),
            kind: parked.kind,
            document_key: parked.document_key,
            can_match: is_named || !matches!(parked.body, Listed::Whole(_)),
            return_status: status.and_then(receipt::shown_status),
            return_info,
            reason: parked.reason,
            receivers: parked.receivers,
            at: beijing_rfc3339(parked.at_ms),
            asked: None,
        };
        (parked.id, item)
    };
    let homeless = receipt::parked::list(tx, begin, limit)?.into_iter();
    let homeless = homeless.map(|parked| match parked.body {
        Listed::Damaged => Parked {
            reason: inbox::aside::REASON.to_owned(),
            ..parked
        },
        Listed::Whole(_) | Listed::Large => parked,
    });
    let aside = inbox::aside::list(tx, begin, limit)?.into_iter();
    let unreadable = aside.map(|(id, reason)| Parked {
        id,
        kind: String::new(),
        document_key: String::new(),
        reason,
        at_ms: made_at_ms(id),
        receivers: Vec::new(),
        body: Listed::Damaged,
    });
    let mut found: Vec<(i64, ParkedItem)> = homeless.chain(unreadable).map(item).collect();
    found.sort_by_key(|(id, _)| match begin.order {
        Age::Newest => -id,
        Age::Oldest => *id,
    });
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}
