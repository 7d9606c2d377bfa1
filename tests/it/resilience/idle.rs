//! Ends by idleness: what nobody reads, hears, or says anything to goes, and comes back when it is wanted again.

use std::time::Duration;

use serde_json::{Value, json};

use super::{actors, is_final, listed, person, processes, say};
use crate::support::{
    server::{Server, local_engine},
    speech::{recording, silence, speak},
};

fn kinds(rows: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<_> = rows
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn an_invoker_ends_when_nobody_follows_it_and_the_source_goes_on() {
    let server = Server::with(&[("INTERPRES__INVOKER__IDLE_AFTER", "200ms")]);
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    say(&mut ana, "The house is white.").await;
    berta.expect("translation").await;
    let room = server.get("/api/rooms/demo").await;
    assert_eq!(listed(&room, "invokers", "language"), ["es"]);

    berta
        .send(json!({"type": "configure", "config": {"hears": ["en"]}}))
        .await;
    berta.expect("session_configured").await;
    let room = server
        .eventually("/api/rooms/demo", |room| {
            listed(room, "invokers", "language").is_empty()
        })
        .await;
    assert_eq!(listed(&room, "sources", "language"), ["en"]);
    assert_eq!(
        kinds(&actors(&server, "rooms/demo").await),
        ["room", "source"]
    );

    // It comes back for who asks again.
    berta
        .send(json!({"type": "configure", "config": {"hears": ["es"]}}))
        .await;
    ana.expect_where("participant_updated", |message| {
        message["participant"]["hears"] == json!(["es"])
    })
    .await;
    say(&mut ana, "The night is black.").await;
    let translation = berta
        .expect_where("translation", |message| {
            message["source_text"] == "The night is black."
        })
        .await;
    assert_eq!(translation["text"], "La noche es negra.");
}

#[tokio::test]
async fn a_source_ends_when_nobody_reads_and_then_the_session_and_the_room() {
    let server = Server::with(&[
        ("INTERPRES__SOURCE__IDLE_AFTER", "200ms"),
        ("INTERPRES__SESSION__LINGER", "3s"),
        ("INTERPRES__ROOM__EMPTY_AFTER", "200ms"),
    ]);
    let mut ana = server.connect().await;
    let session = ana
        .create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    let id = session["session_id"].as_str().unwrap();
    say(&mut ana, "The house is white.").await;
    ana.expect("transcription").await;
    assert_eq!(
        kinds(&actors(&server, "rooms/demo").await),
        ["room", "source"]
    );
    ana.drop_connection();

    // Her session lingers in the room, but nobody reads what she says.
    let room = server
        .eventually("/api/rooms/demo", |room| room["sources"] == json!([]))
        .await;
    assert_eq!(room["participants"].as_array().unwrap().len(), 1, "{room}");
    assert_eq!(room["sockets"], 0, "{room}");
    assert_eq!(
        kinds(&actors(&server, &format!("sessions/{id}")).await),
        ["session"]
    );

    // Then the session's actor goes, and with its last participant the room.
    for path in [format!("sessions/{id}"), "rooms/demo".to_owned()] {
        server
            .eventually(&format!("/admin/actors?path={path}"), |page| {
                page["total"] == 0
            })
            .await;
    }
    let gone = server
        .request("GET", "/api/rooms/demo")
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), 404);

    // What was said is still there for who comes back.
    let mut again = server.connect().await;
    again
        .send(json!({
            "type": "recover_session", "session_id": id,
            "resume_token": session["resume_token"], "last_seq": 0,
        }))
        .await;
    again.expect("session_recovered").await;
    let said = again.expect("transcription").await;
    assert_eq!(said["text"], "The house is white.");
}

#[tokio::test]
async fn a_room_that_was_made_and_never_used_goes() {
    let server = Server::with(&[("INTERPRES__ROOM__UNUSED_AFTER", "200ms")]);
    let made = server
        .request("POST", "/api/rooms")
        .json(&json!({"room_id": "standup"}))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 201);
    server
        .eventually("/admin/actors?path=rooms", |page| page["total"] == 0)
        .await;
}

#[tokio::test]
async fn a_recognizer_is_released_in_silence_and_back_with_the_next_word() {
    let server = Server::with(&[("INTERPRES__SOURCE__RELEASE_AFTER", "300ms")]);
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let talkers = |page: &Value| local_engine(page)["talkers"].clone();
    for round in 0..2 {
        let (speech, pause) = (recording("goforward.raw"), silence(Duration::from_secs(1)));
        let speaking = async {
            speak(&mut ana, &speech).await;
            speak(&mut ana, &pause).await;
        };
        let listening = async {
            server
                .eventually("/api/engines", |page| talkers(page) == 1)
                .await;
            server
                .eventually("/api/rooms/demo", |room| {
                    room["sources"][0]["state"] == "hearing"
                })
                .await;
            // One works, and one may wait for the next talker.
            processes(&server, "asr-worker")
        };
        let ((), working) = tokio::join!(speaking, listening);
        let said = ana.expect_where("transcription", is_final).await;
        assert_eq!(
            said["text"], "Go forward ten meters.",
            "the whole of it in round {round}"
        );

        let room = server
            .eventually("/api/rooms/demo", |room| {
                room["sources"][0]["state"] == "resting"
            })
            .await;
        assert_eq!(
            listed(&room, "sources", "language"),
            ["en"],
            "the Source stays"
        );
        server
            .eventually("/api/engines", |page| talkers(page) == 0)
            .await;
        for _ in 0..600 {
            if processes(&server, "asr-worker").len() <= 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let left = processes(&server, "asr-worker");
        assert!(
            left.len() <= 1,
            "at most one waits for the next talker: {left:?}"
        );
        assert!(!working.is_empty());
        assert!(
            working.iter().any(|process| !process.is_there()),
            "the one that heard her has gone: {working:?}"
        );
    }
}

#[tokio::test]
async fn a_session_that_says_nothing_is_warned_and_ended() {
    let server = Server::with(&[("SESSION_TIMEOUT", "1s")]);
    let mut ana = server.connect().await;
    let session = ana
        .create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    let expiring = ana.expect("session_expiring").await;
    assert_eq!(expiring["reason"], "idle");
    let closed = ana.expect("session_closed").await;
    assert_eq!(closed["reason"], "idle");
    assert_eq!(ana.closed().await.map(|(code, _)| code), Some(1001));
    let mut again = server.connect().await;
    again
        .send(
            json!({"type": "recover_session", "session_id": session["session_id"],
            "resume_token": session["resume_token"]}),
        )
        .await;
    let refused = again.expect("error").await;
    assert_eq!(refused["code"], "session_not_found");
}
