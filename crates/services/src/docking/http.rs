//! `GET /api/v1/docking`, `PUT /api/v1/docking/{company}/{channel}`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{
    CHANNELS, Docking, DockingFilter, DockingMove, DockingRecord, DockingStage, codes, counts,
    list, set, steps,
};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use axum::Json;
use axum::extract::State as Held;
use exchange::outcome::milestones;
use exchange::receipt::first_receipt;
use registry::access::{By, Routes};
use registry::company::{self, CompanyId};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::clock::{beijing_day, beijing_rfc3339, parse_time};
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Page, PageSize, Path, Problem, QueryOf, codes as common, one_of};

/// Most cards on a page of the board: each asks for what the platform knows by itself.
const CARDS_MAX: u32 = 200;

/// Moves that are shown with a card.
const STEPS_MAX: i64 = 20;

registry::operations! {
    ReadDocking = reads(
        "docking",
        "查看对接进度",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
    SetDocking = changes("set_docking", "更新对接进度", &[Role::Operator, Role::BureauClerk]);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(docking, set_docking)
}

/// What the board is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct DockingQuery {
    /// Stage: `registered`, `materials`, `developing`, `testing`, `trial`, `live`.
    pub stage: Option<String>,
    /// Channel: `http`, `mq`, `excel`.
    pub channel: Option<String>,
    /// Id of the company.
    pub company: Option<String>,
    /// `true` for what is past its day.
    pub overdue: Option<bool>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Cards on the page, 1 to 200; 50 when absent.
    #[serde(default, deserialize_with = "web::limit::<_, { CARDS_MAX }>")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// What the platform knows by itself (自动事实).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DockingFacts {
    /// When the first message was accepted, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_message_at: Option<String>,
    /// When the first receipt came, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_receipt_at: Option<String>,
    /// The first day on which a message came that customs has accepted or released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_settled_day: Option<String>,
    /// When the last message was accepted, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<String>,
}

/// A move that was made (对接记录).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DockingStep {
    /// When, Beijing time.
    pub at: String,
    /// The stage after, for people.
    pub stage_name: String,
    /// Who.
    pub name: String,
    /// What he noted.
    pub note: String,
}

/// How far a company is with one channel (对接卡片).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DockingCard {
    /// Id of the company.
    pub company_id: String,
    /// Its name.
    pub company_name: String,
    /// `http`, `mq` or `excel`.
    pub channel: String,
    /// Name of the channel for people.
    pub channel_name: String,
    /// Stage.
    pub stage: &'static str,
    /// Name of the stage for people.
    pub stage_name: &'static str,
    /// Who looks after it.
    pub person: String,
    /// What comes next.
    pub next_step: String,
    /// Until which day; may be empty.
    pub due_day: String,
    /// Whether that day is past.
    pub overdue: bool,
    /// When it was last changed, Beijing time.
    pub changed_at: String,
    /// What the platform knows by itself.
    pub facts: DockingFacts,
    /// The moves, newest first.
    pub history: Vec<DockingStep>,
}

/// How many are in a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageCount {
    /// Stage.
    pub stage: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// How many.
    pub count: i64,
}

/// The board (对接看板).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DockingBoard {
    /// How many are in each stage, in order.
    pub stages: Vec<StageCount>,
    /// The cards, by company and channel.
    pub items: Vec<DockingCard>,
    /// Value for `after` that gives the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a docking is to be (对接更新).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DockingBody {
    /// Stage.
    pub stage: String,
    /// Who looks after it, up to 40 characters.
    #[serde(default)]
    pub person: String,
    /// What comes next, up to 200 characters.
    #[serde(default)]
    pub next_step: String,
    /// Until which Beijing day (`2026-12-01`); may be empty.
    #[serde(default)]
    pub due_day: String,
    /// What happened, up to 500 characters.
    #[serde(default)]
    pub note: String,
}

/// What the platform knows of a company by itself.
pub(crate) fn facts(tx: &mut Tx<'_>, company: CompanyId) -> StoreResult<DockingFacts> {
    let milestones = milestones(tx, company)?;
    Ok(DockingFacts {
        first_message_at: milestones.first_received.map(beijing_rfc3339),
        first_receipt_at: first_receipt(tx, company)?.map(beijing_rfc3339),
        first_settled_day: milestones.first_settled_day,
        last_message_at: milestones.last_received.map(beijing_rfc3339),
    })
}

fn channel_name(channel: &str) -> &'static str {
    CHANNELS
        .iter()
        .find(|(name, _)| *name == channel)
        .map_or("", |(_, chinese)| chinese)
}

fn stage_name(name: &str) -> String {
    let stage = DockingStage::from_name(name);
    stage.map_or_else(|| name.to_owned(), |stage| stage.chinese().to_owned())
}

/// A docking as a card.
pub(crate) fn card(tx: &mut Tx<'_>, docking: &Docking, now_ms: i64) -> StoreResult<DockingCard> {
    let company = company::shown(tx, docking.company)?;
    let history = steps(tx, docking.company, &docking.channel, STEPS_MAX)?;
    let is_due = !docking.due_day.is_empty() && docking.due_day < beijing_day(now_ms);
    Ok(DockingCard {
        company_id: docking.company.0.to_string(),
        company_name: company.map(|company| company.name).unwrap_or_default(),
        channel: docking.channel.clone(),
        channel_name: channel_name(&docking.channel).to_owned(),
        stage: docking.stage.name(),
        stage_name: docking.stage.chinese(),
        person: docking.person.clone(),
        next_step: docking.next_step.clone(),
        due_day: docking.due_day.clone(),
        overdue: is_due && docking.stage != DockingStage::Live,
        changed_at: beijing_rfc3339(docking.changed_at),
        facts: facts(tx, docking.company)?,
        history: history.into_iter().map(DockingStep::from).collect(),
    })
}

