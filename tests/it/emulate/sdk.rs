//! The official SDK against the emulator: what a user's program finds.

use std::{path::Path, process::Command};

use interpres::audio::{pcm::PcmAssembler, pcm::to_bytes, resample::Resampler};
use serde_json::Value;

use super::stand::Emulator;
use crate::support::speech::recording;

/// Where scripts/setup puts the SDK.
const PYTHON: &str = "target/openai-sdk/bin/python";

/// Runs tests/it/emulate/sdk.py, and returns what it printed.
fn sdk(emulator: &Emulator, talk: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("goforward.raw");
    let (mut narrow, mut wide) = (Vec::new(), Vec::new());
    PcmAssembler::new().push(&recording("goforward.raw"), &mut narrow);
    let mut resampler = Resampler::new(16_000, 24_000).unwrap();
    resampler.push(&narrow, &mut wide);
    resampler.finish(&mut wide);
    std::fs::write(&said, to_bytes(&wide)).unwrap();
    let output = Command::new(root.join(PYTHON))
        .arg(root.join("tests/it/emulate/sdk.py"))
        .args([emulator.address(), "sk-emulated-for-anybody", talk])
        .arg(&said)
        .output()
        .unwrap_or_else(|error| panic!("{PYTHON}: {error}; scripts/setup test"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {complaint}"))
}

fn types(told: &Value) -> Vec<&str> {
    let types = told["types"].as_array().unwrap();
    types.iter().map(|kind| kind.as_str().unwrap()).collect()
}

#[test]
fn a_program_with_the_sdk_is_interpreted_in_both_dialects() {
    let emulator = Emulator::start(&[]);

    let told = sdk(&emulator, "translation");
    assert_eq!(told["source"], " Go forward ten meters.");
    assert!(
        told["target"].as_str().unwrap().contains("diez metros"),
        "{told}"
    );
    // Half a second and more of Spanish, in lengths that cut samples in two.
    assert!(told["audio"].as_u64().unwrap() > 24_000, "{told}");
    assert_eq!(told["audio"].as_u64().unwrap() % 2, 0, "{told}");
    assert!(told["odd"].as_u64().unwrap() > 0, "{told}");
    let types = types(&told);
    assert_eq!(types[..2], ["session.created", "session.updated"]);
    assert_eq!(types.last(), Some(&"session.closed"));
    assert!(!types.contains(&"error"), "{told}");

    let told = sdk(&emulator, "conversation");
    assert_eq!(told["source"], "Go forward ten meters.");
    assert!(
        told["target"].as_str().unwrap().contains("diez metros"),
        "{told}"
    );
    assert!(told["audio"].as_u64().unwrap() > 24_000, "{told}");
    assert_eq!(told["status"], "completed");
    assert!(told["usage"].as_u64().unwrap() > 0);

    let told = sdk(&emulator, "secrets");
    assert_eq!(told["voices"], serde_json::json!(["cedar", "cedar"]));
    assert_eq!(told["language"], "fr");
    for value in told["values"].as_array().unwrap() {
        assert!(value.as_str().unwrap().starts_with("ek_"), "{told}");
    }
}
