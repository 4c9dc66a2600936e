//! What is packed reads back as it was, and what is damaged is never taken for something else.

use super::{DICTIONARIES, ENVELOPE, MARK, PackDictionary, dictionary_of, is_packed, pack, unpack};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

fn letters(n: usize) -> Vec<u8> {
    let line = b"<ceb:orderNo>DD20260105000001</ceb:orderNo>\n";
    line.iter().copied().cycle().take(n).collect()
}

/// Bytes in which nothing repeats.
fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(n).collect()
}

fn envelope(data: &[u8]) -> Vec<u8> {
    let run = STANDARD.encode(data);
    format!("<DxpMsg><Head/><Data>{run}</Data></DxpMsg>").into_bytes()
}

fn there_and_back(bytes: &[u8], with: PackDictionary) {
    let packed = pack(bytes, with).unwrap().into_owned();
    assert_eq!(unpack(packed).unwrap(), bytes, "{} bytes", bytes.len());
}

#[test]
fn whatever_is_packed_reads_back_the_same() {
    for n in [0, 1, 63, 64, 65, 4_000, 300_000, 9_000_000] {
        for with in [
            PackDictionary::NONE,
            PackDictionary::of("CEB621"),
            PackDictionary::of(ENVELOPE),
        ] {
            there_and_back(&letters(n), with);
            there_and_back(&noise(n), with);
            there_and_back(&envelope(&letters(n)), with);
        }
    }
}

#[test]
fn a_message_takes_less_and_noise_no_more_than_it_is() {
    let with = PackDictionary::of("CEB621");
    let letters = letters(4_000);
    let packed = pack(&letters, with).unwrap();
    assert!(packed.len() < 400, "{}", packed.len());
    assert!(is_packed(&packed));
    assert_eq!(
        dictionary_of(&packed).map(PackDictionary::number),
        Some(with.number())
    );
    assert_eq!(pack(&noise(4_000), with).unwrap().len(), 4_000);
}

#[test]
fn base64_that_cannot_be_restored_stays_as_it_is_written() {
    let run = STANDARD.encode(letters(999));
    let odd = [
        format!("<Data>{}\n{}</Data>", &run[..76], &run[76..]),
        format!("<Data>{}</Data>", run.trim_end_matches('=')),
        format!("<Data>{run}=</Data>"),
        format!("<Data>{run}"),
        "Data>".to_owned() + &"A".repeat(401),
    ];
    for text in odd {
        there_and_back(text.as_bytes(), PackDictionary::of(ENVELOPE));
    }
}

#[test]
fn what_only_looks_packed_is_not_taken_for_it() {
    let inner = pack(&letters(4_000), PackDictionary::NONE)
        .unwrap()
        .into_owned();
    for bytes in [MARK.to_vec(), [MARK, b"Z\0\0"].concat(), inner] {
        let packed = pack(&bytes, PackDictionary::NONE).unwrap().into_owned();
        assert_eq!(unpack(packed).unwrap(), bytes);
    }
}

#[test]
fn a_damaged_value_is_an_error_or_what_it_was_whichever_bit_is_turned() {
    let whole = [letters(500), noise(100)].concat();
    for (bytes, with) in [
        (whole.clone(), PackDictionary::NONE),
        (whole.clone(), PackDictionary::of("CEB621")),
        (envelope(&whole), PackDictionary::of(ENVELOPE)),
    ] {
        let packed = pack(&bytes, with).unwrap().into_owned();
        for at in MARK.len()..packed.len() {
            for bit in 0..8 {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << bit;
                // A bit that says nothing (the window of a frame) may turn without harm.
                if let Ok(read) = unpack(damaged) {
                    assert!(read == bytes, "byte {at} bit {bit}");
                }
            }
        }
        for n in MARK.len()..packed.len() {
            assert!(unpack(packed[..n].to_vec()).is_err(), "cut at {n}");
        }
    }
}

#[test]
fn no_dictionary_was_changed_and_no_number_given_twice() {
    let mut numbers: Vec<u16> = DICTIONARIES.iter().map(|one| one.number).collect();
    assert!(numbers.iter().all(|number| *number != 0));
    numbers.dedup();
    assert_eq!(numbers.len(), DICTIONARIES.len());
    for one in &DICTIONARIES {
        let digest = Sha256::digest(one.bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, one.sha256, "{}", one.subject);
    }
}
