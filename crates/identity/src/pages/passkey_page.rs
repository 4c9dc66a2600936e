//! The pages of passkeys.

use crate::pages::page::{Lang, Shown};
use askama::Template;

/// The page on which a passkey is added.
#[derive(Template)]
#[template(path = "passkey.html")]
pub(crate) struct PasskeyPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) error: Option<Shown>,
    pub(crate) csrf: String,
    pub(crate) next: String,
    pub(crate) rp: String,
}
