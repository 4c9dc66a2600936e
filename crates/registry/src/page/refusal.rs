//! Refusals for people (错误页面): what happened, what to do, a way back, and the number to quote.
//!
//! A module says [`refused`]; what it cannot know, the address that was asked for and the id of the request,
//! is put in by the layer around all routes, which renders the page once more.

use super::{Lang, page};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use web::ErrorCode;

/// A refusal as it is shown on a page.
#[derive(Debug, Clone)]
pub struct PageRefusal {
    /// Language of the page.
    pub lang: Lang,
    /// HTTP status.
    pub status: u16,
    /// Stable code; empty when there is none.
    pub code: String,
    /// Title in Chinese.
    pub title: String,
    /// Title in English.
    pub title_en: String,
    /// What happened, in Chinese; may be empty.
    pub what: String,
    /// What happened, in English; may be empty.
    pub what_en: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// What to do, in English.
    pub advice_en: String,
    /// Where the button leads: a path of ours.
    pub next: String,
}

/// What a page about a refusal says of the request.
#[derive(Debug, Clone, Default)]
pub struct RefusedRequest {
    /// The address that shows the page again, up to `lang=`; empty when none does.
    pub here: String,
    /// The id of the request.
    pub request_id: String,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    lang: Lang,
    of: &'a PageRefusal,
    asked: &'a RefusedRequest,
}

impl PageRefusal {
    /// The refusal that a code is.
    pub fn of(lang: Lang, code: ErrorCode, next: &str) -> Self {
        Self {
            lang,
            status: code.status,
            code: code.code.to_owned(),
            title: code.title.to_owned(),
            title_en: code.title_en.to_owned(),
            what: code.meaning.to_owned(),
            what_en: code.meaning_en.to_owned(),
            advice: code.advice.to_owned(),
            advice_en: code.advice_en.to_owned(),
            next: next.to_owned(),
        }
    }

    /// The page.
    pub fn page(&self, asked: &RefusedRequest) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let template = RefusalPage {
            lang: self.lang,
            of: self,
            asked,
        };
        let mut response = page(self.lang, status, &template);
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// A page that shows a code, with a button that leads on.
pub fn refused(lang: Lang, code: ErrorCode, next: &str) -> Response {
    PageRefusal::of(lang, code, next).page(&RefusedRequest::default())
}
