//! `POST /api/v1/tax-estimate`.

use super::{Rates, rates, way};
use crate::intake::http::{SubmitState, content_type, receive};
use crate::workbook::Body;
use axum::Json;
use axum::extract::{Request, State};
use ceb::matching::{Facts, Values};
use ceb::tax::{Estimate, Rate, Scope};
use ceb::{Kind, Profile};
use registry::access::{By, Routes};
use registry::role::Role;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use web::{Problem, codes, in_chinese};

/// Lines of goods in one question.
const LINES_MAX: usize = 99;

/// Rates that a question may bring.
const RATES_MAX: usize = 1000;

/// Longest question, in bytes: a message of a hundred lists.
const QUESTION_BYTES_MAX: usize = 4 << 20;

registry::operations! {
    EstimateTax = changes(
        "tax_estimate",
        "税款测算",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(tax_estimate)
}

/// Goods of a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaxGoods {
    /// Commodity code (商品编码).
    #[schema(example = "3304990000")]
    pub gcode: String,
    /// Name of the goods.
    #[serde(default)]
    pub gname: String,
    /// Quantity; one when absent.
    pub qty: Option<String>,
    /// Price of all pieces together, in yuan.
    #[schema(example = "425.00")]
    pub total_price: String,
}

/// A rate that the caller brings; it comes before the platform's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// Commodity code, or its beginning.
    pub gcode: String,
    /// Value-added tax in percent.
    #[schema(example = "13")]
    pub vat: String,
    /// Consumption tax in percent; zero when absent.
    pub consumption: Option<String>,
    /// Duty in percent; zero when absent.
    pub duty: Option<String>,
}

/// What is to be reckoned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaxQuestion {
    /// The goods of one list, at most 99 lines.
    pub goods: Vec<TaxGoods>,
    /// Freight in yuan; zero when absent.
    pub freight: Option<String>,
    /// Insurance in yuan; zero when absent.
    pub insured_fee: Option<String>,
    /// What the buyer has bought this year besides, in yuan; zero when absent.
    pub used: Option<String>,
    /// Rates that come before the platform's.
    #[serde(default)]
    pub rates: Vec<TaxRate>,
}

/// Tax of one line (单项税款).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxLineView {
    /// Number of the line.
    pub gnum: String,
    /// Commodity code (商品编码).
    pub gcode: String,
    /// Name of the goods.
    pub gname: String,
    /// Taxable value (完税价格), in yuan.
    pub taxable: String,
    /// Rate of value-added tax, in percent.
    pub vat_rate: String,
    /// Rate of consumption tax, in percent.
    pub consumption_rate: String,
    /// Rate of duty, in percent.
    pub duty_rate: String,
    /// Whether the rates are known for the commodity.
    pub rate_known: bool,
    /// Duty (关税), in yuan.
    pub duty: String,
    /// Consumption tax (消费税), in yuan.
    pub consumption: String,
    /// Value-added tax (增值税), in yuan.
    pub vat: String,
    /// All taxes of the line, in yuan.
    pub total: String,
}

/// Tax of a list (税款测算), in yuan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxView {
    /// `within` the limits, `singleItem` or `over`.
    pub scope: String,
    /// Taxable value (完税价格).
    pub taxable: String,
    /// Duty (关税).
    pub duty: String,
    /// Consumption tax (消费税).
    pub consumption: String,
    /// Value-added tax (增值税).
    pub vat: String,
    /// All taxes.
    #[schema(example = "98.00")]
    pub total: String,
    /// The lines.
    pub lines: Vec<TaxLineView>,
    /// The way to the result, in sentences.
    pub explanation: Vec<String>,
}

/// Taxes of the lists of a question, in its order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaxAnswer {
    /// One for each list.
    pub items: Vec<TaxView>,
}

fn yuan(amount: Decimal) -> String {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.2}")
}

impl From<&Estimate> for TaxView {
    fn from(estimate: &Estimate) -> Self {
        let percent = |rate: Decimal| rate.normalize().to_string();
        let lines = estimate.lines.iter().map(|line| TaxLineView {
            gnum: line.gnum.clone(),
            gcode: line.gcode.clone(),
            gname: line.gname.clone(),
            taxable: yuan(line.taxable),
            vat_rate: percent(line.rate.vat),
            consumption_rate: percent(line.rate.consumption),
            duty_rate: percent(line.rate.duty),
            rate_known: line.is_known,
            duty: yuan(line.duty),
            consumption: yuan(line.consumption),
            vat: yuan(line.vat),
            total: yuan(line.total()),
        });
        Self {
            scope: estimate.scope.name().to_owned(),
            taxable: yuan(estimate.taxable),
            duty: yuan(estimate.duty),
            consumption: yuan(estimate.consumption),
            vat: yuan(estimate.vat),
            total: yuan(estimate.total),
            lines: lines.collect(),
            explanation: estimate.explanation.clone(),
        }
    }
}

