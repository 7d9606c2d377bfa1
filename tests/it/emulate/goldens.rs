//! Every golden event of a client gets its right answer, and what comes has the fields of the golden server events.

use serde_json::{Value, json};

use super::stand::{CONVERSATION, Emulator, Line, TRANSLATION, assert_same_shape, golden};

fn client(name: &str) -> Value {
    golden(&format!("client/{name}.json"))
}

fn server(name: &str) -> Value {
    golden(&format!("server/{name}.json"))
}

async fn opened(emulator: &Emulator, path: &str, created: &str) -> Line {
    let mut line = emulator.open(path).await;
    let event = line.expect("session.created").await;
    assert_same_shape(&server(created), &event, created);
    line
}

#[tokio::test]
async fn translation_events() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, TRANSLATION, "translation.session.created").await;
    for name in [
        "session.update",
        "session.update.nr_strength",
        "session.update.nulls",
        "session.update",
    ] {
        let event = client(&format!("translation.{name}"));
        line.send(&event).await;
        let updated = line.expect("session.updated").await;
        for part in [
            "/audio/input/transcription",
            "/audio/input/noise_reduction",
            "/audio/output/language",
        ] {
            if let Some(wanted) = event["session"].pointer(part) {
                assert_eq!(
                    updated["session"].pointer(part),
                    Some(wanted),
                    "{name} {part}"
                );
            }
        }
        if name == "session.update" {
            assert_same_shape(&server("translation.session.updated"), &updated, name);
        }
    }
    line.send(&client("translation.session.input_audio_buffer.append"))
        .await;
    line.send(&client(
        "translation.session.input_audio_buffer.append.with_event_id",
    ))
    .await;
    line.send(&json!({"type": "session.input_audio_buffer.append", "audio": "AAA", "event_id": "evt_t005"})).await;
    let error = line.expect("error").await;
    let mut expected = server("translation.error.invalid_audio");
    expected["event_id"] = error["event_id"].clone();
    assert_eq!(error, expected);
    line.send(&client("translation.session.close.with_event_id"))
        .await;
    line.expect("session.closed").await;
    assert_eq!(line.closed().await.0, 1_000);

    let mut line = opened(&emulator, TRANSLATION, "translation.session.created").await;
    line.send(&client("translation.session.close")).await;
    line.expect("session.closed").await;
}

#[tokio::test]
async fn session_updates_of_conversations() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, CONVERSATION, "session.created").await;
    for name in [
        "full",
        "text_semantic_vad",
        "turn_detection_null",
        "g711_ulaw",
    ] {
        let event = client(&format!("session.update.{name}"));
        line.send(&event).await;
        let updated = line.expect("session.updated").await;
        contains(&updated["session"], &event["session"], name);
        if name == "full" {
            let session = &server("session.updated")["session"];
            assert_same_shape(&session["audio"], &updated["session"]["audio"], name);
        }
    }
    for name in ["realtime_whisper", "server_vad"] {
        line.send(&client(&format!("transcription.session.update.{name}")))
            .await;
        assert_eq!(line.error().await["param"], "session.type");
    }
    for (name, session) in [
        (
            "error.unknown_parameter",
            json!({"type": "realtime", "modalities": ["text"]}),
        ),
        ("error.missing_session_type", json!({"instructions": "x"})),
        (
            "error.invalid_value",
            json!({"type": "realtime", "audio": {"input": {"format": {"type": "pcm16"}}}}),
        ),
    ] {
        line.send(&json!({"type": "session.update", "event_id": "evt_0001", "session": session}))
            .await;
        let error = line.expect("error").await;
        assert_eq!(error["error"], server(name)["error"]);
    }
    line.send(&json!({"event_id": "evt_0099"})).await;
    assert_eq!(line.error().await, server("error.invalid_event")["error"]);
}

#[tokio::test]
async fn the_beta_dialect_is_refused() {
    let emulator = Emulator::null(&[]);
    for name in ["session.update", "transcription_session.update"] {
        let mut line = opened(&emulator, CONVERSATION, "session.created").await;
        line.send(&client(&format!("beta.{name}"))).await;
        assert_eq!(line.error().await["code"], "beta_api_shape_disabled");
        let closed = line.closed().await;
        assert_eq!(
            closed,
            (
                4_000,
                "invalid_request_error.beta_api_shape_disabled".to_owned()
            )
        );
    }
}

