//! Keys, cards, the USB key against its stand-in, and the step of the pipeline.

mod cards;
mod consent;
mod files;
mod forms;
mod step;
mod usb;

use crate::keyring::config::{KeyConfig, KeyKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with the synthetic keys, readable by us only.
pub(super) struct Keys(TempDir);

impl Keys {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/signing");
        for file in std::fs::read_dir(fixtures).unwrap() {
            let file = file.unwrap();
            let to = folder.path().join(file.file_name());
            std::fs::copy(file.path(), &to).unwrap();
            private(&to);
        }
        let keys = Self(folder);
        keys.write("right.txt", "synthetic\n");
        keys.write("wrong.txt", "other\n");
        keys
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        private(&self.path(name));
    }

    /// The settings of a key in a file.
    pub(super) fn config(&self, name: &str, family: &str) -> KeyConfig {
        KeyConfig {
            name: name.to_owned(),
            kind: KeyKind::File,
            key_file: self.path(&format!("{family}.key.pem")),
            certificate_file: self.path(&format!("{family}.crt.pem")),
            ..KeyConfig::default()
        }
    }
}

fn private(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
