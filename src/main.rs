//! The `namehound` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    namehound::cli::main()
}