/// Reckons the tax of a list (税款测算) with the way to the result: of goods given as JSON, or of every
/// list of a CEB621 message. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/tax-estimate", tag = "forms", security(("key" = [])),
    request_body(content((TaxQuestion = "application/json"), (String = "application/xml"))),
    responses(
        (status = 200, body = TaxAnswer, description = "每份清单的税款与计算过程；不保存任何内容"),
        (status = 400, body = Problem, description = "不是清单，或金额、税率不是数字"),
        (status = 413, body = Problem, description = "过大")
    )
)]
async fn tax_estimate(
    By { actor, .. }: By<EstimateTax>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Json<TaxAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let most = api.config.message_bytes_max.min(QUESTION_BYTES_MAX);
    let (body, _budget) = receive(&api, &actor, &parts.headers, body, most).await?;
    let form = Body::of(content_type(&parts.headers), &body);
    let context = &api.gate.context;
    let tables = context.code_tables.tables();
    let mut rates = context
        .read(move |tx| rates(tx, Arc::clone(&tables)))
        .await?;
    let way = way(context);
    let lists = match form {
        Body::Json => vec![question(&body, &mut rates)?],
        Body::Xml | Body::Workbook => message(&body)?,
    };
    let mut items = Vec::with_capacity(lists.len());
    for (facts, used) in lists {
        let scope = Scope::of(&facts, used);
        let estimate = ceb::tax::estimate(&facts, scope, &|code| rates.find(code, scope), way);
        let estimate = estimate.ok_or_else(|| wrong("金额不是数字，或过大"))?;
        items.push(TaxView::from(&estimate));
    }
    Ok(Json(TaxAnswer { items }))
}

fn wrong(detail: &str) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(detail)
}

fn message(body: &[u8]) -> Result<Vec<(Facts, Decimal)>, Problem> {
    let sniffed = ceb::sniff(body).map_err(|error| wrong(&error.text()))?;
    let parsed = ceb::parse(&sniffed.inner, Profile::Down).message;
    let message = parsed
        .filter(|message| message.kind == Kind::Ceb621)
        .ok_or_else(|| wrong("不是进口清单（CEB621Message）"))?;
    // Nothing about the buyer is needed here, so nothing is kept of him.
    let hash = |_: &str| String::new();
    let documents = message.documents.iter();
    let facts = documents.map(|document| Facts::of(message.kind, document, &hash));
    Ok(facts.map(|facts| (facts, Decimal::ZERO)).collect())
}

fn number(text: &str) -> Result<Decimal, Problem> {
    ceb::message::decimal(text)
        .filter(|number| !number.is_sign_negative())
        .ok_or_else(|| wrong(&format!("“{}”不是数字", ceb::finding::clip(text))))
}

fn question(body: &[u8], rates: &mut Rates) -> Result<(Facts, Decimal), Problem> {
    let question: TaxQuestion =
        serde_json::from_slice(body).map_err(|error| wrong(&in_chinese(&error.to_string())))?;
    if question.goods.is_empty() || question.goods.len() > LINES_MAX {
        return Err(wrong(&format!("商品应为 1 至 {LINES_MAX} 项")));
    }
    if question.rates.len() > RATES_MAX {
        return Err(wrong(&format!("税率最多 {RATES_MAX} 项")));
    }
    let optional = |text: &Option<String>| text.as_deref().map_or(Ok(Decimal::ZERO), number);
    for given in &question.rates {
        let rate = Rate {
            vat: number(&given.vat)?,
            consumption: optional(&given.consumption)?,
            duty: optional(&given.duty)?,
        };
        if !rate.is_sound() {
            return Err(wrong("税率应在 0 与 100 之间"));
        }
        rates.put(&given.gcode, rate);
    }
    let mut head = Values::new();
    for (element, text) in [
        ("freight", &question.freight),
        ("insuredFee", &question.insured_fee),
    ] {
        head.insert(element.to_owned(), optional(text)?.to_string());
    }
    let mut lines = Vec::with_capacity(question.goods.len());
    for (goods, gnum) in question.goods.iter().zip(1..) {
        let qty = goods.qty.as_deref().map_or(Ok(Decimal::ONE), number)?;
        let values = [
            ("gnum", i32::to_string(&gnum)),
            ("gcode", goods.gcode.clone()),
            ("gname", goods.gname.clone()),
            ("qty", qty.to_string()),
            ("totalPrice", number(&goods.total_price)?.to_string()),
        ];
        let values = values.map(|(element, value)| (element.to_owned(), value));
        lines.push(Values::from(values));
    }
    let used = optional(&question.used)?;
    Ok((Facts::restored(Kind::Ceb621, head, lines), used))
}
