//! The program `tongguan`; everything is in the library of the same name.

use clap::Parser;
use std::process::ExitCode;
use tongguan::cli;

/// Messages are many small allocations on many threads; the system's allocator took a sixth of the
/// whole journey's time (profile of 2026-11), this one a third of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::Command::try_parse() {
        Ok(command) => cli::run(command),
        Err(error) => {
            // Help and version are not mistakes: clap knows which is which.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() {
                cli::EXIT_WRONG_USE
            } else {
                0
            })
        }
    }
}
