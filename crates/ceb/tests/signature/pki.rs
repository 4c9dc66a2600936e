//! Certificates and keys for the tests, made anew by `scripts/pki.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with the certificates: one for all processes of a run.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let own = std::process::id().to_string();
        let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| own.clone());
        let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = all.join(format!("pki-{run}"));
        if !folder.exists() {
            let new = all.join(format!("pki-{run}-{own}"));
            std::fs::create_dir_all(&new).expect("folder");
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pki.sh");
            let done = Command::new("sh").arg(script).arg(&new).output();
            let done = done.expect("sh");
            assert!(done.status.success(), "{}", super::others::printed(&done));
            // Whoever is second takes what the first one made.
            if std::fs::rename(&new, &folder).is_err() {
                std::fs::remove_dir_all(&new).expect("remove");
            }
        }
        folder
    })
}

/// A file of the folder.
pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("a file of scripts/pki.sh")
}
