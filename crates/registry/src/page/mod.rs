//! Pages (页面) that the server renders, complete without scripts: their frame, their language, what they may load.

mod refusal;
pub mod text;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use web::{Problem, codes};

pub use refusal::{Asked, Refusal, refused};

/// What these pages may load: their own style, and forms to ourselves.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                          form-action 'self'; frame-ancestors 'none'";

/// The same for pages with buttons of passkeys: our own script, and its question to ourselves.
pub const SCRIPTED: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
                            connect-src 'self'; base-uri 'none'; form-action 'self'; \
                            frame-ancestors 'none'";

/// Language (语言) of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, the default.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language that a browser asks for: by the switch on the page, kept in a cookie.
    pub fn of_request(headers: &HeaderMap, query: Option<&str>) -> Self {
        let asked = query
            .unwrap_or_default()
            .split('&')
            .find_map(|pair| pair.strip_prefix("lang="));
        let kept = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .find_map(|pair| pair.trim().strip_prefix("tongguan_lang="));
        Self::named(asked.or(kept).unwrap_or_default())
    }

    /// The language with this name; Chinese when there is none.
    pub fn named(name: &str) -> Self {
        match name {
            "en" => Self::En,
            _ => Self::Zh,
        }
    }

    /// One of two texts.
    pub fn of<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Zh => chinese,
            Self::En => english,
        }
    }

    /// The tag of the page.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language that the switch offers.
    pub fn other(&self) -> &'static str {
        match self {
            Self::Zh => "en",
            Self::En => "zh",
        }
    }
}

/// A page with one thing to say.
#[derive(Template)]
#[template(path = "notice.html")]
pub struct NoticePage {
    /// Language.
    pub lang: Lang,
    /// What happened.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Where the button leads.
    pub next: String,
    /// The address that shows the page again, up to `lang=`.
    pub here: &'static str,
}

/// A text of the knowledge base; some are written in Chinese only.
#[derive(Template)]
#[template(path = "text.html")]
pub struct TextPage {
    /// Language of the frame.
    pub lang: Lang,
    /// Title, in the language of the frame.
    pub title: String,
    /// Language of the text.
    pub written: Lang,
    /// The text as HTML, made by the program from its own Markdown.
    pub html: String,
    /// The address of the page, up to `lang=`.
    pub here: String,
}

/// Renders a page.
pub fn page(lang: Lang, status: StatusCode, template: &impl Template) -> Response {
    page_with(lang, status, template, POLICY)
}

/// Renders a page under a policy of its own.
pub fn page_with(
    lang: Lang,
    status: StatusCode,
    template: &impl Template,
    policy: &str,
) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            return Problem::new(codes::FAULT).into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let kept = match lang {
        Lang::Zh => "tongguan_lang=zh; Path=/; SameSite=Lax",
        Lang::En => "tongguan_lang=en; Path=/; SameSite=Lax",
    };
    headers.append(header::SET_COOKIE, HeaderValue::from_static(kept));
    response
}

/// Whether a form was sent from one of our own pages, as far as the browser says.
pub fn is_from_us(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return ["same-origin", "none"].contains(&site);
    }
    match (text("origin"), text("host")) {
        // Pages without a referrer send `null`; what protects them is the token in the form.
        (None | Some("null"), _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, rest)| rest == host),
        (Some(_), None) => false,
    }
}
