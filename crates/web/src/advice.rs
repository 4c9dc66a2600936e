//! What to do, in English, for people who do not read the Chinese text of a code.

/// What to do about an answer with this status.
pub fn advice_en(status: u16) -> &'static str {
    match status {
        400 | 422 => "The request was not well formed. Check what you filled in and send it again.",
        401 => "Check what you typed and log in again.",
        403 => {
            "Your account may not do this, or the page was sent from another site. Open the platform's \
             own page, or ask an administrator for the right."
        }
        404 => {
            "There is nothing at this address, or it belongs to another company. Check the address."
        }
        405 => "This address cannot be used in that way. Go back and use the buttons of the page.",
        409 => {
            "The state has changed in the meantime. Go back, load the page again, and look first."
        }
        410 => {
            "This link was used, has expired, or was replaced. Ask whoever gave it to you for a new one."
        }
        413 => {
            "What you sent is too large. Split it, or make the files smaller, and send it again."
        }
        415 => "The platform cannot read this kind of content. Use the form of the page.",
        423 => {
            "Too many failed attempts from your network. Wait for the time that is shown, or log in at once \
             with a passkey, or with your password and a one-time code together."
        }
        429 => {
            "Too many attempts. Wait for a while, then try again; if you share one network address with \
             others, ask the administrators."
        }
        503 => {
            "The platform cannot take this now. Nothing was stored. Wait some seconds and try again."
        }
        500..=599 => {
            "Something of ours failed, and the cause is on record. Try again later; if it happens once \
             more, call the operators and quote the request id."
        }
        _ => "The request was refused. Go back and try again.",
    }
}
