//! Splitting never panics; every entry is a message that splits into itself.
#![no_main]

use ceb::receipt;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(receipts) = receipt::split(bytes) else { return };
    for entry in receipts.entries.iter().take(8) {
        let alone = receipt::split(entry.xml.as_bytes()).expect("an entry is a message");
        assert_eq!(alone.entries.len(), 1);
        assert_eq!(alone.entries[0].keys, entry.keys);
        assert_eq!(alone.entries[0].return_status, entry.return_status);
    }
});
