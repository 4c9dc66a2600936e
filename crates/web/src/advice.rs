//! What to do, in English, for people who do not read the Chinese text of a code.

/// What to do about an answer with this status.
pub fn advice_en(status: u16) -> &'static str {
    match status {
        400 | 422 => "The request is not valid. Check what you entered and send it again.",
        401 => "Check what you entered and log in again.",
        403 => {
            "Your account is not allowed to do this, or the request came from another site. Open the platform's \
             own page, or ask an administrator for permission."
        }
        404 => {
            "There is nothing at this address, or it belongs to another company. Check the address."
        }
        405 => "This address cannot be used in this way. Go back and use the buttons on the page.",
        409 => {
            "Something has changed in the meantime. Go back, reload the page and check before you try again."
        }
        410 => {
            "This link has been used, has expired or was replaced. Ask whoever gave it to you for a new one."
        }
        413 => {
            "What you sent is too large. Split it or make the files smaller, then send it again."
        }
        415 => "The platform cannot read this type of content. Use the form on the page.",
        423 => {
            "Too many failed attempts from your network. Wait for the time shown, or log in now \
             with a passkey, or with your password and a one-time code together."
        }
        429 => {
            "Too many attempts. Wait a while and try again. If you share a network address with \
             others, contact the administrators."
        }
        503 => {
            "The platform cannot accept this now. Nothing was stored. Wait a few seconds and try again."
        }
        500..=599 => {
            "Something went wrong on the platform, and the cause has been recorded. Try again later. If it happens \
             again, contact the operators and quote the request ID."
        }
        _ => "The request was refused. Go back and try again.",
    }
}
