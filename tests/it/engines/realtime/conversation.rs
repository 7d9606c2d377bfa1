//! Turns of the conversation dialect: one at a time, asked for again, withdrawn, empty, and how the end waits for them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use interpres::domain::{
    engine::{Engine, Trouble},
    interpretation::{
        InterpretationInput as Step, InterpretationOutput as Output, InterpretationRequest,
        TextPiece,
    },
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{
    account, converse, give, metered, next, open, open_metered,
    provider::{Connection, Provider},
    rest,
};
use crate::support::meter::SumMeter;

/// 200 ms of a voice: so short that all turns of a test may wait for the network at once.
fn word() -> Step {
    Step::Audio(Bytes::from(vec![9; 9_600]))
}

/// Half a second of a voice.
fn voice() -> Step {
    Step::Audio(Bytes::from(vec![9; 24_000]))
}

fn response(id: &str, status: &str, more: Value) -> Value {
    let mut response = json!({"id": id, "status": status});
    for (name, value) in more.as_object().unwrap() {
        response[name] = value.clone();
    }
    json!({"type": "response.done", "response": response})
}

impl Connection {
    /// Takes a turn's audio and makes an item of it.
    async fn take_turn(&mut self, item: &str) {
        self.hear_type("input_audio_buffer.commit").await;
        self.make_item(item).await;
    }

    /// Makes an item of what was said, and writes it down.
    async fn make_item(&mut self, item: &str) {
        self.say(&json!({"type": "input_audio_buffer.committed", "item_id": item}))
            .await;
        self.say(&json!({
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": item, "transcript": format!("said {item}")
        }))
        .await;
    }

    /// Answers what is asked for with its own number.
    async fn answer_turn(&mut self) -> String {
        let asked = self.hear_type("response.create").await;
        self.answer(&asked).await
    }

    /// Answers this with its own number.
    async fn answer(&mut self, asked: &Value) -> String {
        let turn = asked["response"]["metadata"]["turn"]
            .as_str()
            .unwrap()
            .to_owned();
        let id = format!("r{turn}");
        self.say(&json!({"type": "response.created", "response": {"id": id, "metadata": {"turn": turn}}}))
            .await;
        self.say(&json!({"type": "response.output_audio_transcript.delta", "response_id": id, "item_id": "a", "delta": turn}))
            .await;
        self.say(&response(
            &id,
            "completed",
            json!({"metadata": {"turn": turn}}),
        ))
        .await;
        turn
    }
}

fn done(turn: u64) -> Output {
    Output::TargetDone { turn, text: None }
}

fn heard(turn: u64) -> Output {
    Output::SourceDone {
        turn,
        text: Some(format!("said i{turn}")),
    }
}

fn said(turn: u64) -> Output {
    Output::Target(TextPiece {
        turn: Some(turn),
        text: turn.to_string(),
        at: None,
    })
}

#[tokio::test]
async fn turns_are_asked_for_one_at_a_time_and_the_end_waits_for_all() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        // All are spoken before any is answered; only the first is asked for meanwhile.
        let (mut spoken, mut asked) = (0, None);
        while spoken < 5 || asked.is_none() {
            let event = connection.hear().await.unwrap();
            match event["type"].as_str().unwrap() {
                "input_audio_buffer.commit" => {
                    connection.make_item(&format!("i{spoken}")).await;
                    spoken += 1;
                }
                "response.create" => assert_eq!(asked.replace(event), None),
                _ => {}
            }
        }
        for turn in 0..5 {
            let event = match asked.take() {
                Some(event) => event,
                None => connection.hear_type("response.create").await,
            };
            assert_eq!(connection.answer(&event).await, turn.to_string());
        }
        assert_eq!(connection.closed().await, Some(1000));
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    for _ in 0..4 {
        give(&stream, word()).await;
        give(&stream, Step::EndOfUtterance).await;
    }
    // What was said before the end counts, with a pause or without.
    give(&stream, word()).await;
    give(&stream, Step::Close).await;
    let outputs = rest(&mut stream).await;
    let targets: Vec<_> = outputs
        .iter()
        .filter(|output| !matches!(output, Output::SourceDone { .. }))
        .cloned()
        .collect();
    let mut expected: Vec<_> = (0..5).flat_map(|turn| [said(turn), done(turn)]).collect();
    expected.push(Output::Closed);
    assert_eq!(targets, expected);
    for turn in 0..5 {
        assert!(outputs.contains(&heard(turn)), "{turn}");
    }
    provider.finish().await;
}

