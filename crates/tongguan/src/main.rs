//! The program `tongguan`; everything is in the library of the same name.

use clap::Parser;
use std::process::ExitCode;
use tongguan::cli;

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
