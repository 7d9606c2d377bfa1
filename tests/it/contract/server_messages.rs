//! Every message that a server can make is what the document says: no more, no less, with all its fields and with the
//! least.

use std::collections::BTreeSet;

use interpres::domain::{
    budget::BudgetFigures,
    participant::{Participant, ParticipantKind, Speaker, Speaks},
    server_message::{
        AudioEnd, Caption, Presence, ServerMessage, ServiceStatus, SessionAnswer, SpeechEdge,
        UsageFigures,
    },
    session_config::{ConfigWarning, SessionConfig},
    time::Timestamp,
};
use serde_json::{Value, json};

use super::asyncapi;
use crate::support::contract::{complaints, kinds, strict_validator};

/// The field that is put to a stored message afterwards.
const LATE: &str = "durable";

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
    "a.B_9-".parse().unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_unix_millis(1_700_000_000_123)
}

fn speaker() -> Speaker {
    Speaker {
        session_id: id(),
        name: "Ana".into(),
    }
}

fn participants() -> Vec<Participant> {
    [
        (ParticipantKind::Person, Speaks::Auto),
        (
            ParticipantKind::Bot,
            Speaks::Language("pt-BR".parse().unwrap()),
        ),
        (
            ParticipantKind::Phone,
            Speaks::Language("zh-Hant-TW".parse().unwrap()),
        ),
    ]
    .into_iter()
    .map(|(kind, speaks)| Participant {
        session_id: id(),
        name: "Ana".into(),
        kind,
        speaks,
        hears: vec!["es".parse().unwrap()],
    })
    .collect()
}

fn warning(language: Option<&str>) -> ConfigWarning {
    ConfigWarning {
        code: "speech_unavailable",
        message: "…".into(),
        language: language.map(|tag| tag.parse().unwrap()),
    }
}

fn answer(full: bool) -> SessionAnswer {
    SessionAnswer {
        session_id: id(),
        room_id: id(),
        resume_token: "token".into(),
        seq: u64::MAX,
        data: full.then(|| json!([1, null, {"a": "b"}])),
        participants: if full { participants() } else { Vec::new() },
        warnings: match full {
            true => vec![warning(None), warning(Some("es"))],
            false => Vec::new(),
        },
    }
}

fn presence() -> Presence {
    Presence {
        seq: 1,
        room_id: id(),
        participant: participants().remove(0),
    }
}

fn edge() -> SpeechEdge {
    SpeechEdge {
        room_id: id(),
        speaker: speaker(),
        at: at(),
    }
}

fn caption(full: bool) -> Caption {
    Caption {
        seq: full.then_some(7),
        room_id: full.then(id),
        utterance_id: id(),
        revision: 0,
        speaker: full.then(speaker),
        source_language: full.then(|| "en".parse().unwrap()),
        language: "es".parse().unwrap(),
        text: String::new(),
        source_text: full.then(|| "hello".into()),
        last: full,
        started_at: at(),
        ended_at: full.then(at),
        confidence: full.then_some(0.5),
        engine: "local",
    }
}

fn transcription(full: bool) -> Caption {
    Caption {
        room_id: Some(id()),
        speaker: Some(speaker()),
        source_language: None,
        source_text: None,
        ..caption(full)
    }
}

fn translation(full: bool) -> Caption {
    Caption {
        source_language: Some("en".parse().unwrap()),
        ..caption(full)
    }
}

fn config(full: bool) -> SessionConfig {
    let patch = match full {
        true => json!({
            "room_id": "demo", "name": "Ana", "speaks": "en", "hears": ["es", "pt-BR"], "audio": {"sample_rate": 48_000},
            "speech": true, "partials": false, "barge_in": true, "engine": "local", "preset": "meeting", "glossary": {"a": "b"},
        }),
        false => json!({}),
    };
    let patch = serde_json::from_value(patch).unwrap();
    SessionConfig::default().with(patch).unwrap()
}

