//! Certificates and keys for the tests, made anew by `scripts/pki.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with the certificates.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let name = format!("pki-{}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pki.sh");
        let done = Command::new("sh").arg(script).arg(&folder).output();
        let done = done.expect("sh");
        assert!(done.status.success(), "{}", super::others::told(&done));
        folder
    })
}

/// A file of the folder.
pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("a file of scripts/pki.sh")
}
