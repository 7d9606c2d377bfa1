//! Going from room to room over the socket, and what the others see of it.

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

async fn in_room(server: &Server, name: &str, room: &str) -> (Client, Value) {
    let mut client = server.connect().await;
    let made = client
        .create_session(json!({"name": name, "room_id": room, "speaks": "en"}))
        .await;
    (client, made)
}

fn names(participants: &Value) -> Vec<&str> {
    let participants = participants.as_array().unwrap();
    let mut names: Vec<&str> = participants
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn who_joins_learns_who_is_there_and_the_others_learn_of_them() {
    let server = Server::start();
    let (mut ana, _) = in_room(&server, "Ana", "demo").await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"name": "Berta", "hears": ["es"]}))
        .await;
    let joined = berta
        .ask(json!({"type": "join_room", "room_id": "demo"}))
        .await;
    assert_eq!(joined["type"], "room_joined");
    assert_eq!(joined["room_id"], "demo");
    assert_eq!(names(&joined["participants"]), ["Ana", "Berta"]);
    let seen = ana.expect("participant_joined").await;
    assert_eq!(seen["room_id"], "demo");
    assert_eq!(seen["participant"]["name"], "Berta");
    assert_eq!(seen["participant"]["kind"], "person");
    assert_eq!(seen["participant"]["hears"], json!(["es"]));
    assert_eq!(
        seen["seq"], joined["seq"],
        "the room's number when the answer was given"
    );

    let again = berta
        .ask(json!({"type": "join_room", "room_id": "demo"}))
        .await;
    assert_eq!(again["type"], "room_joined", "twice is no mistake: {again}");

    let left = berta
        .ask(json!({"type": "leave_room", "room_id": "demo"}))
        .await;
    assert_eq!(
        (&left["type"], &left["room_id"]),
        (&json!("room_left"), &json!("demo"))
    );
    let gone = ana.expect("participant_left").await;
    assert_eq!(gone["participant"]["name"], "Berta");
    assert!(gone["seq"].as_u64() > seen["seq"].as_u64());
    assert_eq!(
        berta.ask_refused(json!({"type": "leave_room"})).await,
        "not_in_room"
    );

    berta.say("Is anybody here?").await;
    assert_ne!(
        berta.expect("transcription").await["room_id"],
        "demo",
        "private again"
    );
    ana.say("Nobody.").await;
    let read = ana
        .until(|message| message["type"] == "transcription")
        .await;
    assert_eq!(read.last().unwrap()["text"], "Nobody.");
    let events: Vec<&Value> = read.iter().map(|message| &message["type"]).collect();
    assert_eq!(
        events,
        ["transcription"],
        "what is said elsewhere does not come here"
    );
}

#[tokio::test]
async fn one_who_joins_is_in_one_room_only() {
    let server = Server::start();
    let (mut ana, _) = in_room(&server, "Ana", "demo").await;
    let (mut berta, _) = in_room(&server, "Berta", "hall").await;
    let (mut cid, _) = in_room(&server, "Cid", "demo").await;
    cid.ask(json!({"type": "join_room", "room_id": "hall"}))
        .await;
    assert_eq!(
        ana.expect("participant_left").await["participant"]["name"],
        "Cid"
    );
    assert_eq!(
        berta.expect("participant_joined").await["participant"]["name"],
        "Cid"
    );
    cid.say("Hello, hall.").await;
    assert_eq!(berta.expect("transcription").await["room_id"], "hall");
    let room = server.get("/api/rooms/demo").await;
    assert_eq!(names(&room["participants"]), ["Ana"]);
}

#[tokio::test]
async fn a_private_room_gives_back_ones_own_translations_and_lets_nobody_in() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .create_session(json!({"name": "Ana", "speaks": "en", "hears": ["es"]}))
        .await;
    ana.say("Where is the train station?").await;
    assert_eq!(
        ana.expect("transcription").await["text"],
        "Where is the train station?"
    );
    let translation = ana.expect("translation").await;
    assert_eq!(translation["text"], "Dónde es la estación de tren?");
    assert_eq!(translation["room_id"], made["room_id"]);

    let (mut eve, _) = in_room(&server, "Eve", "demo").await;
    let enter = json!({"type": "join_room", "room_id": made["room_id"]});
    assert_eq!(eve.ask_refused(enter).await, "forbidden");
    let mut cid = server.connect().await;
    let create = json!({"type": "create_session", "config": {"room_id": made["room_id"]}});
    assert_eq!(cid.ask_refused(create).await, "forbidden");
    assert_eq!(
        cid.ask_refused(json!({"type": "text", "text": "Hello."}))
            .await,
        "no_session",
        "a session that was refused is not attached"
    );
    ana.say("Thank you.").await;
    ana.expect_where("transcription", |message| message["text"] == "Thank you.")
        .await;
    assert!(eve.settled().await.is_empty());
}

#[tokio::test]
async fn a_full_room_refuses_and_one_who_is_refused_stays_where_they_were() {
    let server = Server::with(&[("INTERPRES__ROOM__MAX_PARTICIPANTS", "2")]);
    let (ana, _) = in_room(&server, "Ana", "full").await;
    let (_berta, _) = in_room(&server, "Berta", "full").await;
    let (mut cid, _) = in_room(&server, "Cid", "hall").await;
    let (mut dan, _) = in_room(&server, "Dan", "hall").await;
    let enter = json!({"type": "join_room", "room_id": "full"});
    assert_eq!(cid.ask_refused(enter.clone()).await, "room_full");
    cid.say("I am still here.").await;
    assert_eq!(
        dan.expect("transcription").await["text"],
        "I am still here."
    );
    assert_eq!(cid.configure(json!({})).await["config"]["room_id"], "hall");

    let mut eve = server.connect().await;
    let create =
        json!({"type": "create_session", "session_id": "eve", "config": {"room_id": "full"}});
    assert_eq!(eve.ask_refused(create).await, "room_full");
    let mut ana = ana;
    ana.ask(json!({"type": "leave_room"})).await;
    assert_eq!(
        cid.ask(enter).await["type"],
        "room_joined",
        "there is a place now"
    );
}
