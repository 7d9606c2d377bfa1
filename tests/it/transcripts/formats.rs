//! Every format, in every language, while people are there and when they have gone.

use serde_json::{Value, json};
use webvtt_parser::Vtt;

use super::{Conversation, messages, texts, transcript};
use crate::support::server::Server;

#[tokio::test]
async fn a_conversation_is_given_in_every_format_and_language_during_it_and_after() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    let good_morning = people.ana_says("Good morning.").await;
    let hello = people.luz_says("Hola & <buenos> días.").await;

    for during in [true, false] {
        if !during {
            let closed = server.request("DELETE", "/api/rooms/demo").send().await;
            assert_eq!(closed.unwrap().status(), 204);
        }
        // As it was said.
        let all = messages(&server, "demo", "").await;
        let kinds: Vec<&str> = all
            .iter()
            .map(|message| message["type"].as_str().unwrap())
            .collect();
        let expected = [
            "participant_joined",
            "participant_joined",
            "transcription",
            "translation",
            "transcription",
            "translation",
        ];
        assert_eq!(kinds[..6], expected, "during: {during}");
        let numbers: Vec<u64> = all
            .iter()
            .map(|message| message["seq"].as_u64().unwrap())
            .collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(all[3]["source_text"], "Good morning.");
        assert_eq!(all[4]["speaker"]["name"], "Luz");

        let vtt = transcript(&server, "demo", "format=vtt").await;
        assert_eq!(
            (vtt.status, vtt.kind.as_str(), vtt.file.as_str()),
            (
                200,
                "text/vtt; charset=utf-8",
                "attachment; filename=\"demo.vtt\""
            )
        );
        let parsed = Vtt::parse(&vtt.body).unwrap();
        let cues: Vec<&str> = parsed.cues.iter().map(|cue| cue.text).collect();
        assert_eq!(
            cues,
            [
                "<v Ana>Good morning.",
                "<v Luz>Hola &amp; &lt;buenos&gt; días."
            ]
        );
        assert_eq!(parsed.cues[0].start.as_milliseconds(), 0);

        // The reading of one language.
        let srt = transcript(&server, "demo", "format=srt&lang=es").await;
        assert_eq!(
            (srt.kind.as_str(), srt.file.as_str()),
            (
                "application/x-subrip; charset=utf-8",
                "attachment; filename=\"demo.es.srt\""
            )
        );
        let lines: Vec<&str> = srt.body.lines().collect();
        assert_eq!(lines[0], "1");
        assert!(lines[1].starts_with("00:00:00,000 --> "), "{}", srt.body);
        assert_eq!(lines[2], format!("Ana: {good_morning}"));
        assert_eq!(lines[4], "2");
        // What would look like a tag is written in look-alikes.
        assert_eq!(lines[6], "Luz: Hola & ‹buenos> días.");

        let text = transcript(&server, "demo", "format=txt&lang=en").await;
        assert_eq!(text.kind, "text/plain; charset=utf-8");
        let lines: Vec<&str> = text.body.lines().collect();
        assert_eq!(lines[0], "Room demo");
        assert_eq!(lines[3], "[00:00:00] Ana: Good morning.");
        assert!(
            lines[4].ends_with(&format!("Luz: {hello}")),
            "{}",
            text.body
        );

        assert_eq!(
            texts(&server, "demo", "lang=en").await,
            ["Good morning.", &hello]
        );
        assert!(texts(&server, "demo", "lang=fr").await.is_empty());
        let usual = transcript(&server, "demo", "").await;
        assert_eq!(
            usual.kind, "application/json",
            "json is what it is without a wish"
        );
    }
}

#[tokio::test]
async fn a_room_that_is_opened_again_goes_on_with_its_transcript() {
    let server = Server::start();
    for text in ["The first time.", "The second time."] {
        let mut ana = server.connect().await;
        ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
            .await;
        ana.say(text).await;
        ana.expect("transcription").await;
        let closed = server.request("DELETE", "/api/rooms/demo").send().await;
        assert_eq!(closed.unwrap().status(), 204);
    }
    assert_eq!(
        texts(&server, "demo", "lang=en").await,
        ["The first time.", "The second time."]
    );
}

#[tokio::test]
async fn what_is_hostile_stays_words() {
    let server = Server::start();
    let hostile = "One.\n\n9\n00:00:00.000 --> 00:01:00.000\n<v Luz>I agree.\n\nNOTE\u{2028}\u{202e}☠️ שלום <script>alert(1)</script>";
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "</v><b>", "room_id": "demo", "speaks": "en"}))
        .await;
    ana.say(hostile).await;
    ana.expect("transcription").await;
    let vtt = transcript(&server, "demo", "format=vtt").await.body;
    let parsed = Vtt::parse(&vtt).unwrap();
    assert_eq!(parsed.cues.len(), 1, "{vtt}");
    let cue = parsed.cues[0].text;
    assert!(cue.starts_with("<v &lt;/v&gt;&lt;b&gt;>One.\n"), "{cue}");
    assert_eq!(cue.matches('<').count(), 1, "no markup but ours: {cue}");
    let srt = transcript(&server, "demo", "format=srt").await.body;
    assert_eq!(srt.matches("-->").count(), 1, "{srt}");
    let text = transcript(&server, "demo", "format=txt").await.body;
    let captions = text.lines().filter(|line| line.starts_with('['));
    assert_eq!(captions.count(), 1, "{text}");
    assert_eq!(texts(&server, "demo", "").await, [hostile]);
}

#[tokio::test]
async fn a_wrong_wish_is_refused_in_words() {
    let server = Server::start();
    server.post("/api/rooms", &json!({"room_id": "demo"})).await;
    for (room, query, status, code) in [
        ("nobody", "", 404, "room_not_found"),
        ("a%20b", "", 400, "invalid_id"),
        ("demo", "format=pdf", 400, "invalid_format"),
        ("demo", "format=", 400, "invalid_format"),
        ("demo", "format=VTT", 400, "invalid_format"),
        ("demo", "lang=english", 400, "invalid_language"),
        ("demo", "lang=", 400, "invalid_language"),
        ("demo", "follow=yes", 400, "invalid_follow"),
    ] {
        let answer = transcript(&server, room, query).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (answer.status, &body["error"]["code"]),
            (status, &json!(code)),
            "{room} {query}"
        );
        if code == "invalid_format" {
            let message = body["error"]["message"].as_str().unwrap();
            assert!(message.contains("json, vtt, srt or txt"), "{message}");
        }
    }
    assert_eq!(messages(&server, "demo", "").await, [Value::Null; 0]);
}
