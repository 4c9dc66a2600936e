//! SM2 verification against two independent oracles: the library and OpenSSL.

mod corpus;
mod openssl;

use ceb::sm2::{Arithmetic, Keys, Sm2PublicKey, Sm2Table};
use corpus::{Case, Corpus};
use std::collections::HashMap;

/// Cases in a run of the tests; `bench sm2-oracle` takes a million.
const CASES: usize = 1_500;

/// Ours and the library's answers; a key that is none answers no.
fn ours_and_theirs(tables: &mut HashMap<[u8; 65], Sm2Table>, case: &Case) -> (bool, bool) {
    let Some(key) = Sm2PublicKey::from_sec1(&case.key) else {
        // The library must not know better.
        let theirs = ::sm2::dsa::VerifyingKey::from_sec1_bytes("", &case.key);
        return (false, theirs.is_ok());
    };
    let table = tables
        .entry(case.key)
        .or_insert_with(|| Sm2Table::new(&key));
    let ours = table.verify(&case.digest, &case.signature);
    let theirs = Keys::library().verify(&key, &case.digest, &case.signature);
    (ours, theirs)
}

#[test]
fn the_oracles_agree() {
    let cases: Vec<Case> = Corpus::new(32_918).take(CASES).collect();
    let openssl = openssl::verify(&cases).unwrap();
    let mut tables = HashMap::new();
    let mut n_good: HashMap<&str, [usize; 2]> = HashMap::new();
    for (case, openssl) in cases.iter().zip(openssl) {
        let (ours, theirs) = ours_and_theirs(&mut tables, case);
        assert_eq!((ours, ours), (theirs, openssl), "{case:02x?}");
        n_good.entry(case.what).or_default()[usize::from(ours)] += 1;
    }
    // The corpus is worth something only if it has both answers.
    let met = |what: &str| n_good.get(what).copied().unwrap_or_default();
    for what in [
        "good",
        "s·G = t·P",
        "x(R) ≥ n",
        "edges of digits",
        "digest not below n",
    ] {
        assert!(met(what)[1] > 8, "{what}: {n_good:?}");
    }
    for what in [
        "digest changed",
        "signature changed",
        "s·G = −t·P",
        "r + s = n",
    ] {
        assert!(met(what)[0] > 8, "{what}: {n_good:?}");
    }
}

#[test]
fn the_cache_keeps_what_was_used_last() {
    let mut corpus = Corpus::new(7);
    let keys = Keys::new(2);
    let mut cases: Vec<Case> = Vec::new();
    while cases.len() < 3 {
        let case = corpus.good();
        if cases.iter().all(|other| other.key != case.key) {
            cases.push(case);
        }
    }
    let known = |case: &Case| Sm2PublicKey::from_sec1(&case.key).unwrap();
    let verify =
        |keys: &Keys, case: &Case| keys.verify(&known(case), &case.digest, &case.signature);
    keys.learn(&known(&cases[0]));
    keys.learn(&known(&cases[1]));
    assert!(verify(&keys, &cases[0]));
    keys.learn(&known(&cases[2]));
    assert_eq!(keys.n_tables(), 2);
    // Known or let go, the answer is the same.
    for case in &cases {
        assert!(verify(&keys, case));
        let mut changed = case.clone();
        changed.digest[31] ^= 1;
        assert!(!verify(&keys, &changed));
    }
    let library = Keys::library();
    library.learn(&known(&cases[0]));
    assert_eq!(
        (library.n_tables(), library.which()),
        (0, Arithmetic::Library)
    );
    assert!(verify(&library, &cases[0]));
}
