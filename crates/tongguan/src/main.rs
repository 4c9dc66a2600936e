//! The program `tongguan`; everything is in the library of the same name.

use std::process::ExitCode;
use tongguan::cli;

/// Messages are many small allocations on many threads: in a profile of the whole journey the
/// system's allocator took about a sixth of the time. Its gain was not measured by itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(command) => cli::run(command),
        Err(mistake) => {
            cli::print(&mistake);
            ExitCode::from(if mistake.is_wrong() {
                cli::EXIT_WRONG_USE
            } else {
                0
            })
        }
    }
}
