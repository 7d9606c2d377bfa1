//! The invoice adds up, while the emulator runs and at its end.

use serde_json::{Value, json};

use super::stand::{CONVERSATION, Emulator, STEP, TRANSLATION, tone};

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

#[tokio::test]
async fn seconds_tokens_and_money_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let (prices, written) = (
        folder.path().join("prices.json"),
        folder.path().join("invoice.json"),
    );
    let table = json!({"gpt-realtime": {"text_in": 1_000_000.0, "audio_out": 500_000.0}});
    std::fs::write(&prices, table.to_string()).unwrap();
    let emulator = Emulator::null(&[
        "--prices",
        prices.to_str().unwrap(),
        "--invoice",
        written.to_str().unwrap(),
    ]);

    // Azure's deployments have names of their own, and cost what the dialect costs.
    let mut line = emulator
        .open("/openai/v1/realtime/translations?model=mine")
        .await;
    line.expect("session.created").await;
    line.append("session.input_audio_buffer.append", &tone(10))
        .await;
    line.append("session.input_audio_buffer.append", &vec![0; STEP * 20])
        .await;
    line.send(&json!({"type": "session.close"})).await;
    line.until("session.closed").await;
    line.closed().await;

    let mut line = emulator.open(CONVERSATION).await;
    line.expect("session.created").await;
    let instructions = json!({"type": "session.update", "session": {"type": "realtime", "instructions": "Interpret."}});
    line.send(&instructions).await;
    line.expect("session.updated").await;
    let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Two words."}]});
    line.send(&json!({"type": "conversation.item.create", "item": item}))
        .await;
    line.send(&json!({"type": "response.create"})).await;
    let events = line.until("rate_limits.updated").await;
    let usage = events[events.len() - 2]["response"]["usage"].clone();

    let invoice = emulator.get("/_emulator/invoice").await;
    let [translation, conversation] = invoice["sessions"].as_array().unwrap().as_slice() else {
        panic!("{invoice}");
    };
    assert_eq!([&translation["open"], &conversation["open"]], [false, true]);
    near(&translation["audio_in_seconds"], 6.0);
    near(&translation["audio_out_seconds"], 2.0);
    near(&translation["usd"], 0.0034);
    // Two words are 600 ms of the tone, at 20 tokens a second.
    near(&conversation["audio_out_seconds"], 0.6);
    assert_eq!(conversation["tokens"]["audio_out"], 12);
    let text_in = conversation["tokens"]["text_in"].as_u64().unwrap();
    assert_eq!(
        usage["input_token_details"]["text_tokens"]
            .as_u64()
            .unwrap(),
        text_in
    );
    assert_eq!(text_in, 5);
    near(&conversation["usd"], 5.0 + 6.0);
    near(&invoice["total_usd"], 11.0034);
    assert_eq!(invoice["session_count"], 2);

    // What nobody let in is on no invoice.
    let wrong = [("authorization", "Bearer x")];
    emulator
        .open_with(TRANSLATION, &wrong)
        .await
        .unwrap()
        .closed()
        .await;
    line.close().await;
    line.closed().await;
    let (printed, _) = emulator.finish();
    assert!(printed.contains("total of 2 sessions"), "{printed}");
    assert!(printed.contains("11.0034"), "{printed}");
    let written: Value = serde_json::from_slice(&std::fs::read(&written).unwrap()).unwrap();
    near(&written["total_usd"], 11.0034);
    let connected = |line: &Value| line["connected_seconds"].as_f64().unwrap();
    let lines = written["sessions"].as_array().unwrap();
    let sum: f64 = lines.iter().map(connected).sum();
    near(&written["total"]["connected_seconds"], sum);
}
