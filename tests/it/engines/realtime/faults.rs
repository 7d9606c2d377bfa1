//! Everything that can go wrong on the wire ends in an error that is told and counted.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use interpres::{
    domain::{
        engine::{Engine, EngineError, Trouble},
        interpretation::{InterpretationInput as Step, InterpretationOutput as Output},
    },
    engines::realtime::settings::Account,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    KEY, account, converse, give, golden, next, open, open_metered,
    provider::{Connection, Provider},
    request, rest, translate,
};
use crate::support::meter::SumMeter;

async fn refused(engine: &dyn Engine) -> EngineError {
    let opened = engine.open_interpretation(request()).await;
    opened.expect_err("no session")
}

fn failed(output: Output) -> EngineError {
    match output {
        Output::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bad_key_is_told_after_the_upgrade_and_no_other_try_is_better() {
    let message = format!("Incorrect API key provided: {KEY}");
    let bad_key = json!({"type": "error", "error": {
        "type": "invalid_request_error", "code": "invalid_api_key", "message": message}});
    let codeless = json!({"type": "error", "error": {
        "type": "invalid_request_error", "code": null, "message": message}});
    for (error, code, reason) in [
        (Some(bad_key), 3000, "invalid_request_error.invalid_api_key"),
        (
            Some(codeless),
            3000,
            "invalid_request_error.invalid_api_key",
        ),
        (None, 4000, "invalid_request_error.missing_model"),
    ] {
        let provider = Provider::new(1, move |mut connection: Connection| {
            let error = error.clone();
            async move {
                if let Some(error) = error {
                    connection.say(&error).await;
                }
                // The client may be gone before it is told.
                let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
                    code: code.into(),
                    reason: reason.into(),
                };
                let _ = futures_util::SinkExt::send(
                    &mut connection.socket,
                    Message::Close(Some(frame)),
                )
                .await;
                connection.closed().await;
            }
        })
        .await;
        let engine = converse(account(provider.endpoint()));
        let error = refused(&*engine).await;
        assert_eq!(error.trouble, Trouble::Unavailable, "{error}");
        assert!(!error.message.contains(KEY), "{error}");
        assert_eq!(engine.report().counted["sessions_refused"], 1);
        provider.finish().await;
    }
}

#[tokio::test]
async fn settings_that_are_refused_are_not_tried_again() {
    let golden = golden::file("server", "error.invalid_value");
    let provider = Provider::new(1, move |mut connection: Connection| {
        let golden = golden.clone();
        async move {
            connection.say(&json!({"type": "session.created"})).await;
            connection.hear_type("session.update").await;
            connection.say(&golden).await;
            connection.closed().await;
        }
    })
    .await;
    let error = refused(&*converse(account(provider.endpoint()))).await;
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("invalid_value"), "{error}");
    assert!(
        error.message.contains("session.audio.input.format.type"),
        "{error}"
    );
}

#[tokio::test]
async fn a_refused_upgrade_tells_whether_another_try_may_help() {
    for (status, trouble) in [
        (400, Trouble::Unavailable),
        (401, Trouble::Unavailable),
        (404, Trouble::Unavailable),
        (302, Trouble::Unavailable),
        (429, Trouble::Overloaded),
        (503, Trouble::Failed),
        (200, Trouble::Failed),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4_096];
            let _ = connection.read(&mut asked).await.unwrap();
            let answer = format!(
                "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
            let _ = connection.read(&mut asked).await;
        });
        let engine = translate(account(format!("http://127.0.0.1:{port}")));
        let error = refused(&*engine).await;
        assert_eq!(error.trouble, trouble, "{status}: {error}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let nobody = translate(account(format!("http://127.0.0.1:{port}")));
    assert_eq!(refused(&*nobody).await.trouble, Trouble::Failed);
}

#[tokio::test]
async fn a_provider_that_does_not_greet_is_left() {
    let provider = Provider::new(1, async |connection: Connection| {
        assert_eq!(connection.closed().await, Some(1000));
    })
    .await;
    let engine = converse(Account {
        connect_timeout: Duration::from_millis(300),
        ..account(provider.endpoint())
    });
    assert_eq!(refused(&*engine).await.trouble, Trouble::Timeout);
    provider.finish().await;
}

#[tokio::test]
async fn a_language_that_it_does_not_speak_is_refused_without_asking() {
    let engine = translate(account("http://127.0.0.1:9".into()));
    let mut into_swahili = request();
    into_swahili.target = "sw".parse().unwrap();
    let error = engine.open_interpretation(into_swahili).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unsupported);
    let language = |tag: &str| tag.parse().unwrap();
    assert!(engine.translates(&language("sw"), &language("pt-BR")));
    assert!(!engine.translates(&language("en"), &language("sw")));
    assert!(!engine.translates(&language("en-GB"), &language("en-US")));
}

