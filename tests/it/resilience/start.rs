//! Starts that cannot be, which end with one clear line, and a start on a machine where no engine is installed.

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::json;

use super::{is_final, person, say};
use crate::support::server::{Server, local_engine};

/// Runs a server that is expected not to start.
fn start(folder: &Path, environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_interpres"))
        .arg("serve")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("PORT", "0")
        .env("DATA_DIR", folder.join("data"))
        .env("LOG_LEVEL", "warn")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// That the start failed with one line on standard error that holds all of these.
fn refused(environment: &[(&str, &str)], named: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let output = start(folder.path(), environment);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    for word in named {
        assert!(complaint.contains(word), "{word} is named in: {complaint}");
    }
    assert!(output.stdout.is_empty(), "{:?}", output.stdout);
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&[("PORT", &port)], &[&port, "server.port"]);
}

#[test]
fn a_data_folder_that_cannot_be_written() {
    // A file is no folder, for root as for anybody.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("data");
    let below = below.to_str().unwrap();
    refused(&[("DATA_DIR", below)], &[below]);
}

#[test]
fn settings_that_are_wrong() {
    refused(&[("PORT", "many")], &["PORT", "many"]);
    refused(
        &[("INTERPRES__SPEECH__HANG", "7s")],
        &["INTERPRES__SPEECH__HANG"],
    );
    refused(
        &[("INTERPRES__SPEECH__HUNG", "1s")],
        &["INTERPRES__SPEECH__HUNG"],
    );
    refused(&[("LOG_LEVEL", "loud")], &["LOG_LEVEL", "loud"]);
}

#[tokio::test]
async fn without_any_engine_people_who_understand_each_other_still_talk() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().to_str().unwrap();
    let server = Server::with(&[
        ("PATH", folder),
        ("INTERPRES__ENGINES__LOCAL__APERTIUM_MODES_DIR", folder),
        ("INTERPRES__ENGINES__LOCAL__POCKETSPHINX_MODEL_DIR", folder),
        ("LOG_LEVEL", "off"),
    ]);
    let engines = server.get("/api/engines").await;
    let local = local_engine(&engines);
    assert_eq!(local["available"], false, "{local}");
    for part in local["parts"].as_array().unwrap() {
        assert_eq!(part["available"], false, "{part}");
        assert!(
            part["detail"].as_str().unwrap().contains("apt-get install"),
            "{part}"
        );
    }
    let health = server.get("/api/health").await;
    let components = health["components"].as_object().unwrap();
    let missing = components
        .iter()
        .filter(|(name, state)| name.starts_with("local.") && **state == "not_configured");
    assert_eq!(missing.count(), 3, "{health}");

    let mut ana = server.connect().await;
    ana.send(json!({
        "type": "create_session",
        "config": {"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"], "speech": true},
    }))
    .await;
    let created = ana.expect("session_created").await;
    let warnings = created["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|warning| warning["code"] == "speech_unavailable"),
        "{created}"
    );
    let mut berta = person(&server, "Berta", "demo", "en", &["en"]).await;
    say(&mut ana, "We understand each other.").await;
    let said = berta.expect_where("transcription", is_final).await;
    assert_eq!(said["text"], "We understand each other.");

    // Speech is refused in words, once, and not by silence.
    ana.send_audio(vec![0; 640]).await;
    let refused = ana.expect("error").await;
    assert_eq!(refused["code"], "speech_unavailable");
}
