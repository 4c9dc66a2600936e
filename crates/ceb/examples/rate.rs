//! How long one message takes, in microseconds: `cargo run --release -p ceb --example rate`.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

use std::hint::black_box;
use std::time::Instant;

use ceb::sample::{self, Spec};
use ceb::{Kind, Profile};

/// Runs per figure.
const RUNS: u32 = 20_000;

fn time(name: &str, bytes: usize, mut run: impl FnMut()) {
    for _ in 0..RUNS / 10 {
        run();
    }
    let start = Instant::now();
    for _ in 0..RUNS {
        run();
    }
    let nanos = start.elapsed().as_nanos() / u128::from(RUNS);
    println!(
        "{name}: {}.{:02} µs for {bytes} bytes",
        nanos / 1000,
        nanos % 1000 / 10
    );
}

fn main() {
    for kind in [Kind::Ceb311, Kind::Ceb621, Kind::Ceb603, Kind::Ceb312] {
        let spec = Spec::new(kind, 7);
        let xml = sample::message(&spec);
        let bytes = xml.as_bytes();
        time(&format!("{kind} sniff"), bytes.len(), || {
            let _ = black_box(ceb::sniff(black_box(bytes)));
        });
        time(&format!("{kind} parse and check"), bytes.len(), || {
            black_box(ceb::parse(black_box(bytes), Profile::Strict));
        });
        time(&format!("{kind} parse, no rules"), bytes.len(), || {
            black_box(ceb::parse(black_box(bytes), Profile::Down));
        });
        time(&format!("{kind} make a sample"), bytes.len(), || {
            black_box(sample::message(black_box(&spec)));
        });
    }
    let receipt = sample::message(&Spec {
        n_documents: 10,
        ..Spec::new(Kind::Ceb622, 7)
    });
    time("CEB622 split, 10 entries", receipt.len(), || {
        let _ = black_box(ceb::receipt::split(black_box(receipt.as_bytes())));
    });
    signed("strict-rsa-sha256");
    signed("strict-sm2");
}

/// A signed message of the fixtures.
fn signed(name: &str) {
    use ceb::signature::c14n::{Comments, canonicalize};
    use ceb::signature::key::Library;
    use ceb::signature::{Verifier, VerifyPolicy};
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/signature");
    let Ok(bytes) = std::fs::read(format!("{folder}/{name}.xml")) else {
        return;
    };
    let verifier = Verifier {
        policy: VerifyPolicy::SOUND,
        sm2: &Library,
        certificate: None,
    };
    let len = bytes.len();
    time(&format!("{name} canonical"), len, || {
        black_box(canonicalize(black_box(&bytes), Comments::Without).is_ok());
    });
    time(&format!("{name} verify"), len, || {
        black_box(verifier.verify(black_box(&bytes)));
    });
}
