//! Puts the built console (`console/dist`, made by `make console`) into the binary: a table of names
//! and bytes. Without it the table is empty and `/console` says how to make it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/dist");
    // The folder always exists, for it is kept under version control with an empty file in it.
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let Some(name) = name_of(&dist, file) else {
            continue;
        };
        let bytes = |suffix: &str| {
            let mut path = file.clone().into_os_string();
            path.push(suffix);
            let path = PathBuf::from(path);
            path.exists().then_some(path)
        };
        let optional = |path: Option<PathBuf>| match path {
            Some(path) => format!("Some(include_bytes!({path:?}))"),
            None => "None".to_owned(),
        };
        let _ = writeln!(
            table,
            "    Asset {{ name: {name:?}, plain: include_bytes!({file:?}), br: {}, gzip: {} }},",
            optional(bytes(".br")),
            optional(bytes(".gz")),
        );
    }
    table.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("console_assets.rs"), table)
}

/// The name under `/console/`; nothing for hidden files and the compressed twins.
fn name_of(dist: &Path, file: &Path) -> Option<String> {
    let name = file.strip_prefix(dist).ok()?.to_str()?.to_owned();
    let is_twin = ["br", "gz"]
        .iter()
        .any(|ending| file.extension().is_some_and(|found| found == *ending));
    (!is_twin && !name.starts_with('.')).then_some(name)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
