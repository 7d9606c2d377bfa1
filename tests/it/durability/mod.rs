//! What was said outlives the process that heard it: killed, handed over, or without a disk.

mod away;
mod broken_file;
mod clock;
mod disk;
mod handover;
mod kills;
mod speaker;
mod witness;

/// The settings of a server without engines, with the database of this address or a file.
fn settings(url: Option<&str>) -> Vec<(&'static str, &str)> {
    let mut settings = vec![("INTERPRES__ENGINES__DEFAULT", "null")];
    settings.extend(url.map(|url| ("DATABASE_URL", url)));
    settings
}
