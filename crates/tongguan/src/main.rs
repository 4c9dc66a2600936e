//! F9 通关: the binary. Reads the command line and the configuration, wires the floors together and
//! starts what is asked for. Nothing here knows a rule or a table.

mod app;
mod cli;
mod config;
mod demo;
mod roles;
mod ui;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Two libraries bring TLS; both must use the same one (ring), chosen before either starts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let command = match cli::Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // Help and version are not mistakes: clap says which exit code each has.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                cli::EXIT_WRONG_USE
            } else {
                0
            });
        }
    };
    cli::run(command)
}
