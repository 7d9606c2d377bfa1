//! Why the settings cannot be used. Every message is one line that names the place, the key and what to write instead.

use std::path::PathBuf;

/// What stops the start. `Display` is the whole line shown to the user.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The settings file cannot be read, or is no YAML.
    #[error("{}: {reason}", path.display())]
    File {
        /// As it was named by the user or found in the working directory.
        path: PathBuf,
        /// One line.
        reason: String,
    },
    /// A key that no setting has.
    #[error("{origin}: {key}: there is no such setting{}", suggestion.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    UnknownKey {
        /// File path or environment variable.
        origin: String,
        /// The key as it was written, with its sections.
        key: String,
        /// The nearest known key, in the same notation as the origin uses.
        suggestion: Option<String>,
    },
    /// A value that its key does not take. Secret values are not repeated.
    #[error("{origin}: {key}: expected {expected}, found {found}")]
    Value {
        /// File path or environment variable.
        origin: String,
        /// The key with its sections.
        key: String,
        /// What may stand there, with its range.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A key file in the data folder can be neither read nor written.
    #[error("{}: {reason}; check that data.dir names a folder this user can write", path.display())]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// One line.
        reason: String,
    },
}
