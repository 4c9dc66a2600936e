//! The pages of foreign identities.

use crate::login::page::Lang;
use askama::Template;

/// Nobody here is bound to the person: whom to ask, and how to bind.
#[derive(Template)]
#[template(path = "foreign_unknown.html")]
pub(super) struct UnknownPage {
    pub(super) lang: Lang,
    pub(super) title: String,
    pub(super) external: String,
    pub(super) contact: String,
    pub(super) code: &'static str,
    /// The login page, with the way to the binding.
    pub(super) login: String,
}

/// The question before an identity is bound.
#[derive(Template)]
#[template(path = "foreign_bind.html")]
pub(super) struct BindPage {
    pub(super) lang: Lang,
    pub(super) name: String,
    pub(super) login: String,
    pub(super) title: String,
    pub(super) external: String,
    pub(super) action: String,
    pub(super) csrf: String,
}
