//! Opening never panics; what was opened can be sealed and opened again.
#![no_main]

use ceb::envelope;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = envelope::responses(bytes);
    if let Ok(opened) = envelope::open(bytes) {
        let sealed = envelope::seal(&opened);
        let again = envelope::open(&sealed).expect("what was sealed can be opened");
        assert_eq!(again.data, opened.data);
        assert_eq!(again.cop_msg_id, opened.cop_msg_id);
        assert_eq!(again.receiver_ids, opened.receiver_ids);
    }
});
