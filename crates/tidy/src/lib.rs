//! Beside the product: checks on the code itself, run by `cargo test -p tidy`.
//!
//! What a compiler cannot see and a reviewer should not have to: that layers and modules keep
//! their walls, that everything with a number has its page, that words mean one thing. Each check is one
//! file and reads the sources as text, so the crate depends on nothing and builds in a second.
//!
//! A check that fails says what to do. Where the project breaks a rule for a good reason, the
//! exception stands in the check's own list with that reason; an exception that is no longer
//! needed fails as well.
//!
//! Checked elsewhere: function length, printing, time and panics (clippy); settings against their
//! sentences and generated documents (`tongguan`); pages of the message kinds (`ceb`).

#[cfg(test)]
mod codes;
#[cfg(test)]
mod comments;
#[cfg(test)]
mod crate_layers;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod glossary;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod length;
#[cfg(test)]
mod lexer;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod modules;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod source;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod terms;
#[cfg(test)]
mod type_names;
