//! Writes the reference pages: `cargo run -p ceb --example generate_docs`.

#![expect(clippy::print_stdout, reason = "a small program for people")]

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = ceb::doc::pages();
    for (path, text) in &pages {
        let file = docs.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    println!("{} pages", pages.len());
    Ok(())
}
