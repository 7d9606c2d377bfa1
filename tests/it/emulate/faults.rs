//! Every fault, from the command line and while the emulator runs.

use std::time::Duration;

use serde_json::{Value, json};

use super::stand::{CONVERSATION, Came, Emulator, Line, TRANSLATION, tone};
use crate::support::server::http_client;

const APPEND: &str = "session.input_audio_buffer.append";

async fn speaking(fault: &str) -> (Emulator, Line) {
    let emulator = Emulator::null(&["--fault", fault]);
    let mut line = emulator.open(TRANSLATION).await;
    line.append(APPEND, &tone(6)).await;
    (emulator, line)
}

#[tokio::test]
async fn a_key_is_refused_after_the_upgrade() {
    let emulator = Emulator::null(&["--fault", "bad-key@2*1"]);
    emulator
        .open(TRANSLATION)
        .await
        .expect("session.created")
        .await;
    let mut line = emulator.open(TRANSLATION).await;
    assert_eq!(line.error().await["code"], "invalid_api_key");
    assert_eq!(line.closed().await.0, 3_000);
    emulator
        .open(TRANSLATION)
        .await
        .expect("session.created")
        .await;
}

#[tokio::test]
async fn the_rate_is_limited_in_a_response() {
    let emulator = Emulator::null(&["--fault", "rate-limit@2"]);
    let mut line = emulator.open(CONVERSATION).await;
    line.expect("session.created").await;
    let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Yes."}]});
    let ask = json!({"type": "response.create", "response": {"conversation": "none", "input": [item], "output_modalities": ["text"]}});
    for (number, status) in ["completed", "failed", "completed"].into_iter().enumerate() {
        line.send(&ask).await;
        let events = line.until("rate_limits.updated").await;
        let done = &events[events.len() - 2]["response"];
        assert_eq!(done["status"], status, "{number}");
        if status == "failed" {
            assert_eq!(
                done["status_details"]["error"]["code"],
                "rate_limit_exceeded"
            );
            assert_eq!(done["usage"]["total_tokens"], 0);
        }
    }
}

#[tokio::test]
async fn sessions_expire_and_break_off() {
    let (_emulator, mut line) = speaking("session-expired@4").await;
    line.until("error").await;
    assert_eq!(line.closed().await.0, 1_001);

    let (_emulator, mut line) = speaking("close=1012@3").await;
    let mut audio = 0;
    let code = loop {
        match line.next().await {
            Came::Event(event) => audio += u32::from(event["type"] == "session.output_audio.delta"),
            Came::Closed(code, _) => break code,
            Came::Strange => panic!("nothing strange is expected"),
        }
    };
    assert_eq!((audio, code), (2, 1_012));

    let (_emulator, mut line) = speaking("close=4321@300ms").await;
    assert_eq!(line.closed().await.0, 4_321);
}

#[tokio::test]
async fn events_become_strange_but_the_session_goes_on() {
    let (_emulator, mut line) = speaking("nulls").await;
    let created = line.expect("session.created").await;
    assert_eq!(created["session"]["expires_at"], Value::Null);
    let text = line.expect("session.output_transcript.delta").await;
    assert_eq!(
        (&text["delta"], &text["elapsed_ms"]),
        (&json!(" word1"), &Value::Null)
    );
    let audio = line.expect("session.output_audio.delta").await;
    assert_eq!(
        (&audio["sample_rate"], &audio["format"]),
        (&Value::Null, &Value::Null)
    );
    assert!(audio["delta"].is_string());

    let (_emulator, mut line) = speaking("unknown-events@2").await;
    assert!(
        line.expect("session.created")
            .await
            .get("not_known_yet")
            .is_none()
    );
    line.expect("session.weather.updated").await;
    let text = line.expect("session.output_transcript.delta").await;
    assert!(text.get("not_known_yet").is_some());

    let (_emulator, mut line) = speaking("error@2").await;
    line.expect("session.created").await;
    let error = line.error().await;
    assert_eq!(
        (&error["type"], &error["code"]),
        (&json!("server_error"), &Value::Null)
    );
    line.expect("session.output_transcript.delta").await;

    let (_emulator, mut line) = speaking("garbage@2").await;
    line.expect("session.created").await;
    for _ in 0..5 {
        assert!(matches!(line.next().await, Came::Strange));
    }
    line.expect("session.output_transcript.delta").await;
}

#[tokio::test]
async fn a_stalled_session_stays_open_and_says_nothing() {
    let (_emulator, mut line) = speaking("stall@2").await;
    line.expect("session.created").await;
    line.send(&json!({"type": "session.close"})).await;
    let came = line.next_within(Duration::from_secs(2)).await;
    assert!(came.is_none(), "{came:?}");
    line.close().await;
    assert_eq!(line.closed().await.0, 1_000);
}

#[tokio::test]
async fn audio_becomes_slow() {
    let emulator = Emulator::null(&["--fault", "slow-audio=20"]);
    let mut line = emulator.open(CONVERSATION).await;
    line.expect("session.created").await;
    let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "One two three."}]});
    line.send(
        &json!({"type": "response.create", "response": {"conversation": "none", "input": [item]}}),
    )
    .await;
    line.until("response.output_audio.delta").await;
    let delta = loop {
        let event = line
            .expect_any(&[
                "response.output_audio_transcript.delta",
                "response.output_audio.delta",
            ])
            .await;
        if event["type"] == "response.output_audio.delta" {
            break event;
        }
    };
    // A twentieth of real time: 2.5 ms of audio every 50 ms, 120 bytes in base64.
    assert_eq!(delta["delta"].as_str().unwrap().len(), 160);
}

#[tokio::test]
async fn faults_are_added_and_taken_away_while_it_runs() {
    let emulator = Emulator::null(&[]);
    let mut line = emulator.open(TRANSLATION).await;
    line.expect("session.created").await;
    let (status, listed) = emulator
        .post(
            "/_emulator/faults",
            &json!({"faults": ["nulls", "close=1011@1"]}),
        )
        .await;
    assert_eq!(
        (status, &listed["faults"]),
        (200, &json!(["nulls", "close=1011@1"]))
    );
    line.append(APPEND, &tone(1)).await;
    let text = line.expect("session.output_transcript.delta").await;
    assert_eq!(text["elapsed_ms"], Value::Null);
    assert_eq!(line.closed().await.0, 1_011);
    http_client()
        .delete(emulator.url("/_emulator/faults"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        emulator.get("/_emulator/faults").await,
        json!({"faults": []})
    );
    let mut line = emulator.open(TRANSLATION).await;
    line.append(APPEND, &tone(1)).await;
    let events = line.until("session.output_audio.delta").await;
    assert!(events[1]["elapsed_ms"].is_number());
    for wrong in ["flood", "close=9", "stall@never"] {
        let (status, answer) = emulator
            .post("/_emulator/faults", &json!({"faults": [wrong]}))
            .await;
        assert_eq!(status, 400, "{answer}");
        assert!(
            answer["error"]["code"]
                .as_str()
                .unwrap()
                .starts_with("fault_")
        );
    }
}
