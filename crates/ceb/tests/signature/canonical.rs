//! Our canonical form and that of libxml2, on thousands of documents.

use crate::others::{new_file, printed};
use crate::random::document;
use ceb::signature::c14n::{Comments, canonicalize};
use std::process::Command;

/// How many documents are compared.
const N_DOCUMENTS: u64 = 6_000;

/// How many of them xmllint reads in one process.
const N_AT_ONCE: u64 = 1_000;

#[test]
fn canonical_bytes_are_those_of_libxml2() {
    const MARK: &str = "<mark-between-documents></mark-between-documents>";
    let mark = new_file(MARK.as_bytes());
    let (mut n_compared, mut n_refused) = (0, 0);
    for first in (0..N_DOCUMENTS).step_by(usize::try_from(N_AT_ONCE).expect("small")) {
        let documents: Vec<String> = (first..first + N_AT_ONCE).map(document).collect();
        let files: Vec<_> = documents
            .iter()
            .map(|one| new_file(one.as_bytes()))
            .collect();
        let mut command = Command::new("xmllint");
        command.args(["--nonet", "--c14n"]);
        for file in &files {
            command.arg(file).arg(&mark);
        }
        let output = command.output().expect("xmllint");
        files
            .iter()
            .for_each(|file| std::fs::remove_file(file).expect("remove"));
        let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        let theirs: Vec<&str> = text.split(MARK).collect();
        assert_eq!(theirs.len(), documents.len() + 1, "{}", printed(&output));
        for (document, theirs) in documents.iter().zip(theirs) {
            let ours = canonicalize(document.as_bytes(), Comments::With);
            match ours {
                Ok(ours) => {
                    let ours = String::from_utf8(ours).expect("UTF-8");
                    assert_eq!(ours, theirs, "of {document:?}");
                    n_compared += 1;
                    // What is canonical stays as it is.
                    let again = canonicalize(ours.as_bytes(), Comments::With);
                    assert_eq!(again.as_deref(), Ok(ours.as_bytes()));
                }
                // Two prefixes of one namespace: libxml2 only mumbles about it.
                Err(fault) if fault.code == "TG-E1103" => n_refused += 1,
                Err(fault) => {
                    assert_eq!("", theirs, "{fault:?} of {document:?}");
                    n_refused += 1;
                }
            }
        }
    }
    std::fs::remove_file(mark).expect("remove");
    println!("{n_compared} compared, {n_refused} refused");
    assert!(
        n_compared > 3_000,
        "{n_compared} compared, {n_refused} refused"
    );
}