#[tokio::test]
async fn a_turn_in_which_nothing_was_said_is_answered_and_costs_nothing() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        let mut next = connection.hear().await;
        while let Some(event) = next {
            assert_eq!(event["type"], "input_audio_buffer.append");
            next = connection.hear().await;
        }
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    give(&stream, Step::EndOfUtterance).await;
    give(&stream, Step::Audio(Bytes::from(vec![9; 4_000]))).await;
    give(&stream, Step::EndOfUtterance).await;
    for turn in 0..2 {
        let text = Some(String::new());
        let source = Output::SourceDone {
            turn,
            text: text.clone(),
        };
        assert_eq!(next(&mut stream).await, source);
        assert_eq!(next(&mut stream).await, Output::TargetDone { turn, text });
    }
    give(&stream, Step::Close).await;
    assert_eq!(next(&mut stream).await, Output::Closed);
    provider.finish().await;
}

#[tokio::test]
async fn a_provider_that_is_busy_or_broken_for_a_moment_is_asked_again() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        connection.take_turn("i0").await;
        let asked = connection.hear_type("response.create").await;
        connection
            .say(&json!({"type": "error", "error": {
                "code": "conversation_already_has_active_response", "event_id": asked["event_id"]}}))
            .await;
        connection.hear_type("response.create").await;
        connection
            .say(&json!({"type": "response.created", "response": {"id": "x", "metadata": null}}))
            .await;
        connection
            .say(&response(
                "x",
                "failed",
                json!({"status_details": {"error": {"type": "server_error", "code": null}}}),
            ))
            .await;
        connection.answer_turn().await;
        assert_eq!(connection.closed().await, Some(1000));
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    give(&stream, voice()).await;
    give(&stream, Step::EndOfUtterance).await;
    for expected in [heard(0), said(0), done(0)] {
        assert_eq!(next(&mut stream).await, expected);
    }
    give(&stream, Step::Close).await;
    assert_eq!(next(&mut stream).await, Output::Closed);
    provider.finish().await;
    let counted = engine.report().counted;
    assert_eq!(
        (counted["turns_retried"], counted["objections_benign"]),
        (2, 1)
    );
}

