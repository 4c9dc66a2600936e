//! The page on which a person proves once more who he is.

use crate::pages::page::{Lang, Shown};
use askama::Template;

/// The page with the password, and with the button for a passkey when there is one.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) lang: Lang,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) error: Option<Shown>,
    pub(crate) csrf: String,
    pub(crate) next: String,
    /// The party of one's passkeys; empty when there are none.
    pub(crate) rp: String,
}
