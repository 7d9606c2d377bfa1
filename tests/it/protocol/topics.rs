//! Subscriptions and their events, and services asked by name.

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

async fn subscribe(client: &mut Client, topic: &str) {
    let answer = client
        .ask(json!({"type": "subscribe", "topic": topic}))
        .await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    assert_eq!(answer["topic"], topic);
}

#[tokio::test]
async fn a_room_may_be_followed_and_left_alone_again() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    subscribe(&mut ana, "room/demo").await;
    subscribe(&mut ana, "room/demo").await;
    let mut berta = server.connect().await;
    let made = berta
        .create_session(json!({"room_id": "demo", "hears": ["es"]}))
        .await;
    let event = ana.expect("event").await;
    assert_eq!(event["topic"], "room/demo");
    assert_eq!(event["event"]["kind"], "participant_joined");
    assert_eq!(event["event"]["session_id"], made["session_id"]);
    ana.say("Hello.").await;
    let started = ana.expect("event").await;
    assert_eq!(started["event"]["kind"], "source_started", "twice is once");
    assert!(started["seq"].as_u64() > event["seq"].as_u64());

    let ended = ana
        .ask(json!({"type": "unsubscribe", "topic": "room/demo"}))
        .await;
    assert_eq!(
        (&ended["type"], &ended["topic"]),
        (&json!("unsubscribed"), &json!("room/demo"))
    );
    berta.ask(json!({"type": "leave_session"})).await;
    let come = ana
        .until(|message| message["type"] == "participant_left")
        .await;
    let late: Vec<&Value> = come
        .iter()
        .filter(|message| message["event"]["kind"] == "participant_left")
        .collect();
    assert!(late.is_empty(), "{late:?}");
    let again = ana
        .ask(json!({"type": "unsubscribe", "topic": "room/demo"}))
        .await;
    assert_eq!(again["type"], "unsubscribed", "no mistake: {again}");
}

#[tokio::test]
async fn every_family_of_topics_can_be_named_and_nothing_else() {
    let server = Server::start();
    let mut admin = server.connect().await;
    // Without keys whoever sits at this machine holds every role.
    for topic in [
        "room/any",
        "session/any",
        "call/1",
        "call/*",
        "bot/1",
        "service/audio-service",
        "service/*",
        "config",
        "actors",
        "metrics",
    ] {
        subscribe(&mut admin, topic).await;
    }
    let service = admin
        .ask(json!({"type": "subscribe", "service": "speaker-service"}))
        .await;
    assert_eq!(service["topic"], "service/speaker-service");
    for unknown in [
        "",
        "room",
        "room/",
        "room/*",
        "bot/*",
        "room/a/b",
        "planet/x",
        "metrics/x",
        "*",
    ] {
        for kind in ["subscribe", "unsubscribe"] {
            let message = json!({"type": kind, "topic": unknown});
            assert_eq!(
                admin.ask_refused(message).await,
                "unknown_topic",
                "{unknown:?}"
            );
        }
    }
    for number in 0..89 {
        subscribe(&mut admin, &format!("room/r{number}")).await;
    }
    let beyond = json!({"type": "subscribe", "topic": "room/beyond"});
    assert_eq!(
        admin.ask_refused(beyond.clone()).await,
        "too_many_subscriptions"
    );
    subscribe(&mut admin, "room/r1").await;
    admin
        .ask(json!({"type": "unsubscribe", "topic": "room/r1"}))
        .await;
    assert_eq!(admin.ask(beyond).await["type"], "subscribed");
}

#[tokio::test]
async fn services_are_asked_by_name_and_answer_or_say_why_not() {
    let server = Server::start();
    let mut client = server.connect().await;
    let mut ask = async |service: &str, action: &str, data: Value| {
        let answer = client
            .ask(json!({"type": "service_message", "target_service": service, "action": action, "data": data}))
            .await;
        assert_eq!(answer["type"], "service_response", "{answer}");
        assert_eq!(
            (&answer["source_service"], &answer["action"]),
            (&json!(service), &json!(action))
        );
        answer
    };
    let translated = ask(
        "translation-service",
        "translate",
        json!({"text": "Where is the train station?", "source_language": "en", "target_language": "es"}),
    )
    .await;
    assert_eq!(translated["status"], "success");
    assert_eq!(
        translated["data"]["translated_text"],
        "Dónde es la estación de tren?"
    );
    for (service, action) in [
        ("translation-service", "health"),
        ("audio-service", "health"),
        ("audio-service", "status"),
    ] {
        let answer = ask(service, action, Value::Null).await;
        assert_eq!(
            (&answer["status"], &answer["data"]["status"]),
            (&json!("success"), &json!("healthy"))
        );
    }
    let pairs = ask("translation-service", "languages", json!({})).await;
    assert!(
        pairs["data"]["pairs"]
            .as_array()
            .is_some_and(|pairs| !pairs.is_empty())
    );
    let models = ask("audio-service", "models", json!({})).await;
    assert_eq!(models["data"]["recognizes"], json!(["en"]));
    for (service, action, data, code) in [
        (
            "translation-service",
            "translate",
            json!({"target_language": "es"}),
            "invalid_message",
        ),
        (
            "translation-service",
            "translate",
            json!({"text": "Hello.", "target_language": "x"}),
            "invalid_message",
        ),
        (
            "translation-service",
            "translate",
            json!({"text": "Hello."}),
            "invalid_message",
        ),
        (
            "translation-service",
            "translate",
            json!({"text": "", "target_language": "es"}),
            "text_empty",
        ),
        (
            "translation-service",
            "translate",
            json!({"text": "Hello.", "target_language": "tlh"}),
            "language_unavailable",
        ),
        (
            "translation-service",
            "dance",
            Value::Null,
            "unknown_action",
        ),
        ("audio-service", "translate", Value::Null, "unknown_action"),
        ("speaker-service", "identify", Value::Null, "not_configured"),
        ("nobody", "health", Value::Null, "unknown_service"),
    ] {
        let answer = ask(service, action, data.clone()).await;
        assert_eq!(
            (&answer["status"], &answer["data"]["code"]),
            (&json!("error"), &json!(code)),
            "{service} {action} {data}"
        );
    }
}