#[tokio::test]
async fn the_end_of_a_connection_means_what_its_code_says() {
    for (code, trouble) in [
        (1000, Trouble::Failed),
        (1001, Trouble::Expired),
        (1011, Trouble::Failed),
        (1012, Trouble::Failed),
        (1013, Trouble::Failed),
        (3000, Trouble::Unavailable),
        (4000, Trouble::Unavailable),
    ] {
        let provider = Provider::new(1, move |mut connection: Connection| async move {
            connection.greet().await;
            let piece = json!({"type": "session.output_transcript.delta", "delta": "Bue"});
            connection.say(&piece).await;
            connection.close(code, "").await;
        })
        .await;
        let engine = translate(account(provider.endpoint()));
        let mut stream = open(&*engine).await;
        assert!(matches!(next(&mut stream).await, Output::Target(_)));
        let error = failed(next(&mut stream).await);
        assert_eq!(error.trouble, trouble, "{code}: {error}");
        assert!(stream.output.recv().await.is_none(), "nothing follows");
        assert_eq!(engine.report().counted["sessions_broken"], 1);
        provider.finish().await;
    }
}

#[tokio::test]
async fn one_that_expires_before_anything_came_of_it_is_a_fault_and_not_at_its_limit() {
    let provider = Provider::new(1, async |connection: Connection| {
        connection.close(1001, "").await;
    })
    .await;
    let error = refused(&*translate(account(provider.endpoint()))).await;
    assert_eq!(error.trouble, Trouble::Failed, "{error}");
    provider.finish().await;

    let expired = json!({"type": "error", "error": {"code": "session_expired"}});
    let provider = Provider::new(1, move |mut connection: Connection| {
        let expired = expired.clone();
        async move {
            connection.greet().await;
            connection.say(&expired).await;
            connection.close(1001, "").await;
        }
    })
    .await;
    let mut stream = open(&*translate(account(provider.endpoint()))).await;
    let error = failed(next(&mut stream).await);
    assert_eq!(error.trouble, Trouble::Failed, "{error}");
    provider.finish().await;
}

#[tokio::test]
async fn a_connection_that_breaks_in_mid_speech_is_an_error() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        let audio = golden::file("server", "translation.session.output_audio.delta");
        connection.say(&audio).await;
    })
    .await;
    let mut stream = open(&*translate(account(provider.endpoint()))).await;
    assert!(matches!(next(&mut stream).await, Output::Audio { .. }));
    assert_eq!(failed(next(&mut stream).await).trouble, Trouble::Failed);
    provider.finish().await;
}

#[tokio::test]
async fn what_is_unknown_or_malformed_is_counted_and_passed_over() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        for text in ["", "garbage", "{\"type\":null}", "[1]"] {
            connection.send(Message::text(text)).await;
        }
        connection.send(Message::binary(vec![1, 2, 3])).await;
        connection
            .send(Message::Ping(Bytes::from_static(b"there?")))
            .await;
        for event in [
            json!({"type": "session.brand_new", "x": [{}]}),
            json!({"type": "session.output_audio.delta", "delta": "no base64!"}),
            json!({"type": "session.output_audio.delta", "delta": null, "elapsed_ms": null}),
            json!({"type": "session.input_transcript.delta", "delta": null}),
            json!({"type": "session.output_transcript.delta", "delta": 5}),
            json!({"type": "error", "error": null}),
            json!({"type": "session.output_transcript.delta", "delta": "Hola", "extra": 1}),
        ] {
            connection.say(&event).await;
        }
        loop {
            if let Some(Message::Pong(answer)) = connection.frame().await {
                assert_eq!(answer, "there?");
                break;
            }
        }
        connection.closed().await;
    })
    .await;
    let engine = translate(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    assert!(matches!(next(&mut stream).await, Output::Objected(_)));
    match next(&mut stream).await {
        Output::Target(piece) => assert_eq!((piece.text.as_str(), piece.at), ("Hola", None)),
        other => panic!("{other:?}"),
    }
    let counted = engine.report().counted;
    assert_eq!(
        (counted["messages_malformed"], counted["events_unknown"]),
        (7, 1)
    );
    drop(stream);
    provider.finish().await;
}

#[tokio::test]
async fn who_speaks_nothing_but_garbage_or_far_too_much_is_left() {
    let garbage = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        for _ in 0..32 {
            connection.send(Message::text("garbage")).await;
        }
        connection.closed().await;
    })
    .await;
    let mut stream = open(&*translate(account(garbage.endpoint()))).await;
    assert_eq!(failed(next(&mut stream).await).trouble, Trouble::Failed);
    garbage.finish().await;

    let huge = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        // Large, and still to be taken.
        let delta = "AAAA".repeat(2 * 1024 * 1024);
        connection
            .say(&json!({"type": "session.output_audio.delta", "delta": delta}))
            .await;
        let delta = "AAAA".repeat(5 * 1024 * 1024);
        let event = json!({"type": "session.output_audio.delta", "delta": delta}).to_string();
        // The client may close before it is all sent.
        let _ = futures_util::SinkExt::send(&mut connection.socket, Message::text(event)).await;
    })
    .await;
    let mut stream = open(&*translate(account(huge.endpoint()))).await;
    match next(&mut stream).await {
        Output::Audio { samples, .. } => assert_eq!(samples.len(), 6 * 1024 * 1024),
        other => panic!("{other:?}"),
    }
    let error = failed(next(&mut stream).await);
    assert!(error.message.contains("too large"), "{error}");
    huge.finish().await;
}

