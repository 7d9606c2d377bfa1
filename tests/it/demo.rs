//! `interpres demo` as somebody tries it: beside whatever else is set up on the machine.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::support::speech::{recording, silence};

/// What a server that others use may be set to: keys, encryption, another address, another database.
const OTHERS: &str = "
server:
  host: 0.0.0.0
  port: 443
  tls:
    cert: /nowhere/cert.pem
    key: /nowhere/key.pem
store:
  url: postgres://somebody:secret@127.0.0.1:1/interpres
auth:
  keys: [{key: a-key-of-the-others, role: admin, subject: others}]
engines:
  default: 'null'
";

fn folder(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    std::fs::write(folder.path().join("config/interpres.yaml"), settings).unwrap();
    folder
}

fn demo(folder: &Path, environment: &[(&str, &str)]) -> Output {
    demo_of(folder, &[], environment)
}

fn demo_of(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    // One that waits for what never comes is ended, and its exit code tells.
    Command::new("timeout")
        .args(["120", env!("CARGO_BIN_EXE_interpres"), "demo"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("TMPDIR", folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// It ended well, wrote the interpretation, and left nothing else behind.
fn assert_shown(folder: &Path, output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert!(said.contains("server on http://127.0.0.1:"), "{said}");
    assert!(said.contains("metros"), "{said}");
    let speech = std::fs::metadata(folder.join("demo.wav")).unwrap().len();
    assert!(
        speech > 32_000,
        "a second of speech or more: {speech} bytes"
    );
    let mut left: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["config", "demo.wav"]);
}

#[test]
fn it_works_beside_a_file_and_an_environment_that_ask_for_keys_and_encryption() {
    let folder = folder(OTHERS);
    let environment = [
        ("HOST", "0.0.0.0"),
        ("PORT", "1"),
        ("DATA_DIR", "/nowhere/data"),
        ("DATABASE_URL", "postgres://somebody@127.0.0.1:1/other"),
        ("INTERPRES__SERVER__TLS__CERT", "/nowhere/cert.pem"),
        ("INTERPRES__SERVER__TLS__KEY", "/nowhere/key.pem"),
        ("INTERPRES__AUTH__ADMIN_KEY", "a-key-of-the-operator"),
        ("INTERPRES__SERVER__MAX_CONNECTIONS", "1"),
    ];
    assert_shown(folder.path(), &demo(folder.path(), &environment));
}

#[test]
fn it_works_beside_a_file_that_is_wrong_and_says_so() {
    let folder = folder("server:\n  prot: 3000\n");
    let output = demo(folder.path(), &[]);
    assert_shown(folder.path(), &output);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.contains("prot"), "{complaints}");
}

#[test]
fn how_speech_is_understood_here_holds_for_it_too() {
    let folder = folder("engines:\n  local:\n    pocketsphinx_model_dir: /nowhere/model\n");
    let output = demo(folder.path(), &[]);
    assert!(!output.status.success());
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.contains("was not understood"), "{complaints}");
}

#[test]
fn with_an_emulated_engine_it_comes_to_its_end_and_tells_what_it_would_have_cost() {
    // Two sentences in one recording: more than one translation, and as many sounds as the engine makes of them.
    let recordings = tempfile::tempdir().unwrap();
    let both = recordings.path().join("both.raw");
    let mut samples = recording("goforward.raw");
    samples.extend(silence(Duration::from_millis(1_200)));
    samples.extend(recording("something.raw"));
    std::fs::write(&both, &samples).unwrap();
    let folder = folder("{}");
    let arguments = ["--engine", "azure-translate", both.to_str().unwrap()];
    let output = demo_of(folder.path(), &arguments, &[]);
    assert_shown(folder.path(), &output);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("azure-translate is emulated"), "{said}");
    let (_, invoice) = said
        .split_once("What the real service would have cost")
        .unwrap();
    assert!(invoice.contains("total of 1 session "), "{said}");
    assert!(said.contains("algo"), "the second sentence too: {said}");
}

#[test]
fn a_call_is_played_to_its_end_and_leaves_what_each_heard_and_what_was_said() {
    let folder = folder(OTHERS);
    let output = Command::new("timeout")
        .args(["150", env!("CARGO_BIN_EXE_interpres"), "demo-call"])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("TMPDIR", folder.path())
        .env(
            "ACS_CONNECTION_STRING",
            "endpoint=https://of-the-others.example/;accesskey=c2VjcmV0",
        )
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert!(said.contains("IncomingCall -> 200"), "{said}");
    assert!(
        said.contains("no leg is open: nothing keeps billing"),
        "{said}"
    );
    assert!(!said.contains("accesskey"), "{said}");
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["config", "demo-call"]);
    let folder = folder.path().join("demo-call");
    for file in ["heard-by-ana.wav", "heard-by-benito.wav"] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let (samples, rate) = interpres::audio::wav::decode(&bytes).unwrap();
        assert_eq!(rate, 16_000);
        let loud = samples.iter().filter(|sample| sample.unsigned_abs() > 500);
        assert!(
            loud.count() > rate as usize,
            "{file}: a second of speech or more"
        );
    }
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let english = read("transcript-en.txt");
    assert!(
        english.contains("meters") && english.contains("mother"),
        "{english}"
    );
    let spanish = read("transcript-es.txt");
    assert!(
        spanish.contains("metros") && spanish.contains("madre"),
        "{spanish}"
    );
    let both = read("transcript.txt");
    assert!(both.contains("Ana") && both.contains("Benito"), "{both}");
}

#[test]
fn a_call_says_where_it_cannot_write() {
    let folder = folder("{}");
    let output = Command::new(env!("CARGO_BIN_EXE_interpres"))
        .args(["demo-call", "--output", "config/interpres.yaml"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        complaints.contains("cannot make the folder config/interpres.yaml"),
        "{complaints}"
    );
}
