//! Sniffing never panics, and what it says agrees with a full parse.
#![no_main]

use ceb::{Profile, parse, sniff};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(sniffed) = sniff(bytes) else { return };
    let inner = &*sniffed.inner;
    let parsed = parse(inner, Profile::Strict);
    if let Some(message) = parsed.message {
        assert_eq!(message.kind, sniffed.kind);
        assert_eq!(message.guid, sniffed.guid);
        if parsed.findings.is_empty() && message.kind.is_declaration() {
            let transfer = message.base_transfer.expect("required");
            assert_eq!(transfer.get("copCode"), sniffed.cop_code.as_deref());
            assert_eq!(transfer.get("dxpId"), sniffed.dxp_id.as_deref());
        }
    }
});