/// Every message, with all that may be absent, or with nothing of it.
fn every_message(full: bool) -> Vec<ServerMessage> {
    use ServerMessage as Message;
    let mut messages = vec![
        Message::Connected {
            connection_id: id(),
            server_time: at(),
            protocol: 1,
        },
        Message::Pong,
        Message::HeartbeatReceived,
        Message::SessionCreated(answer(full)),
        Message::SessionJoined(answer(full)),
        Message::SessionRecovered {
            session: answer(full),
            missed: 3,
            gap: full,
        },
        Message::SessionLeft { session_id: id() },
        Message::SessionConfigured {
            session_id: id(),
            config: config(full),
            warnings: answer(full).warnings,
        },
        Message::RoomJoined {
            room_id: id(),
            seq: 0,
            participants: answer(full).participants,
        },
        Message::RoomLeft { room_id: id() },
        Message::TranscriptionReceived { bytes: 640 },
        Message::SpeakerReceived { bytes: 0 },
        Message::TranslationReceived { utterance_id: id() },
        Message::Subscribed {
            topic: "service/*".into(),
        },
        Message::Unsubscribed {
            topic: "metrics".into(),
        },
        Message::ParticipantJoined(presence()),
        Message::ParticipantUpdated(presence()),
        Message::ParticipantLeft(presence()),
        Message::SpeechStarted(edge()),
        Message::SpeechStopped(edge()),
        Message::Transcription(transcription(full)),
        Message::Translation(translation(full)),
        Message::AudioStart {
            stream_id: u32::MAX,
            utterance_id: id(),
            speaker: speaker(),
            language: "es".parse().unwrap(),
            sample_rate: 24_000,
        },
        Message::Usage {
            room_id: id(),
            usage: UsageFigures {
                engine: "local",
                audio_ms: 20,
                tokens: full.then_some(3),
                cost_usd: full.then_some(0.5),
                budget_left: full.then_some(BudgetFigures {
                    minutes: Some(1.5),
                    cost_usd: Some(0.0),
                }),
                lag_ms: 0,
            },
        },
        Message::Event {
            topic: "room/a".into(),
            seq: 1,
            event: match full {
                true => json!({"kind": "room_started", "life": 0, "more": {"a": [1]}}),
                false => json!({"kind": "room_ended"}),
            },
        },
        Message::SystemAnnouncement {
            message: "hello".into(),
        },
        Message::SessionExpiring { reason: "idle" },
        Message::SessionClosed { reason: "left" },
        Message::error("unknown_type", "…"),
    ];
    for status in [ServiceStatus::Success, ServiceStatus::Error] {
        messages.push(Message::ServiceResponse {
            source_service: "translation-service".into(),
            action: "translate".into(),
            status,
            data: json!({"a": 1}),
        });
    }
    for reason in [AudioEnd::Complete, AudioEnd::Cancelled, AudioEnd::Dropped] {
        messages.push(Message::AudioStop {
            stream_id: 0,
            utterance_id: id(),
            reason,
        });
    }
    messages
}

fn encoded(message: &ServerMessage, reference: Option<&Value>) -> Value {
    serde_json::from_str(&message.encode(reference)).unwrap()
}

fn names(list: &Value) -> BTreeSet<String> {
    match list {
        Value::Object(fields) => fields.keys().cloned().collect(),
        Value::Array(names) => {
            let names = names.iter().map(|name| name.as_str().unwrap().to_owned());
            names.collect()
        }
        _ => BTreeSet::new(),
    }
}

#[test]
fn each_message_is_in_the_document_and_the_document_holds_no_other() {
    let document = asyncapi();
    let mut unseen: BTreeSet<String> = kinds(&document, "ServerMessage")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    for message in every_message(false) {
        unseen.remove(encoded(&message, None)["type"].as_str().unwrap());
    }
    // It is a client's own, sent back.
    assert_eq!(unseen, BTreeSet::from(["test_message".to_owned()]));
}

#[test]
fn what_is_sent_is_valid_with_all_fields_and_with_the_least() {
    let document = asyncapi();
    let schemas = &document["components"]["schemas"];
    let union = strict_validator(&document, "ServerMessage");
    let known = kinds(&document, "ServerMessage");
    let schema_of = |message: &Value| {
        let found = known.iter().find(|(kind, _)| message["type"] == **kind);
        let (_, name) = found.unwrap_or_else(|| panic!("not in the document: {message}"));
        &schemas[name]
    };
    for message in every_message(false) {
        let message = encoded(&message, None);
        assert_eq!(complaints(&union, &message), [""; 0], "{message:#}");
        let required = names(&schema_of(&message)["required"]);
        assert_eq!(
            names(&message),
            required,
            "what is always there: {message:#}"
        );
    }
    for message in every_message(true) {
        let is_answer = schema_of(&encoded(&message, None))["properties"]
            .get("ref")
            .is_some();
        for reference in [json!("a"), json!(7), json!(1.5)] {
            let message = encoded(&message, is_answer.then_some(&reference));
            assert_eq!(complaints(&union, &message), [""; 0], "{message:#}");
            let mut possible = names(&schema_of(&message)["properties"]);
            possible.remove(LATE);
            assert_eq!(names(&message), possible, "what may be there: {message:#}");
        }
    }
}

#[test]
fn what_the_document_does_not_say_is_not_valid() {
    let document = asyncapi();
    let union = strict_validator(&document, "ServerMessage");
    for message in every_message(true) {
        let right = encoded(&message, None);
        for field in names(&right) {
            let mut wrong = right.clone();
            // Nothing is an array of an array of nothing.
            wrong[&field] = json!([[]]);
            // What somebody gave to keep, and what a service says, may be anything.
            assert_eq!(union.is_valid(&wrong), field == "data", "{wrong:#}");
        }
        let mut more = right.clone();
        more["surprise"] = json!(1);
        assert!(!union.is_valid(&more), "{more:#}");
        let mut other = right;
        other["type"] = json!("surprise");
        assert!(!union.is_valid(&other), "{other:#}");
    }
}

#[test]
fn what_was_sent_before_it_was_stored_says_so() {
    let document = asyncapi();
    let union = strict_validator(&document, "ServerMessage");
    let mut message = encoded(&ServerMessage::Transcription(transcription(true)), None);
    message[LATE] = json!(false);
    assert!(union.is_valid(&message));
    message[LATE] = json!(true);
    assert!(
        !union.is_valid(&message),
        "it is never said of what is stored"
    );
}
