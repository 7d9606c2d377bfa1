//! The goldens of the service's wire.

use std::{fs, path::PathBuf};

use serde_json::Value;

fn folder(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/acs")
        .join(part)
}

/// The bytes of a file.
pub fn bytes(path: &str) -> Vec<u8> {
    fs::read(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file in JSON.
pub fn json(path: &str) -> Value {
    serde_json::from_slice(&bytes(path)).unwrap()
}

/// The names, without their ending, of all files of a folder.
pub fn names(part: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder(part))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

/// A text of a JSON value.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} of {value}"))
}