#[tokio::test]
async fn a_turn_that_cannot_be_translated_says_so_and_the_next_one_goes_on() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        let failures = [
            (
                "failed",
                json!({"status_details": {"error": {"code": "insufficient_quota"}}}),
            ),
            (
                "incomplete",
                json!({"status_details": {"reason": "content_filter"}}),
            ),
            (
                "cancelled",
                json!({"status_details": {"reason": "turn_detected"}}),
            ),
        ];
        for (number, (status, more)) in failures.into_iter().enumerate() {
            connection.take_turn(&format!("i{number}")).await;
            connection.hear_type("response.create").await;
            connection.say(&response("x", status, more)).await;
        }
        connection.take_turn("i3").await;
        connection.answer_turn().await;
        assert_eq!(connection.closed().await, Some(1000));
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    for (number, trouble) in [Trouble::Unavailable, Trouble::Failed, Trouble::Failed]
        .into_iter()
        .enumerate()
    {
        give(&stream, voice()).await;
        give(&stream, Step::EndOfUtterance).await;
        assert_eq!(next(&mut stream).await, heard(number as u64));
        match next(&mut stream).await {
            Output::Untranslated { turn, error } => {
                assert_eq!((turn, error.trouble), (number as u64, trouble), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
    give(&stream, voice()).await;
    give(&stream, Step::EndOfUtterance).await;
    for expected in [heard(3), said(3), done(3)] {
        assert_eq!(next(&mut stream).await, expected);
    }
    give(&stream, Step::Close).await;
    assert_eq!(next(&mut stream).await, Output::Closed);
    provider.finish().await;
}

#[tokio::test]
async fn another_glossary_is_told_at_once_and_nobody_hears_what_nobody_asked_for() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        let settings = connection.greet().await;
        let told = settings["session"]["instructions"].as_str().unwrap();
        assert!(!told.contains("factura"), "{told}");
        let update = connection.hear_type("session.update").await;
        let session = update["session"].as_object().unwrap();
        let told = session["instructions"].as_str().unwrap();
        assert!(told.contains("- invoice → factura"), "{told}");
        assert_eq!((session.len(), &session["type"]), (2, &json!("realtime")));
        connection
            .say(&json!({"type": "response.created", "response": {"id": "own"}}))
            .await;
        connection
            .say(&json!({"type": "response.output_text.delta", "response_id": "own", "delta": "Hello!"}))
            .await;
        let cancel = connection.hear_type("response.cancel").await;
        assert_eq!(cancel["response_id"], "own");
        assert_eq!(connection.closed().await, Some(1000));
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    give(&stream, Step::Glossary(json!({"invoice": "factura"}))).await;
    let counted = || engine.report().counted.get("events_unexpected").copied();
    while counted() != Some(2) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    give(&stream, Step::Close).await;
    assert_eq!(next(&mut stream).await, Output::Closed);
    provider.finish().await;
}

#[tokio::test]
async fn what_goes_in_is_counted_and_what_is_written_down_only_where_it_is() {
    for transcript in [true, false] {
        let provider = Provider::new(1, async |mut connection: Connection| {
            connection.greet().await;
            connection.take_turn("i0").await;
            connection.answer_turn().await;
            assert_eq!(connection.closed().await, Some(1000));
        })
        .await;
        let meter = SumMeter::new();
        let request = InterpretationRequest {
            transcript,
            ..metered(Arc::clone(&meter))
        };
        let engine = converse(account(provider.endpoint()));
        let mut stream = engine.open_interpretation(request).await.unwrap();
        give(&stream, voice()).await;
        give(&stream, Step::EndOfUtterance).await;
        give(&stream, Step::Close).await;
        assert_eq!(rest(&mut stream).await.last(), Some(&Output::Closed));
        provider.finish().await;
        let half = Duration::from_millis(500);
        let used = meter.sum();
        assert_eq!(used.audio_in, half, "{transcript}");
        let written = if transcript { half } else { Duration::ZERO };
        assert_eq!(used.transcribed, written);
    }
}

#[tokio::test]
async fn what_is_under_way_when_nobody_wants_it_any_more_is_cancelled_and_counted() {
    for has_begun in [true, false] {
        let left = Arc::new(Notify::new());
        let leaving = Arc::clone(&left);
        let provider = Provider::new(1, move |mut connection: Connection| {
            let left = Arc::clone(&left);
            async move {
                connection.greet().await;
                connection.take_turn("i0").await;
                connection.hear_type("response.create").await;
                let created = json!({"type": "response.created", "response": {"id": "r"}});
                let said =
                    json!({"type": "response.output_text.delta", "response_id": "r", "delta": "0"});
                if has_begun {
                    connection.say(&created).await;
                    connection.say(&said).await;
                } else {
                    let objection = json!({"type": "error", "error": {"code": "x"}});
                    connection.say(&objection).await;
                    left.notified().await;
                    connection.say(&created).await;
                }
                let cancel = connection.hear_type("response.cancel").await;
                assert_eq!(cancel["response_id"], "r");
                let usage = json!({"usage": {"output_token_details": {"audio_tokens": 7}}});
                connection.say(&response("r", "cancelled", usage)).await;
                let mut next = connection.hear().await;
                while let Some(event) = next {
                    assert_ne!(event["type"], "input_audio_buffer.append");
                    next = connection.hear().await;
                }
            }
        })
        .await;
        let meter = SumMeter::new();
        let engine = converse(account(provider.endpoint()));
        let mut stream = open_metered(&*engine, Arc::clone(&meter)).await;
        give(&stream, voice()).await;
        give(&stream, Step::EndOfUtterance).await;
        assert_eq!(next(&mut stream).await, heard(0));
        if has_begun {
            assert_eq!(next(&mut stream).await, said(0));
            drop(stream);
        } else {
            assert!(matches!(next(&mut stream).await, Output::Objected(_)));
            drop(stream.input);
            assert_eq!(stream.output.recv().await, Some(Output::Closed));
            assert_eq!(stream.output.recv().await, None);
            leaving.notify_one();
        }
        provider.finish().await;
        assert_eq!(meter.sum().tokens.audio_out, 7, "{has_begun}");
    }
}

#[tokio::test]
async fn what_was_written_down_is_what_the_provider_says_where_it_says_seconds() {
    let second = Duration::from_secs(1);
    for (told, expected) in [
        (json!({"type": "duration", "seconds": 0.25}), second / 2),
        (json!({"type": "duration", "seconds": 2.0}), second * 4),
        (json!({"type": "tokens", "total_tokens": 22}), second),
        (json!({"type": "duration", "seconds": 1e15}), second),
        (Value::Null, second),
    ] {
        let usage = told.clone();
        let provider = Provider::new(1, move |mut connection: Connection| {
            let usage = usage.clone();
            async move {
                connection.greet().await;
                for turn in 0..2 {
                    connection.hear_type("input_audio_buffer.commit").await;
                    let item = format!("i{turn}");
                    connection
                        .say(&json!({"type": "input_audio_buffer.committed", "item_id": item}))
                        .await;
                    connection.answer_turn().await;
                    let written = json!({
                        "type": "conversation.item.input_audio_transcription.completed",
                        "item_id": item, "transcript": format!("said {item}"), "usage": usage,
                    });
                    // Said twice, it counts once.
                    connection.say(&written).await;
                    connection.say(&written).await;
                }
                assert_eq!(connection.closed().await, Some(1000));
            }
        })
        .await;
        let meter = SumMeter::new();
        let engine = converse(account(provider.endpoint()));
        let mut stream = open_metered(&*engine, Arc::clone(&meter)).await;
        for turn in 0..2 {
            give(&stream, voice()).await;
            give(&stream, Step::EndOfUtterance).await;
            for expected in [said(turn), done(turn), heard(turn)] {
                assert_eq!(next(&mut stream).await, expected);
            }
        }
        give(&stream, Step::Close).await;
        assert_eq!(next(&mut stream).await, Output::Closed);
        provider.finish().await;
        let used = meter.sum();
        assert_eq!(
            (used.transcribed, used.audio_in),
            (expected, second),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_owes_an_answer_and_gives_none_is_left() {
    let provider = Provider::new(1, async |mut connection: Connection| {
        connection.greet().await;
        connection.take_turn("i0").await;
        connection.hear_type("response.create").await;
        connection
            .say(&json!({"type": "response.created", "response": {"id": "r"}}))
            .await;
        // It is there, and answers pings.
        while connection.frame().await.is_some() {}
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let mut stream = open(&*engine).await;
    give(&stream, voice()).await;
    give(&stream, Step::EndOfUtterance).await;
    assert_eq!(next(&mut stream).await, heard(0));
    tokio::time::pause();
    match next(&mut stream).await {
        Output::Failed(error) => assert_eq!(error.trouble, Trouble::Timeout),
        other => panic!("{other:?}"),
    }
}
