//! Erasure on request: complete, and nothing else is touched.

use serde_json::{Value, json};

use super::{Conversation, messages, texts, transcript};
use crate::support::{
    server::{Server, outcome},
    speech::{recording, speak},
};

async fn delete(server: &Server, path: &str) -> (u16, Value) {
    outcome(server.request("DELETE", path).send().await.unwrap()).await
}

#[tokio::test]
async fn a_session_is_erased_with_all_it_said_and_the_others_words_stay() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    let secret = people.ana_says("My secret.").await;
    let answer = people.luz_says("Adiós.").await;
    assert_eq!(
        delete(&server, "/api/sessions/ana?erase=true").await,
        (204, Value::Null)
    );
    let closed = people.ana.expect("session_closed").await;
    assert_eq!(closed["reason"], "closed");
    people.luz.expect("participant_left").await;

    let all = messages(&server, "demo", "").await;
    let document = json!(all).to_string();
    for gone in ["My secret.", secret.as_str(), "\"ana\"", "\"Ana\""] {
        assert!(!document.contains(gone), "{gone} is left in {document}");
    }
    assert!(document.contains("Adiós.") && document.contains(&answer));
    let room = server.get("/api/rooms/demo").await.to_string();
    assert!(!room.contains("\"ana\""), "{room}");
    // Whoever recovers is told only what may be told.
    people.luz.settled().await;
    let recovered = people
        .luz
        .ask(json!({"type": "recover_session", "session_id": "luz", "last_seq": 0}))
        .await;
    let replayed = json!(people.luz.settled().await).to_string();
    assert!(!replayed.contains("secret"), "{recovered} {replayed}");
    assert_eq!(
        delete(&server, "/api/sessions/ana").await.0,
        404,
        "it has gone"
    );
    // Its row is gone already; what it said may still be asked to be erased.
    assert_eq!(delete(&server, "/api/sessions/ana?erase=true").await.0, 204);
}

#[tokio::test]
async fn what_is_being_said_while_it_is_erased_is_erased_too() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.luz_says("Hola.").await;
    for number in 0..20 {
        people.ana.say(&format!("Secret number {number}.")).await;
    }
    // Handled up to here; interpreted perhaps not.
    people.ana.settled().await;
    assert_eq!(delete(&server, "/api/sessions/ana?erase=true").await.0, 204);
    // Whatever came out late would stand before this.
    people.luz.say("Adiós.").await;
    people
        .luz
        .expect_where("transcription", |caption| caption["text"] == "Adiós.")
        .await;
    assert_eq!(texts(&server, "demo", "lang=es").await, ["Hola.", "Adiós."]);
    let all = json!(messages(&server, "demo", "").await).to_string();
    assert!(!all.contains("\"ana\"") && !all.contains("ecret"), "{all}");
}

#[tokio::test]
async fn who_is_erased_in_the_middle_of_a_sentence_leaves_nothing_of_it() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    // No silence after it: the sentence goes on.
    speak(&mut people.ana, &recording("goforward.raw")).await;
    people
        .luz
        .expect_where("transcription", |caption| caption["final"] == false)
        .await;
    assert_eq!(delete(&server, "/api/sessions/ana?erase=true").await.0, 204);
    let after = messages(&server, "demo", "").await;
    let comings: Vec<&Value> = after.iter().map(|message| &message["type"]).collect();
    assert_eq!(comings, ["participant_joined"], "Luz's own: {after:?}");
    let room = server.get("/api/rooms/demo").await;
    assert_eq!(room["sources"], json!([]));
    assert_eq!(room["invokers"], json!([]), "nobody works on it any more");
}

