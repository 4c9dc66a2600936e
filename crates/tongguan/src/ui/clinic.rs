//! The signature clinic (验签诊断) as a page of the demo: a file or a pasted message in, what is wrong
//! with its signature out. Nothing is stored. The API has the same at `/api/v1/signature-clinic`.

use super::POLICY;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use ceb::Kind;
use ceb::sample::Spec;
use exchange::clinic::{ClinicAnswer, examined};
use exchange::shared::Shared;
use registry::access::origin;
use registry::page::{Bilingual, Lang, page_with};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use web::shares::Shares;
use web::{Problem, codes};

/// Longest message, in bytes.
const BYTES_MAX: usize = 1 << 20;

/// Messages that are examined at once, and those of one address.
const AT_ONCE: (usize, usize) = (2, 1);

/// How long a caller waits for his turn.
const WAIT: Duration = Duration::from_secs(20);

/// What the page needs.
#[derive(Clone)]
struct Practice {
    shared: Arc<Shared>,
    turns: Shares,
}

#[derive(Template)]
#[template(path = "clinic.html")]
struct ClinicPage {
    lang: Lang,
    answer: Option<ClinicAnswer>,
    /// Why there is no answer.
    refusal: Option<String>,
}

/// Which example to show instead of a message of one's own.
#[derive(Deserialize)]
struct SampleQuery {
    sample: Option<String>,
}

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/clinic", get(show).post(examine))
        .layer(DefaultBodyLimit::max(BYTES_MAX + 4096))
        .with_state(Practice {
            shared,
            turns: Shares::new("clinic", AT_ONCE.0, AT_ONCE.1),
        })
}

async fn show(
    State(practice): State<Practice>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(wish): Query<SampleQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let answer = match wish.sample.as_deref().and_then(example) {
        Some(message) => Some(answer(&practice, &headers, message.into_bytes()).await?),
        None => None,
    };
    Ok(page(&ClinicPage {
        lang,
        answer,
        refusal: None,
    }))
}

async fn examine(
    State(practice): State<Practice>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let template = match message(form).await {
        Ok(message) => ClinicPage {
            lang,
            answer: Some(answer(&practice, &headers, message).await?),
            refusal: None,
        },
        Err(refusal) => ClinicPage {
            lang,
            answer: None,
            refusal: Some(lang.text(&refusal).to_owned()),
        },
    };
    Ok(page(&template))
}

async fn answer(
    practice: &Practice,
    headers: &HeaderMap,
    message: Vec<u8>,
) -> Result<ClinicAnswer, Problem> {
    let shared = &practice.shared;
    let holder = origin(headers, &shared.context).holder();
    let turn = practice.turns.take(&holder, 1, WAIT).await?;
    let (signatures, now_ms) = (Arc::clone(&shared.signatures), shared.clock.now_ms());
    let found = tokio::task::spawn_blocking(move || {
        let found = examined(&signatures, &message, None, now_ms);
        drop(turn);
        found
    });
    found.await.map_err(|_| Problem::new(codes::FAULT))?
}

/// The file of a form, or what was pasted.
async fn message(mut form: Multipart) -> Result<Vec<u8>, Bilingual> {
    let max = BYTES_MAX / 1024;
    let large = || {
        Bilingual::new(
            format!("报文过大，上限 {max} KiB"),
            format!("The message is too large: the limit is {max} KiB"),
        )
    };
    let too_large = |_| large();
    while let Some(field) = form.next_field().await.map_err(too_large)? {
        let bytes = field.bytes().await.map_err(too_large)?;
        if bytes.len() > BYTES_MAX {
            return Err(large());
        }
        if !bytes.trim_ascii().is_empty() {
            return Ok(bytes.to_vec());
        }
    }
    Err(Bilingual::new(
        "请选择一个报文文件，或将报文粘贴到文本框中。",
        "Choose a message file, or paste the message into the box.",
    ))
}

/// A sample, as it is or with one of the usual mistakes.
fn example(name: &str) -> Option<String> {
    let sample = ceb::sample::message(&Spec::new(Kind::Ceb621, 1));
    Some(match name {
        "good" => sample,
        "changed" => sample.replacen("<ceb:freight>", "<ceb:freight>1", 1),
        "formatted" => sample.replacen("<ds:Signature ", "\n    <ds:Signature ", 1),
        "label" => sample.replace("xmldsig#sm3\"", "xmldsig#sha1\""),
        _ => return None,
    })
}

fn page(clinic: &ClinicPage) -> Response {
    let policy = POLICY.replace("form-action 'none'", "form-action 'self'");
    page_with(clinic.lang, StatusCode::OK, clinic, &policy)
}