#[tokio::test]
async fn who_is_not_heard_of_any_more_is_left() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        connection.stall().await;
    })
    .await;
    let mut stream = open(&*translate(account(provider.endpoint()))).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    // The test's own patience ends under this clock, so it is not asked.
    let error = failed(stream.output.recv().await.expect("an output"));
    assert_eq!(error.trouble, Trouble::Timeout);
    assert!(
        begun.elapsed() >= Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_provider_that_never_finishes_is_left_and_what_was_used_is_told() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        connection.hear_type("session.close").await;
        connection.stall().await;
    })
    .await;
    let meter = SumMeter::new();
    let engine = translate(account(provider.endpoint()));
    let mut stream = open_metered(&*engine, Arc::clone(&meter)).await;
    give(&stream, Step::Audio(Bytes::from(vec![7; 2_000]))).await;
    give(&stream, Step::Close).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::time::pause();
    let outputs = rest(&mut stream).await;
    let used = meter.sum();
    let frame = Duration::from_millis(200);
    assert_eq!(used.audio_in, frame, "filled up to a frame");
    assert_eq!(used.transcribed, frame, "it was written down too");
    let error = failed(outputs.last().unwrap().clone());
    assert_eq!(error.trouble, Trouble::Timeout);
}

#[tokio::test]
async fn who_lets_go_of_the_input_or_the_output_closes_at_once() {
    for (lets_go_of_input, says_farewell) in
        [(true, true), (true, false), (false, true), (false, false)]
    {
        let provider = Provider::new(1, move |mut connection: Connection| async move {
            connection.greet().await;
            let first = connection.hear().await.unwrap();
            assert_eq!(first["type"], "session.close", "no audio and nothing else");
            if says_farewell {
                let late = json!({"type": "session.output_transcript.delta", "delta": "Bue"});
                connection.say(&late).await;
                connection.say(&json!({"type": "session.closed"})).await;
            }
            assert_eq!(connection.hear().await, None);
        })
        .await;
        let stream = open(&*translate(account(provider.endpoint()))).await;
        // Less than a frame: it would be sent at an end in order.
        give(&stream, Step::Audio(Bytes::from(vec![7; 2_000]))).await;
        if lets_go_of_input {
            let mut output = stream.output;
            drop(stream.input);
            assert_eq!(output.recv().await, Some(Output::Closed));
            assert_eq!(output.recv().await, None);
        } else {
            drop(stream.output);
            stream.input.closed().await;
        }
        provider.finish().await;
    }
}

#[tokio::test]
async fn a_network_that_takes_nothing_costs_silence_first_and_then_the_session() {
    let provider = Provider::behind(Some(16 * 1024), 1, async |mut connection: Connection| {
        connection.greet().await;
        connection.stall().await;
    })
    .await;
    let engine = translate(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    let counted = |name: &str| engine.report().counted.get(name).copied().unwrap_or(0);
    // Loud and silent by turns, far more than the buffers of both ends hold, and taken without a wait.
    while counted("speech_dropped_ms") < 20_000 {
        for value in [40, 0] {
            let audio = Bytes::from(vec![value; 9_600]);
            give(&stream, Step::Audio(audio)).await;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let silence = counted("silence_dropped_ms");
    assert!(silence > 0, "{silence}");
    tokio::time::pause();
    let outputs = rest(&mut stream).await;
    let error = failed(outputs.last().unwrap().clone());
    assert_eq!(error.trouble, Trouble::Failed, "{error}");
}

#[tokio::test]
async fn a_slow_caller_slows_the_provider_down_and_then_ends_it() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        let audio: Value = golden::file("server", "translation.session.output_audio.delta");
        let text = audio.to_string();
        // Until it is no longer taken, which must come.
        let mut sent = 0_usize;
        while futures_util::SinkExt::send(&mut connection.socket, Message::text(text.clone()))
            .await
            .is_ok()
        {
            sent += text.len();
            assert!(sent < 256 * 1024 * 1024, "nothing slows it down");
        }
    })
    .await;
    let engine = translate(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    while stream.output.len() < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Wait under the real clock until the network is full, then let the limits pass.
    tokio::time::sleep(Duration::from_millis(300)).await;
    tokio::time::pause();
    while !engine.report().counted.contains_key("sessions_broken") {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let outputs = rest(&mut stream).await;
    let audio = outputs
        .iter()
        .filter(|output| matches!(output, Output::Audio { .. }))
        .count();
    assert!(audio >= 100, "{audio}");
}
