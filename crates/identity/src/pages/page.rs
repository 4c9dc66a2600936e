//! The pages (页面) of login and account: rendered by the server, complete without scripts. The one
//! script there is shows the buttons of passkeys, which no browser can use without one.

use askama::Template;
use axum::http::StatusCode;
use registry::page::text::Block;
use web::ErrorCode;

pub use registry::page::{
    Bilingual, Lang, NoticePage, POLICY, SCRIPTED, TextPage, page, page_with, refused,
};

/// Sentences in the language of a page.
pub(crate) fn texts(lang: Lang, all: &[Bilingual]) -> Vec<String> {
    all.iter().map(|one| lang.text(one).to_owned()).collect()
}

/// That a password was not typed twice.
pub(crate) fn differ() -> Bilingual {
    Bilingual::new("两次输入不一致", "the two passwords do not match")
}

/// A refusal on a page.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it is.
    pub code: ErrorCode,
    /// Minutes to wait.
    pub minutes: Option<i64>,
}

impl Shown {
    /// Whether a code of the second factor is a way in.
    pub(crate) fn is_lock(&self) -> bool {
        self.code.code == crate::login::codes::LOCKED.code
    }

    /// What to do.
    pub(crate) fn advice(&self, lang: Lang) -> &'static str {
        lang.of(self.code.advice, self.code.advice_en)
    }

    pub(crate) fn title(&self, lang: Lang) -> &'static str {
        lang.of(self.code.title, self.code.title_en)
    }
}

impl From<crate::login::Refused> for Shown {
    fn from((code, minutes): crate::login::Refused) -> Self {
        Self { code, minutes }
    }
}

/// The login page.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginTemplate {
    /// Language.
    pub lang: Lang,
    /// Why the last attempt was refused.
    pub error: Option<Shown>,
    /// What happened before.
    pub note: Option<String>,
    /// What was typed.
    pub login: String,
    /// Where to go then.
    pub next: String,
    /// Whether another system wants to be sure.
    pub is_again: bool,
    /// Addresses and titles of foreign sources of identity.
    pub foreign: Vec<(String, String)>,
    /// The party of passkeys; empty when there can be none.
    pub rp: String,
    /// Important notices for the public.
    pub notices: Vec<PublicNotice>,
}

/// A notice on a page that is open to everybody; the template draws texts, never markup.
#[derive(Debug, Clone)]
pub struct PublicNotice {
    /// Its title.
    pub title: String,
    /// Whether it is urgent.
    pub is_urgent: bool,
    /// Its text.
    pub blocks: Vec<Block>,
}

/// The page of the second factor.
#[derive(Template)]
#[template(path = "second.html")]
pub(crate) struct SecondPage {
    pub(crate) lang: Lang,
    pub(crate) error: Option<Shown>,
    pub(crate) next: String,
    pub(crate) csrf: String,
    pub(crate) demo_code: Option<String>,
    pub(crate) rp: String,
}

/// The page on which a code generator is set up.
#[derive(Template)]
#[template(path = "totp.html")]
pub(crate) struct TotpPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) error: Option<Shown>,
    pub(crate) secret: String,
    pub(crate) picture: String,
    pub(crate) csrf: String,
    pub(crate) next: String,
    pub(crate) demo_code: Option<String>,
    /// The party of passkeys, for the link to the other choice; empty when there can be none.
    pub(crate) rp: String,
}

/// Fresh recovery codes, shown once.
#[derive(Template)]
#[template(path = "recovery.html")]
pub(crate) struct RecoveryPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) codes: Vec<String>,
    pub(crate) next: String,
}

/// The page on which a password is set.
#[derive(Template)]
#[template(path = "password.html")]
pub(crate) struct PasswordPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) is_due: bool,
    pub(crate) error: Option<Shown>,
    pub(crate) faults: Vec<String>,
    pub(crate) action: &'static str,
    pub(crate) csrf: String,
    pub(crate) token: String,
    pub(crate) next: String,
    pub(crate) asks_old: bool,
    pub(crate) n_min: usize,
}

/// A second factor on the person's own page.
pub(crate) struct FactorLine {
    pub(crate) id: i64,
    pub(crate) label: String,
    pub(crate) created: String,
    pub(crate) used: String,
    pub(crate) is_passkey: bool,
}

/// A binding to a person of another system, on the person's own page.
pub(crate) struct BindingLine {
    pub(crate) source: String,
    pub(crate) title: String,
    pub(crate) external: String,
    pub(crate) since: String,
    pub(crate) used: String,
}

/// The person's own page.
#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) note: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) password_at: String,
    pub(crate) factors: Vec<FactorLine>,
    /// Persons of other systems who are bound to the account.
    pub(crate) bindings: Vec<BindingLine>,
    pub(crate) rp: String,
    pub(crate) sessions: Vec<(String, String, String)>,
    /// When, from where, how it ended, whether it was refused.
    pub(crate) logins: Vec<(String, String, &'static str, bool)>,
    pub(crate) csrf: String,
}

/// The status of a page that shows a refusal.
pub fn status_of(shown: &Shown) -> StatusCode {
    StatusCode::from_u16(shown.code.status).unwrap_or(StatusCode::UNAUTHORIZED)
}
