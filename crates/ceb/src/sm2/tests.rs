//! The standard's example, and what is no key. The oracles are asked in `tests/sm2`.

use super::scalar::Scalar;
use super::*;

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(pair[0] << 4 | pair[1]).unwrap();
    }
    bytes
}

/// Example of GB/T 32918.5, annex A.2.
fn example() -> (Sm2PublicKey, [u8; 64]) {
    let mut key = [4; 65];
    key[1..].copy_from_slice(&bytes::<64>(
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
         CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
    ));
    let signature = bytes(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
         B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
    );
    (Sm2PublicKey::from_sec1(&key).unwrap(), signature)
}

#[test]
fn the_example_of_the_standard() {
    let (key, signature) = example();
    let signer = key.signer_digest(USER_ID).unwrap();
    let za = "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3";
    assert_eq!(signer, bytes(za));
    let digest = message_digest(&signer, b"message digest");
    let e = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
    assert_eq!(digest, bytes(e));
    let table = Sm2Table::new(&key);
    assert!(table.verify(&digest, &signature));
    let other = message_digest(&signer, b"message digesT");
    assert!(!table.verify(&other, &signature));
}

#[test]
fn a_signer_id_that_is_too_long_has_no_digest() {
    let (key, _) = example();
    assert!(key.signer_digest(&[b'1'; 8191]).is_some());
    assert!(key.signer_digest(&[b'1'; 8192]).is_none());
}

#[test]
fn keys_that_are_no_points() {
    let (key, _) = example();
    let good = *key.to_sec1();
    assert!(Sm2PublicKey::from_sec1(&good[..64]).is_none());
    for (at, value) in [(0, 2), (0, 0), (40, good[40] ^ 1), (1, good[1] ^ 128)] {
        let mut bad = good;
        bad[at] = value;
        assert!(Sm2PublicKey::from_sec1(&bad).is_none(), "{at} {value}");
    }
    // Zero, and coordinates that are not below p.
    let mut bad = [0; 65];
    bad[0] = 4;
    assert!(Sm2PublicKey::from_sec1(&bad).is_none());
    bad[1..].fill(0xFF);
    assert!(Sm2PublicKey::from_sec1(&bad).is_none());
}

#[test]
fn digits_add_up() {
    let n_minus_1 = bytes("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122");
    for source in [n_minus_1, [0x80; 32], [0x7F; 32], bytes("01"), [0xA5; 32]] {
        let scalar = Scalar::from_bytes(&source).unwrap();
        for (width, n_digits) in [(6_u32, 43), (8, 33)] {
            // Horner from the top, modulo 2^128, is enough to see every digit's weight.
            let digits: Vec<i32> = scalar.digits(width, n_digits).collect();
            let low = digits.iter().rev().fold(0_u128, |sum, digit| {
                (sum << width).wrapping_add_signed(i128::from(*digit))
            });
            assert_eq!(low, u128::from(scalar.0[0]) | u128::from(scalar.0[1]) << 64);
            // The last digit has no carry to give.
            assert!(digits.last().is_some_and(|last| *last >= 0));
            assert!(
                digits
                    .iter()
                    .all(|digit| digit.unsigned_abs() <= 1 << (width - 1))
            );
        }
    }
}
