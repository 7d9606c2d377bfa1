//! `/api/translate` and `/api/audio/transcribe`: one text, one recording.

use std::path::Path;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::server::{Server, outcome};

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/audio");
    std::fs::read(folder.join(name)).unwrap()
}

async fn transcribe(server: &Server, path: &str, recording: Vec<u8>) -> (u16, Value) {
    outcome(
        server
            .request("POST", path)
            .body(recording)
            .send()
            .await
            .unwrap(),
    )
    .await
}

fn code((status, body): (u16, Value)) -> (u16, String) {
    assert!(
        body["error"]["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty()),
        "{body}"
    );
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_text_is_translated() {
    let server = Server::start();
    for source in [json!("en"), json!("auto"), json!(""), Value::Null] {
        let body = json!({"text": "Where is the train station?", "source_language": source, "target_language": "es"});
        let (status, answer) = server.post("/api/translate", &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["translated_text"], "Dónde es la estación de tren?");
        assert_eq!(
            (&answer["source_language"], &answer["target_language"]),
            (&json!("en"), &json!("es"))
        );
        assert!(
            answer["processing_time"].is_number() && answer["model"].is_string(),
            "{answer}"
        );
    }
    let same = json!({"text": "Hola \u{0} 1.", "source_language": "es", "target_language": "es"});
    assert_eq!(
        server.post("/api/translate", &same).await.1["translated_text"],
        "Hola \u{0} 1."
    );
}

#[tokio::test]
async fn what_cannot_be_translated_is_refused() {
    let server = Server::with(&[("INTERPRES__SERVER__BODY_LIMIT", "64KiB")]);
    for (body, status, name) in [
        (
            json!({"text": "", "target_language": "es"}),
            400,
            "text_empty",
        ),
        (
            json!({"text": " \n\u{0}", "target_language": "es"}),
            400,
            "text_empty",
        ),
        (json!({"text": "Hello."}), 400, "invalid_json"),
        (
            json!({"text": 1, "target_language": "es"}),
            400,
            "invalid_json",
        ),
        (
            json!({"text": "Hello.", "target_language": "x"}),
            400,
            "invalid_json",
        ),
        (
            json!({"text": "Hello.", "source_language": "x", "target_language": "es"}),
            400,
            "invalid_language",
        ),
        (
            json!({"text": "Hello.", "target_language": "tlh"}),
            422,
            "language_unavailable",
        ),
        (
            json!({"text": "Hello.", "source_language": "tlh", "target_language": "es"}),
            422,
            "language_unavailable",
        ),
        (
            json!({"text": "x".repeat(70_000), "target_language": "es"}),
            413,
            "payload_too_large",
        ),
    ] {
        let answer = code(server.post("/api/translate", &body).await);
        assert_eq!(
            answer,
            is(status, name),
            "{}",
            &body.to_string()[..body.to_string().len().min(200)]
        );
    }
}

#[tokio::test]
async fn every_container_is_written_down() {
    let server = Server::start();
    for name in [
        "mp3.mp3",
        "ogg-vorbis.ogg",
        "ogg-opus.ogg",
        "webm-vorbis.webm",
        "webm-opus.webm",
        "webm-opus-live.webm",
        "mp4-aac.m4a",
    ] {
        let (status, answer) = transcribe(&server, "/api/audio/transcribe", golden(name)).await;
        assert_eq!(status, 200, "{name}: {answer}");
        let text = answer["text"].as_str().unwrap().to_lowercase();
        assert!(
            text.contains("forward") && text.contains("meters"),
            "{name}: {answer}"
        );
        let duration = answer["duration"].as_f64().unwrap();
        assert!((2.0..4.0).contains(&duration), "{name}: {duration}");
        assert_eq!(answer["language"], "en");
        assert_eq!(answer["model"], "local");
        let segments = answer["segments"].as_array().unwrap();
        assert!(!segments.is_empty());
        for (index, segment) in segments.iter().enumerate() {
            assert_eq!(segment["id"], index);
            assert!(
                segment["start"].as_f64() < segment["end"].as_f64(),
                "{segment}"
            );
            assert!(segment["end"].as_f64() <= Some(duration + 0.5), "{segment}");
        }
    }
    // At 8 kHz an engine for 16 kHz understands other words.
    let (status, answer) = transcribe(&server, "/api/audio/transcribe", golden("flac.flac")).await;
    assert_eq!(status, 200, "{answer}");
    assert!(!answer["segments"].as_array().unwrap().is_empty());
    for name in ["wav-pcm.wav", "wav-streamed.wav"] {
        let (status, answer) = transcribe(&server, "/api/whisper/transcribe", golden(name)).await;
        assert_eq!(status, 200, "{name}: {answer}");
        assert!(
            answer["duration"]
                .as_f64()
                .is_some_and(|seconds| (1.0..1.5).contains(&seconds)),
            "{name}: {answer}"
        );
    }
    let (status, answer) = transcribe(
        &server,
        "/api/audio/transcribe?language=en",
        golden("said-something.ogg"),
    )
    .await;
    assert_eq!(status, 200);
    assert!(
        answer["text"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("something"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_form_holds_the_recording_and_may_name_its_language() {
    let server = Server::start();
    let send = async |form: Form| {
        let request = server
            .request("POST", "/api/audio/transcribe")
            .multipart(form);
        outcome(request.send().await.unwrap()).await
    };
    let recording = || Part::bytes(golden("ogg-opus.ogg")).file_name("said.ogg");
    let form = Form::new()
        .text("note", "ignored")
        .part("audio", recording())
        .text("language", "en");
    let (status, answer) = send(form).await;
    assert_eq!((status, &answer["language"]), (200, &json!("en")));
    assert!(
        answer["text"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("forward"),
        "{answer}"
    );
    let form = Form::new()
        .part("audio", recording())
        .text("language", "es");
    assert_eq!(code(send(form).await), is(422, "language_unavailable"));
    let form = Form::new()
        .part("audio", recording())
        .text("language", "not a language");
    assert_eq!(code(send(form).await), is(400, "invalid_language"));
    assert_eq!(
        code(send(Form::new().text("note", "nothing else")).await),
        is(400, "audio_missing")
    );
    let broken = server
        .request("POST", "/api/audio/transcribe")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\nno form");
    assert_eq!(
        code(outcome(broken.send().await.unwrap()).await),
        is(400, "body_unreadable")
    );
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_the_reason() {
    let server = Server::with(&[("INTERPRES__SERVER__BODY_LIMIT", "64KiB")]);
    let path = "/api/audio/transcribe";
    let mut torn = golden("flac.flac");
    torn.truncate(200);
    for (recording, status, name) in [
        (Vec::new(), 400, "audio_missing"),
        (
            b"This is a letter and no recording at all.".to_vec(),
            415,
            "audio_format_unknown",
        ),
        (vec![0; 10_000], 415, "audio_format_unknown"),
        (golden("webm-no-audio.webm"), 415, "audio_track_missing"),
        (vec![b'x'; 70_000], 413, "payload_too_large"),
    ] {
        assert_eq!(
            code(transcribe(&server, path, recording).await),
            is(status, name)
        );
    }
    let (status, body) = transcribe(&server, path, torn).await;
    assert!(
        [200, 415].contains(&status),
        "a torn recording ends early or is refused, and is no fault of ours: {body}"
    );
    let spanish = transcribe(
        &server,
        "/api/audio/transcribe?language=es",
        golden("ogg-opus.ogg"),
    )
    .await;
    assert_eq!(code(spanish), is(422, "language_unavailable"));
    let wrong = transcribe(
        &server,
        "/api/audio/transcribe?language=%3F",
        golden("ogg-opus.ogg"),
    )
    .await;
    assert_eq!(code(wrong), is(400, "invalid_language"));
    let form = Form::new().part("audio", Part::bytes(vec![b'x'; 70_000]));
    let large = server
        .request("POST", path)
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(code(outcome(large).await), is(413, "payload_too_large"));
}
