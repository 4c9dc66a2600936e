//! Files (数据文件权限): what stands in the data folder is for the platform's own user and nobody else.
//!
//! Everything that the process makes is made so ([`private`]). What was made before, or by somebody
//! else's hand, is looked at before the start and by `doctor`: the platform's own files, known by
//! their names, are mended; anything else is reported.

use crate::config::Config;
use rustix::fs::Mode;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Rights of others.
const OTHERS: u32 = 0o077;

/// The bit of a folder that belongs to everybody, such as `/tmp`.
const STICKY: u32 = 0o1000;

/// Beginnings of the names of the platform's own files.
const OWN: [&str; 7] = [
    "tongguan.db",
    "queue.db",
    "customs-box.db",
    "seal.key",
    "node-",
    "demo-keys.json",
    "trust",
];

/// A file or folder that others may read (权限过宽的文件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loose {
    /// Where it is.
    pub path: PathBuf,
    /// Its rights: `0o644`.
    pub mode: u32,
    /// Why it was left as it is; empty when it can be mended.
    pub why: &'static str,
}

/// Makes every file that this process makes from now on readable by its own user only.
pub fn private() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS));
}

/// What others may read of the data folder and of the files with secrets that the settings name.
pub fn loose(config: &Config) -> Vec<Loose> {
    let mut found = Vec::new();
    if let Some(data) = config.node.data.as_deref() {
        found.extend(look(data, folder_fault(data)));
        for entry in entries(data) {
            if is_own(&entry) {
                inside(&entry, &mut found);
            }
        }
    }
    for path in secrets(config) {
        let fault = "不在数据目录内，请自行收紧";
        let is_reported = found.iter().any(|one| one.path == path);
        found.extend(look(&path, fault).filter(|_| !is_reported));
    }
    found
}

/// Takes the rights of others away where that is ours to do; answers what is left.
pub fn mend(config: &Config) -> Vec<Loose> {
    let mut left = Vec::new();
    for one in loose(config) {
        if one.why.is_empty() {
            let rights = std::fs::Permissions::from_mode(one.mode & !OTHERS & 0o777);
            if std::fs::set_permissions(&one.path, rights).is_ok() {
                tracing::info!(path = %one.path.display(), "others can no longer read it");
                continue;
            }
        }
        left.push(one);
    }
    left
}

/// Files with secrets that the settings name.
fn secrets(config: &Config) -> Vec<PathBuf> {
    let registry = &config.registry;
    let mut paths: Vec<PathBuf> = vec![PathBuf::from(&registry.seal_file)];
    paths.push(PathBuf::from(&config.store.encryption_key_file));
    paths.extend(config.http.tls_key.clone());
    paths.extend(
        registry
            .foreign
            .iter()
            .map(|source| PathBuf::from(&source.client_secret_file)),
    );
    for key in &config.signing.keys {
        paths.extend([key.key_file.clone(), key.secret_file.clone()]);
    }
    paths.retain(|path| !path.as_os_str().is_empty());
    paths
}

fn inside(path: &Path, found: &mut Vec<Loose>) {
    found.extend(look(path, ""));
    for entry in entries(path) {
        found.extend(look(&entry, ""));
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn is_own(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    OWN.iter().any(|own| name.starts_with(own))
}

/// Why the rights of the data folder are not ours to change; empty when they are.
fn folder_fault(folder: &Path) -> &'static str {
    let is_shared = std::fs::metadata(folder).is_ok_and(|about| about.mode() & STICKY != 0);
    if is_shared {
        "是公用目录，请换用平台专用的数据目录"
    } else if entries(folder).iter().all(|entry| is_own(entry)) {
        ""
    } else {
        "目录中还有其他文件，请确认后执行 chmod 700"
    }
}

/// The file, when others may read it. Links are left alone: what they point to is somebody's choice.
fn look(path: &Path, why: &'static str) -> Option<Loose> {
    let about = std::fs::symlink_metadata(path).ok()?;
    if about.is_symlink() || about.mode() & OTHERS == 0 {
        return None;
    }
    let is_ours = about.uid() == rustix::process::geteuid().as_raw();
    Some(Loose {
        path: path.to_owned(),
        mode: about.mode() & 0o7777,
        why: if is_ours {
            why
        } else {
            "属于其他用户，请由其收紧"
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{loose, mend};
    use crate::config::Config;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::path::Path;

    fn put(path: &Path, mode: u32) {
        std::fs::write(path, "x").unwrap();
        set(path, mode);
    }

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn own_files_are_mended_and_those_of_others_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        set(&data, 0o755);
        let names = ["tongguan.db", "tongguan.db-wal", "queue.db", "seal.key"];
        for name in names {
            put(&data.join(name), 0o644);
        }
        let config = Config::default().under(&data);
        assert_eq!(loose(&config).len(), 5);
        assert_eq!(mend(&config), []);
        assert_eq!(mode(&data), 0o700);
        assert!(names.iter().all(|name| mode(&data.join(name)) == 0o600));

        // A folder with something else in it is somebody's: it is told and left alone.
        put(&data.join("notes.txt"), 0o644);
        set(&data, 0o755);
        let left = mend(&config);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].path, data);
        assert_eq!((mode(&data), mode(&data.join("notes.txt"))), (0o755, 0o644));
    }

    #[test]
    fn a_folder_of_everybody_is_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("shared");
        std::fs::create_dir(&data).unwrap();
        set(&data, 0o1777);
        let left = mend(&Config::default().under(&data));
        assert_eq!(left.len(), 1);
        assert_eq!(mode(&data), 0o777);
    }
}
