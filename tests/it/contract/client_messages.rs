//! What clients may send is decoded by the server and valid by the document; what is wrong is neither.

use std::collections::BTreeSet;

use interpres::domain::client_message::{ClientRequest, decode};
use serde_json::{Value, json};

use super::asyncapi;
use crate::support::contract::{complaints, kinds, strict_validator};

/// Every message of API.md section 1: with the least, and with all fields and spellings.
fn right() -> Vec<Value> {
    let config = json!({
        "room_id": "demo", "name": "Ana", "speaks": "auto", "hears": ["es", "pt-BR"], "audio_enabled": true,
        "translation_enabled": false, "language_pair": ["en", "zh_hant_tw"], "audio": {"encoding": "pcm_s16le", "sample_rate": 24_000},
        "speech": true, "partials": false, "barge_in": true, "engine": "local", "preset": "meeting", "glossary": [{"a": "b"}],
    });
    let nothing = json!({
        "room_id": null, "name": null, "speaks": null, "hears": null, "audio_enabled": null, "translation_enabled": null,
        "language_pair": null, "audio": null, "speech": null, "partials": null, "barge_in": null, "engine": null, "preset": null, "glossary": null,
    });
    vec![
        json!({"type": "ping"}),
        json!({"type": "ping", "id": "a"}),
        json!({"type": "heartbeat", "id": 7}),
        json!({"type": "create_session"}),
        json!({
            "type": "create_session", "session_id": "mine", "user_id": "ana", "config": config, "data": {"a": 1},
            "resume_token": "token", "id": 1.5,
        }),
        json!({"type": "create_session", "session_id": null, "user_id": null, "config": null, "data": null, "resume_token": null}),
        json!({"type": "join_session", "session_id": "mine"}),
        json!({"type": "join_session", "session_id": "mine", "resume_token": "token"}),
        json!({"type": "recover_session", "session_id": "mine"}),
        json!({"type": "recover_session", "session_id": "mine", "resume_token": null, "last_seq": 17}),
        json!({"type": "leave_session"}),
        json!({"type": "configure", "config": config}),
        json!({"type": "configure", "config": nothing}),
        json!({"type": "configure", "config": {}}),
        json!({"type": "configure", "config": {"audio": true}}),
        json!({"type": "configure", "config": {"audio": false}}),
        json!({"type": "configure", "config": {"audio": {"sample_rate": 48_000}}}),
        json!({"type": "configure", "config": {"audio": {}}}),
        json!({"type": "join_room", "room_id": "demo"}),
        json!({"type": "leave_room"}),
        json!({"type": "text", "text": "hello"}),
        json!({"type": "text", "text": "hello", "utterance_id": "u-1"}),
        json!({"type": "audio_end"}),
        json!({"type": "transcription_stream", "audio_data": "AAAA"}),
        json!({"type": "speaker_stream", "audio_data": ""}),
        json!({"type": "translation_stream", "text": "hello", "target_lang": "es"}),
        json!({"type": "translation_stream", "text": "hello", "target_lang": "es", "source_lang": "EN"}),
        json!({"type": "subscribe", "topic": "room/demo"}),
        json!({"type": "subscribe", "service": "audio-service"}),
        json!({"type": "unsubscribe", "topic": "room/demo"}),
        json!({"type": "service_message", "target_service": "translation-service", "action": "health"}),
        json!({"type": "service_message", "target_service": "a", "action": "b", "data": {"any": ["thing"]}}),
        json!({"type": "test_message"}),
        json!({"type": "test_message", "any": {"thing": [1, null]}, "id": "a"}),
    ]
}

