//! Text that would break an engine if it reached it as it is: it comes through, and the next sentence is translated.

use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn hostile_text_is_read_as_it_was_written_and_desynchronises_nothing() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    let combining = format!("Z{}", "\u{301}".repeat(500));
    for text in [
        "NUL \u{0} in the middle",
        "^house/house<n><sg>$ [<b>] {^a$} \\^ @ * # ~",
        "<script>alert('x')</script> & &amp; <b>bold",
        "a\nb\r\nc\u{2028}d\u{85}e",
        "\u{1b}[31mred\u{7}\u{8}",
        "emoji \u{1F600}\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} flags \u{1F1EA}\u{1F1F8}",
        "right to left \u{202E}txet\u{202C} \u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{627}\u{644}\u{633}\u{644}\u{627}\u{645}",
        "\u{FEFF}\u{200B}\u{2060}x\u{FFFD}\u{FFFF}",
        "'; DROP TABLE rooms; --",
        "$(reboot) `reboot` | reboot > /dev/null",
        "... !!! ??? ¿¡",
        "[][[ ]] ]] <![CDATA[ ]]>",
        combining.as_str(),
    ] {
        ana.say(text).await;
        ana.expect_where("transcription", |message| message["text"] == text)
            .await;
        ana.say("Where is the train station?").await;
        let translated = ana
            .expect_where("translation", |message| {
                message["source_text"] == "Where is the train station?"
            })
            .await;
        assert_eq!(
            translated["text"], "Dónde es la estación de tren?",
            "after {text:?}"
        );
    }
    let come = ana.settled().await;
    assert!(
        !come.iter().any(|message| message["type"] == "error"),
        "{come:#?}"
    );
    for translation in come
        .iter()
        .filter(|message| message["type"] == "translation")
    {
        assert!(
            !translation["text"].as_str().unwrap().is_empty(),
            "no answer is empty: {translation}"
        );
    }
}

#[tokio::test]
async fn a_megabyte_is_refused_in_words_or_by_closing_and_harms_nobody_else() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    let mut other = server.connect().await;
    other
        .create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    for text in [
        "a".repeat(1_000_000),
        "\u{0}".repeat(100_000),
        "^a$ ".repeat(250_000),
    ] {
        let refused = ana.ask_refused(json!({"type": "text", "text": text})).await;
        assert_eq!(refused, "text_too_long");
    }
    // One word as long as a text may be.
    ana.say(&"a".repeat(10_000)).await;
    ana.expect("transcription").await;
    let beyond = json!({"type": "text", "text": "a".repeat(2 << 20)}).to_string();
    ana.send_frame(tokio_tungstenite::tungstenite::Message::text(beyond))
        .await;
    assert_eq!(ana.closed().await.map(|(code, _)| code), Some(1009));
    other.say("Where is the train station?").await;
    assert_eq!(
        other.expect("translation").await["text"],
        "Dónde es la estación de tren?"
    );
}
