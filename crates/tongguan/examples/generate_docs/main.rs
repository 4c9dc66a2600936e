//! Writes the generated documents: `cargo run -p tongguan --example generate_docs`.

#![expect(clippy::print_stdout, reason = "a small program for people")]

mod pages;

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = pages::pages();
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
