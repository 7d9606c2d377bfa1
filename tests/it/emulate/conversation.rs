//! The conversation dialect as a client finds it. Nobody interprets: what is said comes back, and a tone.

use serde_json::{Value, json};

use super::stand::{CONVERSATION, Emulator, Line, STEP, kinds, tone};

const APPEND: &str = "input_audio_buffer.append";

async fn opened(emulator: &Emulator, input: Value) -> Line {
    let mut line = emulator.open(CONVERSATION).await;
    line.expect("session.created").await;
    let session = json!({"type": "realtime", "audio": {"input": input}});
    line.send(&json!({"type": "session.update", "session": session}))
        .await;
    line.expect("session.updated").await;
    line
}

async fn say(line: &mut Line, steps: usize) {
    line.append(APPEND, &vec![0; STEP * 2]).await;
    line.append(APPEND, &tone(steps)).await;
    line.append(APPEND, &vec![0; STEP * 5]).await;
}

/// A response of many words, which takes its time.
async fn long_response(line: &mut Line) -> String {
    let text = "word ".repeat(400);
    let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]});
    line.send(&json!({"type": "conversation.item.create", "item": item}))
        .await;
    line.until("conversation.item.done").await;
    line.send(&json!({"type": "response.create"})).await;
    let events = line.until("response.output_audio.delta").await;
    let created = &events[0];
    assert_eq!(created["type"], "response.created");
    created["response"]["id"].as_str().unwrap().to_owned()
}

fn item_of(events: &[Value]) -> Value {
    let added = events
        .iter()
        .find(|event| event["type"] == "response.output_item.done");
    added.unwrap()["item"].clone()
}

#[tokio::test]
async fn a_turn_is_found_and_answered_in_the_recorded_order() {
    let emulator = Emulator::null(&[]);
    let input = json!({"transcription": {"model": "gpt-4o-transcribe"}, "turn_detection": {"type": "server_vad"}});
    let mut line = opened(&emulator, input).await;
    say(&mut line, 5).await;
    let events = line.until("rate_limits.updated").await;
    assert_eq!(
        kinds(&events),
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
            "response.output_audio.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
            "rate_limits.updated",
        ]
    );
    let item = events[0]["item_id"].clone();
    for event in &events[1..3] {
        assert_eq!(event["item_id"], item);
    }
    assert!(events[1]["audio_end_ms"].as_u64() > events[0]["audio_start_ms"].as_u64());
    assert_eq!(events[7]["previous_item_id"], item);
    let usage = &events[events.len() - 2]["response"]["usage"];
    let sum = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!(
        sum("total_tokens"),
        sum("input_tokens") + sum("output_tokens")
    );
    assert!(
        usage["output_token_details"]["audio_tokens"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn without_detection_the_client_commits_and_asks() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(
        &emulator,
        json!({"turn_detection": null, "format": {"type": "audio/pcmu"}}),
    )
    .await;
    // µ-law at 8 kHz: half a second.
    line.append(APPEND, &[0x20; 4_000]).await;
    line.send(&json!({"type": "input_audio_buffer.commit"}))
        .await;
    let events = line.until("conversation.item.done").await;
    assert_eq!(kinds(&events)[0], "input_audio_buffer.committed");
    line.send(&json!({"type": "response.create", "response": {"output_modalities": ["text"]}}))
        .await;
    let events = line.until("response.done").await;
    assert_eq!(
        kinds(&events),
        [
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
    );
}

#[tokio::test]
async fn one_response_at_a_time_but_others_out_of_band() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, json!({"turn_detection": null})).await;
    let active = long_response(&mut line).await;
    line.send(&json!({"type": "response.create"})).await;
    let events = line.until("error").await;
    let error = &events[events.len() - 1]["error"];
    assert_eq!(error["code"], "conversation_already_has_active_response");
    assert!(error["message"].as_str().unwrap().contains(&active));
    let aside = json!({
        "conversation": "none",
        "output_modalities": ["text"],
        "metadata": {"segment": "7"},
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Aside."}]}],
    });
    line.send(&json!({"type": "response.create", "response": aside}))
        .await;
    let events = line.until("response.done").await;
    let done = &events[events.len() - 1]["response"];
    assert_eq!(
        [&done["metadata"]["segment"], &done["conversation_id"]],
        [&json!("7"), &Value::Null]
    );
    assert_eq!(done["output"][0]["content"][0]["text"], "Aside.");
    line.send(&json!({"type": "response.cancel", "response_id": active}))
        .await;
    let events = line.until("response.done").await;
    let done = &events[events.len() - 1]["response"];
    assert_eq!(done["id"], active.as_str());
    assert_eq!(
        done["status_details"],
        json!({"type": "cancelled", "reason": "client_cancelled"})
    );
    assert_eq!(item_of(&events)["status"], "incomplete");
}

