//! Layers of crates: a crate may use lower layers only.

use crate::source::{files, report};

/// The layers, lowest first.
pub(crate) const LAYERS: [&str; 14] = [
    "ceb",
    "store",
    "jobs",
    "archive",
    "web",
    "queue",
    "registry",
    "identity",
    "back_office",
    "exchange",
    "services",
    "simulation",
    "operations",
    "tongguan",
];

/// Crates beside the product: they may use any layer, and no layer may use them.
const BESIDE: [&str; 3] = ["bench", "e2e", "tidy"];

/// Crates that do not use each other, although all of them stand above `registry`: a change of a login page or of the
/// officers' work builds nothing of the exchange anew, and the other way round.
const APART: [&[&str]; 2] = [&["identity", "back_office"], &["exchange", "services"]];

/// Whether two crates stand on different sides of [`APART`].
fn are_apart(one: &str, other: &str) -> bool {
    let side = |krate: &str| APART.iter().position(|side| side.contains(&krate));
    side(one)
        .zip(side(other))
        .is_some_and(|(one, other)| one != other)
}

/// Names in the tables of dependencies whose heading is in `headings`.
pub(crate) fn dependencies(manifest: &str, headings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_inside = headings.contains(&line.trim());
        } else if is_inside && let Some((name, _)) = line.split_once('=') {
            let name = name.trim().split('.').next().unwrap_or_default();
            if !name.is_empty() && !name.starts_with('#') {
                found.push(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn a_crate_uses_lower_layers_only() {
    let mut found = Vec::new();
    for manifest in files("crates", "Cargo.toml") {
        let krate = manifest.krate();
        let own = LAYERS.iter().position(|layer| *layer == krate);
        if own.is_none() && !BESIDE.contains(&krate) {
            found.push(format!("{krate} is in no layer"));
        }
        for used in dependencies(&manifest.text, &["[dependencies]"]) {
            let layer = LAYERS.iter().position(|layer| *layer == used);
            let is_higher = own.is_some() && layer.is_some() && layer >= own;
            let is_beside = own.is_some() && BESIDE.contains(&&*used);
            if is_higher || is_beside || are_apart(krate, &used) {
                found.push(format!("{krate} uses {used}"));
            }
        }
    }
    report(
        &found,
        "Calls go down the layers, facts go up through events. Put what both need on the lower \
         layer, or write an event there and read it above. A new crate needs a place in \
         crates/tidy/src/crate_layers.rs and a reason in docs/decisions.",
    );
}

#[test]
fn the_message_language_is_pure() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::time",
        "async fn",
        "tokio",
        "tracing",
    ];
    let mut found = Vec::new();
    for file in files("crates/ceb/src", ".rs") {
        for word in forbidden.iter().filter(|word| file.text.contains(**word)) {
            found.push(format!("{} says {word}", file.path));
        }
    }
    report(
        &found,
        "ceb does no I/O (I10): take the value as an argument and let the caller fetch it.",
    );
}
