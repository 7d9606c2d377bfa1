//! The goldens of the realtime wire.

use std::{fs, path::PathBuf};

use serde_json::Value;

fn folder(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/openai")
        .join(part)
}

/// What the files of dialects begin with that the engines do not speak.
const NOT_SPOKEN: [&str; 4] = ["beta.", "live.", "transcription.", "azure_preview"];

/// All JSON files of `client` or `server` that are of the two dialects, by name without its ending.
pub fn files(part: &str) -> Vec<(String, Value)> {
    let mut files: Vec<_> = fs::read_dir(folder(part))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, path)
        })
        .filter(|(name, _)| !NOT_SPOKEN.iter().any(|begin| name.starts_with(begin)))
        .map(|(name, path)| (name, value(&fs::read_to_string(path).unwrap())))
        .collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

/// One of them.
pub fn file(part: &str, name: &str) -> Value {
    value(&fs::read_to_string(folder(part).join(format!("{name}.json"))).unwrap())
}

/// The rows of a whole session.
pub fn session(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder("server").join(format!("session.{name}.jsonl"))).unwrap();
    text.lines().map(value).collect()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