/// Messages that are wrong in one thing.
fn wrong() -> Vec<Value> {
    let mut wrong = vec![
        json!({}),
        json!({"type": "dance"}),
        json!({"type": 7}),
        json!({"type": "join_session"}),
        json!({"type": "join_session", "session_id": "a/b"}),
        json!({"type": "recover_session", "session_id": "mine", "last_seq": -1}),
        json!({"type": "recover_session", "session_id": "mine", "last_seq": "1"}),
        json!({"type": "configure"}),
        json!({"type": "join_room"}),
        json!({"type": "join_room", "room_id": ""}),
        json!({"type": "text"}),
        json!({"type": "text", "text": 7}),
        json!({"type": "text", "text": "hello", "utterance_id": "u 1"}),
        json!({"type": "transcription_stream"}),
        json!({"type": "translation_stream", "text": "hello"}),
        json!({"type": "translation_stream", "text": "hello", "target_lang": "x!"}),
        json!({"type": "subscribe", "topic": 7}),
        json!({"type": "service_message", "action": "b"}),
    ];
    for config in [
        json!({"room_id": "a/b"}),
        json!({"name": 7}),
        json!({"speaks": "x!"}),
        json!({"speaks": 7}),
        json!({"hears": "es"}),
        json!({"hears": ["x!"]}),
        json!({"audio_enabled": "yes"}),
        json!({"language_pair": ["en"]}),
        json!({"language_pair": ["en", "es", "fr"]}),
        json!({"audio": "yes"}),
        json!({"audio": {"encoding": "mp3"}}),
        json!({"speech": 1}),
        json!({"engine": ["local"]}),
    ] {
        wrong.push(json!({"type": "configure", "config": config}));
    }
    wrong
}

#[test]
fn what_is_right_is_decoded_and_valid() {
    let document = asyncapi();
    let union = strict_validator(&document, "ClientMessage");
    let mut unseen: BTreeSet<String> = kinds(&document, "ClientMessage")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    for message in right() {
        let decoded = decode(&message.to_string());
        let decoded = decoded.unwrap_or_else(|error| panic!("{}: {message}", error.message));
        assert_eq!(decoded.reference.as_ref(), message.get("id"), "{message}");
        assert_eq!(complaints(&union, &message), [""; 0], "{message:#}");
        unseen.remove(message["type"].as_str().unwrap());
    }
    assert!(unseen.is_empty(), "these are not tried: {unseen:?}");
}

#[test]
fn what_is_wrong_is_neither() {
    let union = strict_validator(&asyncapi(), "ClientMessage");
    for message in wrong() {
        assert!(decode(&message.to_string()).is_err(), "{message}");
        assert!(!union.is_valid(&message), "{message}");
    }
}

/// A request of the decoder that the document lacks would not compile here without a name, and not pass without a place.
#[test]
fn the_document_holds_every_request_of_the_decoder() {
    let document = asyncapi();
    let known: BTreeSet<String> = kinds(&document, "ClientMessage")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    let mut decoded = BTreeSet::new();
    for message in right() {
        let request = decode(&message.to_string()).unwrap().request;
        decoded.insert(name(&request).to_owned());
        assert_eq!(name(&request), message["type"]);
    }
    assert_eq!(decoded, known);
}

fn name(request: &ClientRequest) -> &'static str {
    use ClientRequest as Request;
    match request {
        Request::Ping => "ping",
        Request::Heartbeat => "heartbeat",
        Request::CreateSession(_) => "create_session",
        Request::JoinSession(_) => "join_session",
        Request::RecoverSession(_) => "recover_session",
        Request::LeaveSession => "leave_session",
        Request::Configure(_) => "configure",
        Request::JoinRoom(_) => "join_room",
        Request::LeaveRoom => "leave_room",
        Request::Text(_) => "text",
        Request::AudioEnd => "audio_end",
        Request::TranscriptionStream(_) => "transcription_stream",
        Request::SpeakerStream(_) => "speaker_stream",
        Request::TranslationStream(_) => "translation_stream",
        Request::Subscribe(_) => "subscribe",
        Request::Unsubscribe(_) => "unsubscribe",
        Request::ServiceMessage(_) => "service_message",
        Request::TestMessage(_) => "test_message",
    }
}
