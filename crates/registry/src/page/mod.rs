//! Pages (页面) that the server renders, complete without scripts: their frame, their language, what they may load.

mod refusal;
pub mod text;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use web::{Problem, codes};

pub use refusal::{PageRefusal, RefusedRequest, refused};

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
    /// The language of a page: by its switch, which is kept in a cookie; where nobody has chosen, the one of the two
    /// that the browser would rather have.
    pub fn of_request(headers: &HeaderMap, query: Option<&str>) -> Self {
        let asked = query.and_then(Self::asked_of);
        let kept = web::cookie(headers, "tongguan_lang", |_| true);
        match asked.or(kept.as_deref()) {
            Some(name) => Self::named(name),
            None => Self::preferred(headers),
        }
    }

    /// What the browser would rather have; Chinese where it says nothing of either.
    fn preferred(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::Zh);
        let accepted = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        for item in accepted.filter_map(|value| value.to_str().ok()) {
            for part in item.split(',') {
                let mut words = part.split(';').map(str::trim);
                let tag = words.next().unwrap_or_default().to_ascii_lowercase();
                let lang = match tag.split('-').next() {
                    Some("zh") => Self::Zh,
                    Some("en") => Self::En,
                    _ => continue,
                };
                let weight = words.find_map(|word| word.strip_prefix("q="));
                let weight = weight.map_or(1000, thousandths);
                // Of equals the first one.
                if weight > best.0 {
                    best = (weight, lang);
                }
            }
        }
        best.1
    }

    /// What a query asks for; another word than the two names is no choice.
    fn asked_of(query: &str) -> Option<&str> {
        let named = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        named.filter(|name| ["zh", "en"].contains(name))
    }

    /// The language with this name; Chinese when there is none.
    pub fn named(name: &str) -> Self {
        match name {
            "en" => Self::En,
            _ => Self::Zh,
        }
    }

    /// A sentence in this language.
    pub fn text<'a>(&self, both: &'a Bilingual) -> &'a str {
        self.of(&both.chinese, &both.english)
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

/// A weight of a header in thousandths.
fn thousandths(text: &str) -> u32 {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(4).collect();
    format!("{digits:0<4}").parse().unwrap_or(0).min(1000)
}

/// A sentence for people, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    /// As a native official writes.
    pub chinese: String,
    /// As a native editor would.
    pub english: String,
}

impl Bilingual {
    /// A sentence.
    pub fn new(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        Self {
            chinese: chinese.into(),
            english: english.into(),
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
        Lang::Zh => "tongguan_lang=zh; Path=/; Max-Age=31536000; SameSite=Lax",
        Lang::En => "tongguan_lang=en; Path=/; Max-Age=31536000; SameSite=Lax",
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

#[cfg(test)]
mod tests {
    use super::Lang;
    use axum::http::{HeaderMap, HeaderValue, header};

    fn asked(accepted: &'static str, cookie: Option<&'static str>, query: Option<&str>) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
        }
        Lang::of_request(&headers, query)
    }

    /// Where nobody has chosen, the browser's language is taken; a choice always counts more.
    #[test]
    fn a_page_speaks_the_language_of_the_browser_until_somebody_chooses() {
        for (accepted, expected) in [
            ("en-US,en;q=0.9", Lang::En),
            ("en-US,en;q=0.9,zh-CN;q=0.8", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("zh;q=0.5, en;q=0.7", Lang::En),
            ("fr-FR, en;q=0.4, zh;q=0.2", Lang::En),
            ("fr-FR", Lang::Zh),
            ("en;q=0", Lang::Zh),
            ("", Lang::Zh),
        ] {
            assert_eq!(asked(accepted, None, None), expected, "{accepted}");
        }
        assert_eq!(asked("en", Some("a=b; tongguan_lang=zh"), None), Lang::Zh);
        assert_eq!(asked("zh", Some("tongguan_lang=en"), None), Lang::En);
        assert_eq!(
            asked("zh", Some("tongguan_lang=en"), Some("lang=xx")),
            Lang::En
        );
        assert_eq!(
            asked("zh", Some("tongguan_lang=zh"), Some("lang=en")),
            Lang::En
        );
        assert_eq!(Lang::of_request(&HeaderMap::new(), None), Lang::Zh);
    }
}
