//! Where logs go and how they look.

use std::io::IsTerminal;

use interpres::config::{Log, LogFormat, LogLevel};
use tracing_subscriber::EnvFilter;

/// Sends the log to standard error. Other crates are heard from `warn` on: at finer levels some of them write what
/// they carry, and what people say must never be in a log.
pub fn start(settings: &Log, debug: bool) {
    let level = match settings.level {
        _ if debug => "debug",
        LogLevel::Off => "off",
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let others = if level == "off" { "off" } else { "warn" };
    let filter = EnvFilter::new(format!("{others},interpres={level}"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
    }
}
