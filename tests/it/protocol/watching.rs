//! Who follows a room on its topic reads along without being in it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    client::Client,
    server::Server,
    speech::{recording, silence, speak},
};

async fn watcher(server: &Server, room: &str) -> Client {
    let mut watcher = server.connect().await;
    let topic = format!("room/{room}");
    let answer = watcher
        .ask(json!({"type": "subscribe", "topic": topic}))
        .await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    watcher
}

async fn person(server: &Server, name: &str, speaks: &str) -> (Client, Value) {
    let mut client = server.connect().await;
    let config = json!({"name": name, "room_id": "demo", "speaks": speaks, "hears": [speaks]});
    let made = client.create_session(config).await;
    (client, made)
}

/// The next event of this kind for which something holds.
async fn event(watcher: &mut Client, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let is_it = |message: &Value| {
        let event = &message["event"];
        message["topic"] == "room/demo" && event["kind"] == kind && wanted(event)
    };
    watcher.expect_where("event", is_it).await["event"].take()
}

/// A message without what names it: its type, or the kind of an event.
fn content(message: &Value) -> Value {
    let mut content = message.clone();
    let fields = content.as_object_mut().unwrap();
    fields.remove("type");
    fields.remove("kind");
    content
}

#[tokio::test]
async fn what_is_typed_is_read_from_outside_as_those_inside_read_it() {
    let server = Server::start();
    let mut watcher = watcher(&server, "demo").await;
    let (mut ana, made) = person(&server, "Ana", "en").await;
    let come = event(&mut watcher, "participant_joined", |_| true).await;
    assert_eq!(come["session_id"], made["session_id"]);
    assert_eq!(come["participant"]["name"], "Ana");
    assert_eq!(come["participant"]["speaks"], "en");
    let (mut berta, _) = person(&server, "Berta", "es").await;
    let seen = ana.expect("participant_joined").await;
    let come = event(&mut watcher, "participant_joined", |_| true).await;
    assert_eq!(
        (&come["seq"], &come["participant"]),
        (&seen["seq"], &seen["participant"])
    );

    ana.say("Where is the train station?").await;
    let read = berta.expect("transcription").await;
    let watched = event(&mut watcher, "transcription", |_| true).await;
    assert_eq!(content(&watched), content(&read));
    let read = berta.expect("translation").await;
    let watched = event(&mut watcher, "translation", |_| true).await;
    assert_eq!(content(&watched), content(&read));
    assert_eq!(watched["text"], "Dónde es la estación de tren?");
    assert_eq!(watched["final"], true);

    berta.configure(json!({"name": "Bea"})).await;
    let changed = event(&mut watcher, "participant_updated", |_| true).await;
    assert_eq!(changed["participant"]["name"], "Bea");
    ana.ask(json!({"type": "leave_session"})).await;
    let gone = event(&mut watcher, "participant_left", |_| true).await;
    assert_eq!(gone["session_id"], made["session_id"]);
    assert_eq!(gone["participant"]["name"], "Ana");
}

#[tokio::test]
async fn what_is_spoken_is_read_from_outside_while_it_is_said() {
    let server = Server::start();
    let mut watcher = watcher(&server, "demo").await;
    let (mut ana, _) = person(&server, "Ana", "en").await;
    let (_berta, _) = person(&server, "Berta", "es").await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    let is_partial = |event: &Value| event["final"] == false;
    let is_final = |event: &Value| event["final"] == true;
    let partial = event(&mut watcher, "transcription", is_partial).await;
    assert!(partial.get("seq").is_none(), "{partial}");
    let last = event(&mut watcher, "transcription", is_final).await;
    assert_eq!(last["text"], "Go forward ten meters.");
    assert_eq!(last["utterance_id"], partial["utterance_id"]);
    let translated = event(&mut watcher, "translation", is_partial).await;
    assert_eq!(translated["language"], "es");
    let translated = event(&mut watcher, "translation", is_final).await;
    assert!(
        translated["text"].as_str().unwrap().contains("metros"),
        "{translated}"
    );
}

#[tokio::test]
async fn one_who_is_in_the_room_may_watch_it_too_and_loses_nothing() {
    let server = Server::start();
    let (mut ana, _) = person(&server, "Ana", "en").await;
    let topic = json!({"type": "subscribe", "topic": "room/demo"});
    assert_eq!(ana.ask(topic).await["type"], "subscribed");
    ana.say("Hello.").await;
    let read = ana.expect("transcription").await;
    let watched = event(&mut ana, "transcription", |_| true).await;
    assert_eq!(content(&watched), content(&read));
}

#[tokio::test]
async fn one_who_watches_and_does_not_read_hinders_nobody_in_the_room() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__OUTBOX_BYTES", "64KiB"),
        ("INTERPRES__WEBSOCKET__MESSAGE_RATE", "100000"),
        ("INTERPRES__WEBSOCKET__BYTE_RATE", "256MiB"),
    ]);
    let mut slow = server.connect().await;
    slow.narrow();
    let topic = json!({"type": "subscribe", "topic": "room/demo"});
    assert_eq!(slow.ask(topic).await["type"], "subscribed");
    let (mut ana, _) = person(&server, "Ana", "en").await;
    let (mut berta, _) = person(&server, "Berta", "en").await;
    // Far more than the watcher's queue and what the kernel keeps for it.
    for number in 0..600 {
        let text = format!("{number:05} {}", "x".repeat(9_000));
        ana.say(&text).await;
        assert_eq!(berta.expect("transcription").await["text"], text);
        ana.expect("transcription").await;
    }
    let sockets = |page: &Value| page["active"] == 2;
    server
        .eventually("/api/websocket/connections", sockets)
        .await;
    ana.say("Still here.").await;
    assert_eq!(berta.expect("transcription").await["text"], "Still here.");
}
