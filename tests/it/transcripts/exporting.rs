//! `interpres transcript export`, as a user types it: beside a server that runs, and after it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use super::{Conversation, texts, transcript};
use crate::support::server::Server;

/// The command, on this data folder.
fn export(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_interpres"));
    command
        .args(["transcript", "export"])
        .args(arguments)
        .current_dir(data.parent().unwrap())
        .env_clear()
        .env("DATA_DIR", data)
        .stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    export(data, arguments).output().unwrap()
}

fn printed(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{complaint}");
    assert_eq!(complaint, "", "no progress is drawn where nobody looks");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing but a transcript");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn what_is_exported_is_what_the_server_gives_while_it_runs_and_after() {
    let mut server = Server::start();
    let data = server.data();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Good morning.").await;
    people.luz_says("Hola.").await;
    let mut given = Vec::new();
    for format in ["vtt", "srt", "txt"] {
        let served = transcript(&server, "demo", &format!("format={format}&lang=es")).await;
        let arguments = ["demo", "--format", format, "--lang", "es"];
        assert_eq!(printed(&data, &arguments), served.body, "{format}");
        given.push((format, served.body));
    }
    // The server serves on; nothing was taken from it.
    people.ana_says("Still here?").await;
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.wait(std::time::Duration::from_secs(30)), Some(0));
    for (format, before) in given {
        let after = printed(&data, &["demo", "--format", format, "--lang", "es"]);
        assert!(after.starts_with(&before), "{format}: {after}");
        assert!(after.len() > before.len(), "{format}: {after}");
    }
    let document: Value = serde_json::from_str(&printed(&data, &["demo"])).unwrap();
    assert_eq!(document["room_id"], "demo");
    // And the server finds it again.
    let again = server.beside();
    let english = texts(&again, "demo", "lang=en").await;
    assert_eq!(english.len(), 3, "{english:?}");
}

#[tokio::test]
async fn after_a_server_was_killed_its_transcripts_are_there() {
    let mut server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Good morning.").await;
    server.kill_and_start_again();
    assert_eq!(texts(&server, "demo", "lang=en").await, ["Good morning."]);
    let exported = printed(&server.data(), &["demo", "--format", "txt"]);
    assert!(exported.contains("Ana: Good morning.\n"), "{exported}");
}

#[tokio::test]
async fn a_file_gets_its_name_when_it_is_whole() {
    let server = Server::start();
    let data = server.data();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.vtt");
    let path = file.to_str().unwrap();
    refused(&data, &["demo", "--output", path]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Good morning.").await;
    let nothing = printed(&data, &["demo", "--format", "vtt", "--output", path]);
    assert_eq!(nothing, "");
    let served = transcript(&server, "demo", "format=vtt").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), served.body);
    let there = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(there.count(), 1, "no partial file is left");
    let nowhere = folder.path().join("nowhere/demo.vtt");
    let complaint = refused(&data, &["demo", "--output", nowhere.to_str().unwrap()]);
    assert!(complaint.contains("cannot write"), "{complaint}");
}

#[tokio::test]
async fn what_cannot_be_exported_is_said_in_words() {
    let server = Server::start();
    let data = server.data();
    for (arguments, words) in [
        (&["nobody"][..], "there is no room nobody"),
        (&["a/b"], "may not contain '/'"),
        (
            &["demo", "--format", "pdf"],
            "[possible values: json, vtt, srt, txt]",
        ),
        (&["demo", "--lang", "english"], "not a language tag"),
    ] {
        let complaint = refused(&data, arguments);
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("My secret.").await;
    let erased = server
        .request("DELETE", "/api/rooms/demo?erase=true")
        .send()
        .await;
    assert_eq!(erased.unwrap().status(), 204);
    let complaint = refused(&data, &["demo"]);
    assert!(
        complaint.contains("nothing is stored of room demo"),
        "{complaint}"
    );
    let empty = tempfile::tempdir().unwrap();
    let complaint = refused(&empty.path().join("data"), &["demo"]);
    assert!(complaint.contains("there is no database"), "{complaint}");
    assert_eq!(
        std::fs::read_dir(empty.path()).unwrap().count(),
        0,
        "none is made"
    );
    let mut memory = export(&data, &["demo"]);
    let output = memory.env("DATABASE_URL", "memory:").output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("only its server can read"),
        "{complaint}"
    );
}

#[tokio::test]
async fn an_export_follows_a_room_to_its_end() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Before.").await;
    let mut process = export(&server.data(), &["demo", "--format", "txt", "--follow"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let (sender, mut come) = tokio::sync::mpsc::unbounded_channel();
    let reading = std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut until = async |wanted: &str| {
        while let Some(line) = come.recv().await {
            if line.ends_with(wanted) {
                return true;
            }
        }
        false
    };
    assert!(until("Ana: Before.").await);
    people.ana_says("Meanwhile.").await;
    assert!(until("Ana: Meanwhile.").await);
    let closed = server.request("DELETE", "/api/rooms/demo").send().await;
    assert_eq!(closed.unwrap().status(), 204);
    assert!(!until("Ana: never said").await, "it ends");
    let status = tokio::task::spawn_blocking(move || process.wait()).await;
    assert!(status.unwrap().unwrap().success());
    reading.join().unwrap();
}