#[tokio::test]
async fn buffers_and_items() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, CONVERSATION, "session.created").await;
    line.send(&client("session.update.turn_detection_null"))
        .await;
    line.expect("session.updated").await;
    line.send(&client("input_audio_buffer.commit")).await;
    assert_eq!(
        line.error().await["code"],
        "input_audio_buffer_commit_empty"
    );
    for _ in 0..8 {
        line.send(&client("input_audio_buffer.append")).await;
        line.send(&client("input_audio_buffer.append.with_event_id"))
            .await;
    }
    line.send(&client("input_audio_buffer.clear")).await;
    line.expect("input_audio_buffer.cleared").await;
    line.send(&client("input_audio_buffer.commit.with_event_id"))
        .await;
    let mut expected = server("error.input_audio_buffer_commit_empty")["error"].clone();
    expected["event_id"] = client("input_audio_buffer.commit.with_event_id")["event_id"].clone();
    assert_eq!(line.error().await, expected);
    line.send(&client("output_audio_buffer.clear")).await;
    assert_eq!(line.error().await["param"], "type");

    let mut ids = Vec::new();
    for name in ["user_text", "user_audio", "assistant_text", "system_root"] {
        let event = client(&format!("conversation.item.create.{name}"));
        line.send(&event).await;
        let added = line.expect("conversation.item.added").await;
        let done = line.expect("conversation.item.done").await;
        assert_eq!(added["item"], done["item"]);
        assert_eq!(added["item"]["role"], event["item"]["role"], "{name}");
        let previous = if name == "system_root" {
            Value::Null
        } else {
            ids.last().cloned().unwrap_or_default()
        };
        assert_eq!(added["previous_item_id"], previous, "{name}");
        ids.push(added["item"]["id"].clone());
    }
    assert_eq!(ids[3], "item_sys_0001");
    line.send(&json!({"type": "conversation.item.retrieve", "item_id": ids[1]}))
        .await;
    let retrieved = line.expect("conversation.item.retrieved").await;
    let golden = server("conversation.item.retrieved");
    assert_same_shape(&golden, &retrieved, "retrieved");
    let audio =
        client("conversation.item.create.user_audio")["item"]["content"][0]["audio"].clone();
    assert_eq!(retrieved["item"]["content"][0]["audio"], audio);
    line.send(&json!({"type": "conversation.item.delete", "item_id": ids[0]}))
        .await;
    assert_eq!(
        line.expect("conversation.item.deleted").await["item_id"],
        ids[0]
    );
    for (name, code) in [
        ("delete", "item_delete_invalid_item_id"),
        ("retrieve", "item_retrieve_invalid_item_id"),
        ("truncate", "item_truncate_invalid_item_id"),
    ] {
        line.send(&client(&format!("conversation.item.{name}")))
            .await;
        assert_eq!(line.error().await["code"], code);
    }
}

#[tokio::test]
async fn responses() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, CONVERSATION, "session.created").await;
    for name in ["bare", "by_id"] {
        let event = client(&format!("response.cancel.{name}"));
        line.send(&event).await;
        let error = line.error().await;
        assert_eq!(error["code"], "response_cancel_not_active");
        assert_eq!(error["event_id"], event["event_id"]);
    }
    line.send(&client("response.create.item_reference")).await;
    assert_eq!(line.error().await["code"], "item_not_found");

    line.send(&client("response.create.out_of_band_text")).await;
    let events = line.until("rate_limits.updated").await;
    let done = &events[events.len() - 2];
    assert_same_shape(&server("response.done.out_of_band"), done, "out of band");
    let output = &done["response"]["output"][0]["content"][0];
    assert_eq!(
        *output,
        json!({"type": "output_text", "text": "Good morning, everyone."})
    );
    assert_eq!(
        done["response"]["metadata"],
        json!({"target": "es", "segment": "42"})
    );
    assert_same_shape(
        &server("rate_limits.updated"),
        &events[events.len() - 1],
        "limits",
    );

    line.send(&client("conversation.item.create.user_text"))
        .await;
    line.until("conversation.item.done").await;
    line.send(&client("response.create.bare")).await;
    let events = line.until("rate_limits.updated").await;
    for event in &events {
        let kind = event["type"].as_str().unwrap();
        let name = match kind {
            "conversation.item.added" => "conversation.item.added.assistant",
            "conversation.item.done" => "conversation.item.done.assistant",
            "response.content_part.added" => "response.content_part.added.audio",
            "response.content_part.done" => "response.content_part.done.audio",
            "response.done" => "response.done.completed",
            other => other,
        };
        assert_same_shape(&server(name), event, name);
    }
}

/// Whether every field that was asked for is there.
fn contains(given: &Value, wanted: &Value, path: &str) {
    match wanted {
        Value::Object(fields) => {
            for (name, wanted) in fields {
                contains(&given[name], wanted, &format!("{path}/{name}"));
            }
        }
        wanted => assert_eq!(given, wanted, "{path}"),
    }
}
