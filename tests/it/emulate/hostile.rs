//! Whatever comes, the emulator answers with an error or a close, and goes on.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::stand::{CONVERSATION, Came, Emulator, TRANSLATION, golden_file};
use crate::support::server::http_client;

/// Frames that no client should send, of all kinds.
fn frames() -> Vec<String> {
    let mut frames: Vec<String> = [
        "", " ", "null", "[]", "7", "\"x\"", "{", "{}", "{\"type\":null}", "{\"type\":{}}", "{\"type\":\"\"}",
        "{\"type\":\"session.update\"}", "{\"type\":\"session.update\",\"session\":null}",
        "{\"type\":\"session.update\",\"session\":{\"audio\":null}}",
        "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":{\"turn_detection\":7}}}}",
        "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"output_modalities\":[]}}",
        "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"max_output_tokens\":1e308}}",
        "{\"type\":\"input_audio_buffer.append\",\"audio\":7}", "{\"type\":\"input_audio_buffer.append\",\"audio\":\"\"}",
        "{\"type\":\"input_audio_buffer.append\",\"audio\":\"/w==\"}",
        "{\"type\":\"response.create\",\"response\":[]}", "{\"type\":\"response.create\",\"response\":{\"input\":[null]}}",
        "{\"type\":\"response.create\",\"response\":{\"conversation\":\"none\",\"input\":[{\"type\":\"item_reference\",\"id\":\"\"}]}}",
        "{\"type\":\"conversation.item.create\"}", "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"audio\":\"?\"}]}}",
        "{\"type\":\"conversation.item.truncate\",\"item_id\":\"\",\"audio_end_ms\":-1}",
        "{\"type\":\"conversation.item.truncate\",\"item_id\":\"x\",\"audio_end_ms\":1e300,\"content_index\":1e300}",
        "{\"type\":\"response.cancel\",\"response_id\":7}", "{\"type\":\"session.input_audio_buffer.append\"}",
        "{\"type\":\"session.input_audio_buffer.append\",\"audio\":\"AA==\",\"event_id\":{}}",
    ]
    .map(str::to_owned)
    .to_vec();
    frames.push("[".repeat(100_000));
    frames.push(format!("{{\"type\":\"{}\"}}", "x".repeat(1_000_000)));
    frames.push(
        json!({"type": "session.update", "event_id": "e".repeat(513), "session": {}}).to_string(),
    );
    let labels: serde_json::Map<String, Value> =
        (0..17).map(|n| (n.to_string(), json!("x"))).collect();
    frames.push(json!({"type": "response.create", "response": {"metadata": labels}}).to_string());
    // Half of every golden event.
    for file in std::fs::read_dir(golden_file("client")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        frames.push(text.chars().take(text.chars().count() / 2).collect());
    }
    frames
}

#[tokio::test]
async fn wrong_frames_get_an_error_each_and_harm_nobody() {
    let emulator = Emulator::null(&[]);
    for path in [TRANSLATION, CONVERSATION] {
        let mut line = emulator.open(path).await;
        line.expect("session.created").await;
        for frame in frames() {
            line.send_text(&frame).await;
        }
        line.try_send(Message::binary(vec![0xff; 10_000]))
            .await
            .unwrap();
        // It still works: the answer to the last event comes after those to all before it.
        let session = if path == TRANSLATION {
            json!({})
        } else {
            json!({"type": "realtime", "instructions": "last"})
        };
        line.send(&json!({"type": "session.update", "session": session}))
            .await;
        let mut errors = 0;
        loop {
            let event = line.event().await;
            match event["type"].as_str().unwrap() {
                "error" => errors += 1,
                "session.updated"
                    if path == TRANSLATION || event["session"]["instructions"] == "last" =>
                {
                    break;
                }
                _ => {}
            }
        }
        assert!(errors > 60, "{errors}");
    }
}

#[tokio::test]
async fn wrong_order_is_answered() {
    let emulator = Emulator::null(&[]);
    let mut line = emulator.open(TRANSLATION).await;
    line.send(&json!({"type": "session.close"})).await;
    line.send(&json!({"type": "session.close"})).await;
    line.send(&json!({"type": "session.input_audio_buffer.append", "audio": "AAAA"}))
        .await;
    assert_eq!(line.closed().await.0, 1_000);
    let mut line = emulator.open(CONVERSATION).await;
    line.expect("session.created").await;
    // A response to nothing says nothing, and is over.
    line.send(&json!({"type": "response.create"})).await;
    let events = line.until("response.done").await;
    assert_eq!(events[events.len() - 1]["response"]["status"], "completed");
    let plain = http_client()
        .get(emulator.url(CONVERSATION))
        .send()
        .await
        .unwrap();
    assert_eq!(plain.status(), 400);
}

#[tokio::test]
async fn what_is_too_big_is_refused() {
    let emulator = Emulator::null(&[]);
    let mut line = emulator.open(TRANSLATION).await;
    line.expect("session.created").await;
    // 15 MiB and a little: the service's limit for the audio of one event.
    let audio = "A".repeat((15 * 1024 * 1024 + 300) / 3 * 4);
    line.send(&json!({"type": "session.input_audio_buffer.append", "audio": audio}))
        .await;
    assert_eq!(line.error().await["param"], "audio");
    // Beyond that the connection is at stake; the close may be lost as the emulator stops reading.
    let _ = line
        .try_send(Message::text("x".repeat(30 * 1024 * 1024)))
        .await;
    let (code, _) = line.closed().await;
    assert!([1_009, 1_006].contains(&code), "{code}");
    let mut line = emulator.open(TRANSLATION).await;
    assert!(matches!(line.next().await, Came::Event(_)));
}

#[tokio::test]
async fn clients_that_vanish_leave_nothing_behind() {
    let emulator = Emulator::null(&[]);
    for path in [TRANSLATION, CONVERSATION] {
        for _ in 0..20 {
            let mut line = emulator.open(path).await;
            line.expect("session.created").await;
        }
    }
    let all_closed = async {
        loop {
            let invoice = emulator.get("/_emulator/invoice").await;
            let sessions = invoice["sessions"].as_array().unwrap();
            if sessions.len() == 40 && sessions.iter().all(|session| session["open"] == false) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), all_closed)
        .await
        .unwrap();
}