impl From<DockingRecord> for DockingStep {
    fn from(step: DockingRecord) -> Self {
        Self {
            at: beijing_rfc3339(step.at_ms),
            stage_name: stage_name(&step.to),
            name: step.name,
            note: step.note,
        }
    }
}

fn bad(why: &str) -> Problem {
    Problem::new(common::BAD_REQUEST).detail(why)
}

fn filter(query: &DockingQuery, today: String) -> Result<DockingFilter, Problem> {
    let stage = match query.stage.as_deref() {
        None => None,
        Some(name) => Some(DockingStage::from_name(name).ok_or_else(|| bad("没有这个对接阶段"))?),
    };
    let after = match query.after.as_deref() {
        None => None,
        Some(text) => {
            let (company, channel) = text
                .split_once('-')
                .ok_or_else(|| bad("after 应为上一页的 next"))?;
            let company = company
                .parse()
                .map_err(|_| bad("after 应为上一页的 next"))?;
            Some((company, channel.to_owned()))
        }
    };
    let channels = CHANNELS.map(|(id, _)| id);
    let channel = one_of("channel", query.channel.clone(), &channels)?;
    Ok(DockingFilter {
        stage,
        channel,
        company: query.company.as_deref().map(id_of).transpose()?,
        due_before: (query.overdue == Some(true)).then_some(today),
        after,
    })
}

/// The board of the companies in sight.
#[utoipa::path(get, path = "/api/v1/docking", tag = "ledger", params(DockingQuery),
    responses((status = 200, body = DockingBoard)))]
async fn docking(
    By { actor, .. }: By<ReadDocking>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<DockingQuery>,
) -> Result<Json<DockingBoard>, Problem> {
    let now_ms = api.context().now_ms();
    let filter = filter(&query, beijing_day(now_ms))?;
    let size = PageSize::of(query.limit).at_most(CARDS_MAX);
    let board = api
        .read(move |tx| {
            let found = list(tx, &actor.sight, &filter, size.rows())?;
            let page = Page::cut(found, size, |last| {
                format!("{}-{}", last.company.0, last.channel)
            });
            let mut items = Vec::with_capacity(page.items.len());
            for docking in &page.items {
                items.push(card(tx, docking, now_ms)?);
            }
            let counts = counts(tx, &actor.sight)?;
            let count = |stage: DockingStage| {
                let of = counts.iter().find(|(known, _)| *known == stage);
                of.map_or(0, |(_, count)| *count)
            };
            let stages = DockingStage::ALL
                .iter()
                .copied()
                .map(|stage| StageCount {
                    stage: stage.name(),
                    name: stage.chinese(),
                    count: count(stage),
                })
                .collect();
            Ok(DockingBoard {
                stages,
                items,
                next: page.next,
            })
        })
        .await?;
    Ok(Json(board))
}

fn wanted(body: DockingBody) -> Result<DockingMove, Problem> {
    let wrong = |why: &str| Problem::new(codes::FIELDS).detail(why);
    let stage = DockingStage::from_name(&body.stage).ok_or_else(|| wrong("没有这个对接阶段"))?;
    for (what, text, n_max) in [
        ("负责人", &body.person, 40),
        ("下一步", &body.next_step, 200),
        ("说明", &body.note, 500),
    ] {
        if text.chars().count() > n_max || text.chars().any(char::is_control) {
            return Err(wrong(&format!("{what}最多 {n_max} 字，不含控制字符")));
        }
    }
    let is_day = body.due_day.len() == 10 && parse_time(&body.due_day).is_some();
    if !body.due_day.is_empty() && !is_day {
        return Err(wrong("日期应写作 2026-12-01"));
    }
    Ok(DockingMove {
        stage,
        person: body.person.trim().to_owned(),
        next_step: body.next_step.trim().to_owned(),
        due_day: body.due_day,
        note: body.note.trim().to_owned(),
    })
}

/// Moves a docking, or begins one.
#[utoipa::path(put, path = "/api/v1/docking/{company}/{channel}", tag = "ledger",
    params(("company" = String, Path, description = "企业编号"),
        ("channel" = String, Path, description = "通道：http、mq、excel")),
    request_body = DockingBody,
    responses((status = 200, body = DockingCard)))]
async fn set_docking(
    By { actor, .. }: By<SetDocking>,
    Held(api): Held<ServicesApi>,
    Path((company, channel)): Path<(String, String)>,
    JsonBody(body): JsonBody<DockingBody>,
) -> Result<Json<DockingCard>, Problem> {
    let id = CompanyId(id_of(&company)?);
    if CHANNELS.iter().all(|(name, _)| *name != channel) {
        return Err(Problem::new(common::NOT_FOUND));
    }
    let wanted = wanted(body)?;
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| {
        let found = company::by_id(tx, id)?.filter(|company| actor.sight.sees(company));
        let Some(company) = found else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        let docking = set(tx, &context, &actor, &company, &channel, &wanted)?;
        Ok(card(tx, &docking, context.now_ms())?)
    };
    api.write(write).await.map(Json)
}
