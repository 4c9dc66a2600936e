//! The pages of foreign identities.

use crate::pages::page::Lang;
use askama::Template;

/// Nobody here is bound to the person: whom to ask, and how to bind.
#[derive(Template)]
#[template(path = "foreign_unknown.html")]
pub(crate) struct UnknownPage {
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) external: String,
    pub(crate) contact: String,
    pub(crate) code: &'static str,
    /// The login page, with the way to the binding.
    pub(crate) login: String,
}

/// The question before an identity is bound.
#[derive(Template)]
#[template(path = "foreign_bind.html")]
pub(crate) struct BindPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) title: String,
    pub(crate) external: String,
    pub(crate) action: String,
    pub(crate) csrf: String,
}
