//! Coming back after the connection tore: everything missed, once, in order.

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

/// Somebody in the room "demo" who speaks English.
async fn speaker(server: &Server) -> Client {
    let mut client = server.connect().await;
    client
        .create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    client
}

/// Somebody in the room "demo" who reads Spanish, and their session.
async fn reader(server: &Server, name: &str) -> (Client, Value) {
    let mut client = server.connect().await;
    let made = client
        .create_session(json!({"name": name, "room_id": "demo", "speaks": "es", "hears": ["es"]}))
        .await;
    (client, made)
}

/// Says these and waits until `witness` has read the translation of each.
async fn say(ana: &mut Client, witness: &mut Client, texts: &[&str]) {
    for text in texts {
        ana.say(text).await;
        witness
            .expect_where("translation", |message| message["source_text"] == *text)
            .await;
    }
}

fn recover(made: &Value) -> Value {
    json!({
        "type": "recover_session", "session_id": made["session_id"], "resume_token": made["resume_token"],
    })
}

fn numbers(messages: &[Value]) -> Vec<u64> {
    messages
        .iter()
        .filter_map(|message| message["seq"].as_u64())
        .collect()
}

fn texts(messages: &[Value]) -> Vec<(&str, &str)> {
    messages
        .iter()
        .filter(|message| message.get("text").is_some())
        .map(|message| {
            (
                message["type"].as_str().unwrap(),
                message["text"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn what_was_said_meanwhile_comes_once_and_in_order() {
    let server = Server::with(&[("INTERPRES__SESSION__LINGER", "10m")]);
    let mut ana = speaker(&server).await;
    let (mut witness, _) = reader(&server, "Carla").await;
    let (mut berta, made) = reader(&server, "Berta").await;
    say(&mut ana, &mut witness, &["Good morning."]).await;
    let before = berta
        .until(|message| message["type"] == "translation")
        .await;
    let last = *numbers(&before).last().unwrap();
    berta.drop_connection();
    // The server learns of it before more is said, so that nothing is written to a connection that is gone.
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 2)
        .await;
    say(&mut ana, &mut witness, &["Thank you.", "The house is big."]).await;

    let mut berta = server.connect().await;
    let recovered = berta.ask(recover(&made)).await;
    assert_eq!(recovered["type"], "session_recovered");
    for field in ["session_id", "room_id", "resume_token"] {
        assert_eq!(recovered[field], made[field]);
    }
    assert_eq!(recovered["missed"], 4, "{recovered}");
    assert_eq!(recovered["gap"], false);
    say(&mut ana, &mut witness, &["Goodbye."]).await;
    let come = berta
        .until(|message| message["type"] == "translation" && message["source_text"] == "Goodbye.")
        .await;
    let numbers = numbers(&come);
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(numbers[0] > last);
    let said: Vec<&str> = texts(&come)
        .into_iter()
        .filter_map(|(kind, text)| (kind == "transcription").then_some(text))
        .collect();
    assert_eq!(said, ["Thank you.", "The house is big.", "Goodbye."]);
    assert_eq!(
        texts(&come).len(),
        6,
        "each with its translation: {come:#?}"
    );
    assert_eq!(numbers[3], recovered["seq"].as_u64().unwrap());
    let others: Vec<&Value> = come
        .iter()
        .filter(|message| message.get("text").is_none())
        .collect();
    assert!(
        others.is_empty(),
        "within the linger nobody came or went: {others:?}"
    );
}

#[tokio::test]
async fn one_who_knows_what_they_read_last_says_so() {
    let server = Server::start();
    let mut ana = speaker(&server).await;
    let (mut berta, made) = reader(&server, "Berta").await;
    for text in ["One.", "Two.", "Three."] {
        ana.say(text).await;
        berta
            .expect_where("translation", |message| message["source_text"] == text)
            .await;
    }
    let mut again = server.connect().await;
    let mut ask = recover(&made);
    ask["last_seq"] = json!(0);
    let recovered = again.ask(ask.clone()).await;
    let head = recovered["seq"].as_u64().unwrap();
    let missed = recovered["missed"].as_u64().unwrap();
    assert_eq!(
        missed,
        head - 1,
        "everything from Berta's coming on, and not that Ana came before"
    );
    let come = again.settled().await;
    assert_eq!(numbers(&come), (2..=head).collect::<Vec<_>>());
    assert_eq!(come[0]["type"], "participant_joined");
    assert_eq!(come[0]["participant"]["name"], "Berta");

    let mut last = server.connect().await;
    ask["last_seq"] = json!(head - 2);
    let recovered = last.ask(ask.clone()).await;
    assert_eq!(
        (&recovered["missed"], &recovered["gap"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(numbers(&last.settled().await), [head - 1, head]);
    ask["last_seq"] = json!(head);
    let recovered = last.ask(ask.clone()).await;
    assert_eq!(
        (&recovered["missed"], &recovered["gap"]),
        (&json!(0), &json!(false))
    );
    ask["last_seq"] = json!(head + 100);
    assert_eq!(
        last.ask(ask).await["gap"],
        true,
        "a number this room has never given"
    );
}

#[tokio::test]
async fn without_a_number_it_goes_on_after_what_any_socket_was_written() {
    let server = Server::start();
    let mut ana = speaker(&server).await;
    let (mut berta, made) = reader(&server, "Berta").await;
    say(&mut ana, &mut berta, &["Good morning.", "Thank you."]).await;
    // The first socket is still there: half open, as far as the server can tell.
    let mut second = server.connect().await;
    let recovered = second.ask(recover(&made)).await;
    assert_eq!(recovered["missed"], 0, "{recovered}");
    second.drop_connection();
    say(&mut ana, &mut berta, &["The house is big."]).await;
    berta.drop_connection();
    let mut third = server.connect().await;
    let recovered = third.ask(recover(&made)).await;
    assert_eq!(recovered["missed"], 0, "{recovered}");
}

#[tokio::test]
async fn after_the_linger_the_others_have_seen_them_go_and_come_back() {
    let server = Server::with(&[("INTERPRES__SESSION__LINGER", "300ms")]);
    let mut ana = speaker(&server).await;
    let (mut berta, made) = reader(&server, "Berta").await;
    ana.expect("participant_joined").await;
    say(&mut ana, &mut berta, &["Good morning."]).await;
    berta.drop_connection();
    let left = ana.expect("participant_left").await;
    assert_eq!(left["participant"]["name"], "Berta");
    ana.say("Is she gone?").await;
    ana.expect_where("transcription", |message| message["text"] == "Is she gone?")
        .await;

    let mut berta = server.connect().await;
    let recovered = berta.ask(recover(&made)).await;
    assert_eq!(recovered["gap"], false);
    let back = ana.expect("participant_joined").await;
    assert_eq!(back["participant"]["session_id"], made["session_id"]);
    let come = berta.settled().await;
    // The translation was under way when its only reader went: it comes with the rest, or when it is ready.
    let kinds: Vec<&str> = come
        .iter()
        .map(|message| message["type"].as_str().unwrap())
        .filter(|kind| *kind != "translation")
        .collect();
    assert_eq!(
        kinds,
        ["participant_left", "transcription", "participant_joined"]
    );
    assert!(recovered["missed"].as_u64() >= Some(3), "{recovered}");
    assert!(numbers(&come).is_sorted_by(|a, b| a < b));
    ana.say("Thank you.").await;
    berta
        .expect_where("translation", |message| {
            message["source_text"] == "Thank you."
        })
        .await;
}

#[tokio::test]
async fn what_the_log_has_forgotten_is_told_as_a_gap() {
    let server = Server::with(&[("INTERPRES__ROOM__LOG_ENTRIES", "100")]);
    let mut ana = speaker(&server).await;
    let made = ana
        .ask(json!({"type": "create_session", "session_id": "anas", "config": {"room_id": "hall"}}))
        .await;
    for number in 0..120 {
        ana.say(&format!("Number {number}.")).await;
        ana.expect("transcription").await;
    }
    let mut again = server.connect().await;
    let mut ask = recover(&made);
    ask["last_seq"] = made["seq"].clone();
    let recovered = again.ask(ask).await;
    assert_eq!(
        (&recovered["gap"], &recovered["missed"]),
        (&json!(true), &json!(100))
    );
    let come = again.settled().await;
    assert_eq!(come.len(), 100);
    assert_eq!(come.last().unwrap()["text"], "Number 119.");
}

#[tokio::test]
async fn the_number_is_that_of_the_room_the_session_is_in_now() {
    let server = Server::with(&[("INTERPRES__SESSION__LINGER", "10m")]);
    let mut ana = speaker(&server).await;
    for _ in 0..5 {
        ana.say("Hello.").await;
        ana.expect("transcription").await;
    }
    let (mut berta, made) = reader(&server, "Berta").await;
    let joined = berta
        .ask(json!({"type": "join_room", "room_id": "hall"}))
        .await;
    assert_eq!(joined["type"], "room_joined");
    let mut cid = server.connect().await;
    cid.create_session(json!({"name": "Cid", "room_id": "hall", "speaks": "es"}))
        .await;
    berta.expect("participant_joined").await;
    berta.drop_connection();
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 2)
        .await;
    cid.say("Hola.").await;
    cid.expect("transcription").await;
    let mut berta = server.connect().await;
    let recovered = berta.ask(recover(&made)).await;
    assert_eq!(recovered["room_id"], "hall");
    assert_eq!(
        (&recovered["missed"], &recovered["gap"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(berta.expect("transcription").await["text"], "Hola.");
}
