//! The command line `gongxun`: parse, run, print one error, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    gongxun::cli::main()
}
