//! The command line: what the one binary can be asked to do, and how its parts are put together.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A worker speaks its protocol on standard output from its first byte on, so nothing else is looked at for it.
    if std::env::args().nth(1).as_deref() == Some("asr-worker") {
        return interpres::engines::local::asr_worker_main();
    }
    // Everything encrypted, in or out, is so by this one library. It fails only where one has been chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    cli::run()
}