/// Everything that stands in the files of a folder.
fn bytes_below(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(bytes_below(&path));
        } else {
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    bytes
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

#[tokio::test]
async fn nothing_of_what_was_erased_is_left_in_the_files() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("The rhinoceros knows.").await;
    people.ana_says("The rhinoceros remembers.").await;
    people.luz_says("Una mariposa.").await;
    assert!(holds(&bytes_below(&server.data()), "rhinoceros knows"));
    assert_eq!(delete(&server, "/api/sessions/ana?erase=true").await.0, 204);
    let left = bytes_below(&server.data());
    assert!(
        !holds(&left, "rhinoceros"),
        "left after the session's erasure"
    );
    assert!(holds(&left, "Una mariposa."), "the others' words stay");
    assert_eq!(delete(&server, "/api/rooms/demo?erase=true").await.0, 204);
    let left = bytes_below(&server.data());
    assert!(!holds(&left, "mariposa"), "left after the room's erasure");
}

#[tokio::test]
async fn a_room_is_erased_running_or_not() {
    let server = Server::start();
    for running in [true, false] {
        let mut people = Conversation::begin(&server, "demo").await;
        people.ana_says("My secret.").await;
        if !running {
            assert_eq!(delete(&server, "/api/rooms/demo").await.0, 204);
            assert_eq!(texts(&server, "demo", "lang=en").await, ["My secret."]);
        }
        assert_eq!(delete(&server, "/api/rooms/demo?erase=true").await.0, 204);
        assert_eq!(messages(&server, "demo", "").await, [Value::Null; 0]);
        for (format, empty) in [("srt", ""), ("txt", "Room demo\n")] {
            let left = transcript(&server, "demo", &format!("format={format}")).await;
            assert_eq!(left.body, empty);
        }
        assert_eq!(
            delete(&server, "/api/rooms/demo").await.0,
            404,
            "none is running"
        );
    }
    assert_eq!(delete(&server, "/api/rooms/nobody?erase=true").await.0, 404);
    // Numbers are never given twice.
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Anew.").await;
    let first = messages(&server, "demo", "").await[0]["seq"].as_u64();
    assert!(first.unwrap() > 3, "{first:?}");
}

#[tokio::test]
async fn orders_are_audited() {
    let server = Server::with(&[("INTERPRES__ADMIN__FAULT_INJECTION", "true")]);
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Hello.").await;
    let message = json!({"message": "Welcome."});
    server.post("/api/rooms/demo/announce", &message).await;
    server.post("/api/broadcast", &message).await;
    server
        .post("/admin/actors/rooms/demo/panic", &Value::Null)
        .await;
    delete(&server, "/api/sessions/luz").await;
    delete(&server, "/api/sessions/ana?erase=true").await;
    delete(&server, "/api/rooms/demo").await;
    delete(&server, "/api/rooms/demo?erase=1").await;
    delete(&server, "/api/rooms/demo?erase=true").await;
    delete(&server, "/api/rooms/demo").await;
    let expected = [
        ("room.close", "demo", "room_not_found"),
        ("room.erase", "demo", "done"),
        ("room.close", "demo", "done"),
        ("session.erase", "ana", "done"),
        ("session.delete", "luz", "done"),
        ("actor.panic", "rooms/demo", "done"),
        ("broadcast", "*", "done"),
        ("room.announce", "demo", "done"),
    ];
    let trail = server
        .eventually("/admin/audit", |trail| {
            trail["records"].as_array().map(Vec::len) == Some(expected.len())
        })
        .await;
    for (record, (action, target, outcome)) in
        trail["records"].as_array().unwrap().iter().zip(expected)
    {
        assert_eq!(
            (&record["action"], &record["target"], &record["outcome"]),
            (&json!(action), &json!(target), &json!(outcome))
        );
        assert_eq!(record["role"], "admin");
        assert!(record["at"].as_str().unwrap().ends_with('Z'));
    }
    let newest = server.get("/admin/audit?limit=1").await;
    assert_eq!(newest["records"].as_array().unwrap().len(), 1);
    assert_eq!(newest["records"][0]["outcome"], "room_not_found");
}
