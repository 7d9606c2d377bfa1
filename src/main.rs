//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("asr-worker") {
        return interpres::engines::local::asr_worker_main();
    }
    println!("Hello, world!");
    ExitCode::SUCCESS
}
