//! The canonical form never panics, is well-formed, says the same as its source, and is its own
//! canonical form.
#![no_main]

use ceb::signature::c14n::{Comments, canonicalize};
use ceb::{Profile, parse};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(form) = canonicalize(bytes, Comments::With) else { return };
    let again = canonicalize(&form, Comments::With);
    assert_eq!(again.as_deref(), Ok(form.as_slice()));
    let without = canonicalize(bytes, Comments::Without).expect("comments change nothing else");
    let again = canonicalize(&form, Comments::Without).expect("well-formed");
    assert_eq!(again, without);
    let (one, other) = (parse(bytes, Profile::Strict).message, parse(&form, Profile::Strict).message);
    if let (Some(one), Some(other)) = (one, other) {
        assert_eq!(one.kind, other.kind);
        assert_eq!(one.documents.len(), other.documents.len());
    }
});