#[tokio::test]
async fn truncation_is_held_to_what_was_spoken() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, json!({"turn_detection": null})).await;
    long_response(&mut line).await;
    line.send(&json!({"type": "response.cancel"})).await;
    let events = line.until("rate_limits.updated").await;
    let item = item_of(&events)["id"].clone();
    let mut truncate = json!({"type": "conversation.item.truncate", "item_id": item, "content_index": 0, "audio_end_ms": 999_999});
    line.send(&truncate).await;
    assert_eq!(line.error().await["param"], "audio_end_ms");
    truncate["content_index"] = 3.into();
    truncate["audio_end_ms"] = 100.into();
    line.send(&truncate).await;
    assert_eq!(line.error().await["param"], "content_index");
    truncate["content_index"] = 0.into();
    line.send(&truncate).await;
    assert_eq!(
        line.expect("conversation.item.truncated").await["audio_end_ms"],
        100
    );
    line.send(&json!({"type": "conversation.item.retrieve", "item_id": item}))
        .await;
    let retrieved = line.expect("conversation.item.retrieved").await;
    assert_eq!(retrieved["item"]["content"][0]["transcript"], Value::Null);
}

#[tokio::test]
async fn who_speaks_up_interrupts_unless_that_is_off() {
    let emulator = Emulator::null(&[]);
    for interrupts in [true, false] {
        let detection = json!({"type": "server_vad", "create_response": false, "interrupt_response": interrupts});
        let mut line = opened(&emulator, json!({"turn_detection": detection})).await;
        let active = long_response(&mut line).await;
        say(&mut line, 4).await;
        let events = line.until("input_audio_buffer.committed").await;
        let done = events.iter().find(|event| event["type"] == "response.done");
        match done {
            Some(done) if interrupts => {
                assert_eq!(done["response"]["id"], active.as_str());
                assert_eq!(
                    done["response"]["status_details"]["reason"],
                    "turn_detected"
                );
            }
            None if !interrupts => {}
            _ => panic!("{events:?}"),
        }
    }
}

#[tokio::test]
async fn voice_and_model_stay() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, json!({"turn_detection": null})).await;
    line.send(&json!({"type": "session.update", "session": {"type": "realtime", "model": "gpt-realtime-2"}})).await;
    assert_eq!(line.error().await["param"], "session.model");
    let voice = json!({"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}});
    line.send(&voice).await;
    line.expect("session.updated").await;
    long_response(&mut line).await;
    line.send(&json!({"type": "response.cancel"})).await;
    line.until("rate_limits.updated").await;
    line.send(&voice).await;
    line.expect("session.updated").await;
    line.send(&json!({"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"voice": "marin"}}}})).await;
    assert_eq!(line.error().await["code"], "cannot_update_voice");
}

#[tokio::test]
async fn positions_count_from_the_first_audio_of_the_session() {
    let emulator = Emulator::null(&[]);
    let detection = json!({"type": "server_vad", "create_response": false});
    let mut line = opened(&emulator, json!({"turn_detection": detection})).await;
    let mut starts = Vec::new();
    for silence in [200, 400, 600] {
        let detection =
            json!({"type": "server_vad", "create_response": false, "silence_duration_ms": silence});
        let session =
            json!({"type": "realtime", "audio": {"input": {"turn_detection": detection}}});
        line.send(&json!({"type": "session.update", "session": session}))
            .await;
        line.expect("session.updated").await;
        say(&mut line, 4).await;
        let events = line.until("conversation.item.done").await;
        starts.push(events[0]["audio_start_ms"].as_u64().unwrap());
    }
    // Each time 2.2 s are said: the turn begins within the first half of them.
    for (round, start) in starts.iter().enumerate() {
        let before = 2_200 * round as u64;
        assert!((before..before + 1_100).contains(start), "{starts:?}");
    }
}
