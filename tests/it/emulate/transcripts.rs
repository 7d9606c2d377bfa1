//! Recorded sessions, played back to a client that does what the recorded one did.

use serde_json::Value;

use super::stand::{Came, Emulator, golden_file, golden_text};

const SESSIONS: [&str; 2] = [
    "server/session.translation.en-es.jsonl",
    "server/session.ga.en-es.bargein.jsonl",
];

fn rows(name: &str) -> Vec<Value> {
    golden_text(name)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn replaying(name: &str) -> Emulator {
    let file = golden_file(name);
    Emulator::start(&["--transcript", file.to_str().unwrap(), "--pace", "0"])
}

#[tokio::test]
async fn recorded_sessions_are_played_back_exactly() {
    for name in SESSIONS {
        let emulator = replaying(name);
        let rows = rows(name);
        let path = rows[0]["handshake"]["path"].as_str().unwrap();
        let mut line = emulator.open(path).await;
        for row in &rows[1..] {
            match row["dir"].as_str().unwrap() {
                "c2s" => line.send(&row["event"]).await,
                "s2c" => assert_eq!(line.event().await, row["event"]),
                _ if row["by"] == "client" => line.close().await,
                _ => {
                    let Came::Closed(code, reason) = line.next().await else {
                        panic!("a close is expected");
                    };
                    assert_eq!(
                        (u64::from(code), reason.as_str()),
                        (
                            row["code"].as_u64().unwrap(),
                            row["reason"].as_str().unwrap()
                        )
                    );
                }
            }
        }
        line.closed().await;
        drop(line);
        let (_, errors) = emulator.finish();
        assert!(errors.contains("0 differences"), "{name}: {errors}");
    }
}

#[tokio::test]
async fn what_differs_is_said_and_nothing_of_what_is_said_in_it() {
    let emulator = replaying(SESSIONS[0]);
    let rows = rows(SESSIONS[0]);
    let mut line = emulator.open("/v1/realtime/translations?model=other").await;
    line.expect("session.created").await;
    let mut update = rows[2]["event"].clone();
    assert_eq!(update["type"], "session.update");
    update["session"]["audio"]["output"]["language"] = "fr".into();
    line.send_text("not json").await;
    line.send(&serde_json::json!({"type": "response.create", "secret": "hush"}))
        .await;
    line.send(&update).await;
    line.expect("session.updated").await;
    line.close().await;
    line.closed().await;
    let (_, errors) = emulator.finish();
    for expected in [
        "expected a connection to",
        "got a frame that is not JSON",
        "expected \"session.update\", got \"response.create\"",
        "\"session.update\" differs at /session/audio/output/language",
        "the client is gone",
    ] {
        assert!(errors.contains(expected), "{expected:?} is not in {errors}");
    }
    assert!(!errors.contains("hush"));
}
