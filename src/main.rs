//! The command line `gongxun`: parse, run, print one error, exit.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
