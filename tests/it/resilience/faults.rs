//! Actors that panic: what must survive survives, and nothing that is paid for stops.

use std::time::Duration;

use serde_json::{Value, json};

use super::{actors, is_final, is_partial, person, processes, say};
use crate::support::{
    client::{Client, Incoming},
    server::Server,
    speech::{recording, silence, speak, spoken},
};

fn server() -> Server {
    Server::with(&[
        ("INTERPRES__ADMIN__FAULT_INJECTION", "true"),
        ("LOG_LEVEL", "off"),
    ])
}

/// Makes the actor at this path panic.
async fn crash(server: &Server, path: &str) {
    let crashed = server
        .request("POST", &format!("/admin/actors/{path}/panic"))
        .send()
        .await
        .unwrap();
    assert_eq!(crashed.status(), 202, "{path}");
}

/// Waits until this actor has restarted this often and runs.
async fn restarted(server: &Server, path: &str, times: u64) -> Value {
    let page = format!("/admin/actors?path={path}");
    let row = |page: &Value| {
        let rows = page["actors"].as_array()?;
        rows.iter().find(|row| row["path"] == path).cloned()
    };
    let found = server
        .eventually(&page, |page| {
            row(page).is_some_and(|row| {
                row["restarts"].as_u64() >= Some(times) && row["state"] == "running"
            })
        })
        .await;
    row(&found).unwrap()
}

/// The one actor of this kind.
async fn only(server: &Server, kind: &str) -> String {
    let page = server.get(&format!("/admin/actors?kind={kind}")).await;
    let rows = page["actors"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{page}");
    rows[0]["path"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_room_that_panics_in_the_middle_of_a_sentence_stops_nothing_that_is_paid_for() {
    let server = server();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let sentence = spoken("We will discuss the new proposal on Monday morning after the meeting");
    let speaking = async {
        speak(&mut ana, &sentence).await;
        speak(&mut ana, &silence(Duration::from_secs(1))).await;
    };
    let crashing = async {
        let partial = berta.expect_where("transcription", is_partial).await;
        let before = processes(&server, "asr-worker");
        crash(&server, "rooms/demo").await;
        let row = restarted(&server, "rooms/demo", 1).await;
        assert_eq!(row["restarts"], 1, "{row}");
        assert!(
            row["last_failure"].as_str().unwrap().contains("panic"),
            "{row}"
        );
        assert!(!before.is_empty());
        for recognizer in before {
            assert!(recognizer.runs(), "the recognizer goes on: {recognizer:?}");
        }
        for child in actors(&server, "rooms/demo").await {
            assert!(
                child["path"] == "rooms/demo" || child["restarts"] == 0,
                "{child}"
            );
        }
        partial
    };
    let ((), partial) = tokio::join!(speaking, crashing);

    let said = berta.expect_where("transcription", is_final).await;
    assert_eq!(
        said["utterance_id"], partial["utterance_id"],
        "one sentence"
    );
    assert!(
        said["text"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("meeting"),
        "{said}"
    );
    let translation = berta.expect_where("translation", is_final).await;
    assert_eq!(translation["utterance_id"], partial["utterance_id"]);
    let after = berta.collect(Duration::from_millis(500)).await;
    let again = after.iter().any(|incoming| {
        matches!(incoming, Incoming::Message(message)
            if is_final(message))
    });
    assert!(!again, "finals come once: {after:?}");
}

#[tokio::test]
async fn a_source_that_panics_ends_its_sentence_and_hears_the_next() {
    let server = server();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let sentence = spoken("We will discuss the new proposal on Monday morning after the meeting");
    let speaking = async {
        speak(&mut ana, &sentence).await;
        speak(&mut ana, &silence(Duration::from_secs(1))).await;
    };
    let crashing = async {
        let partial = berta.expect_where("transcription", is_partial).await;
        let source = only(&server, "source").await;
        crash(&server, &source).await;
        restarted(&server, &source, 1).await;
        partial
    };
    let ((), partial) = tokio::join!(speaking, crashing);
    let said = berta.expect_where("transcription", is_final).await;
    assert_eq!(said["utterance_id"], partial["utterance_id"]);
    berta
        .expect_where("translation", |message| {
            is_final(message) && message["utterance_id"] == partial["utterance_id"]
        })
        .await;

    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    berta
        .expect_where("transcription", |message| {
            message["text"] == "Go forward ten meters."
        })
        .await;
    berta
        .expect_where("translation", |message| {
            is_final(message) && message["text"].as_str().unwrap().contains("metros")
        })
        .await;
}

#[tokio::test]
async fn a_socket_that_panics_closes_with_1011_and_its_client_recovers() {
    let server = server();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = server.connect().await;
    let session = berta
        .create_session(
            json!({"name": "Berta", "room_id": "demo", "speaks": "es", "hears": ["es"]}),
        )
        .await;
    let seq = session["seq"].as_u64().unwrap();
    crash(&server, &format!("sockets/{}", berta.connection_id)).await;
    assert_eq!(berta.closed().await.map(|(code, _)| code), Some(1011));

    say(&mut ana, "The house is white.").await;
    ana.expect("transcription").await;
    let mut again = server.connect().await;
    again
        .send(json!({
            "type": "recover_session", "session_id": session["session_id"],
            "resume_token": session["resume_token"], "last_seq": seq,
        }))
        .await;
    again.expect("session_recovered").await;
    let said = again.expect("transcription").await;
    assert_eq!(said["text"], "The house is white.");
    let translation = again.expect("translation").await;
    assert_eq!(translation["text"], "La casa es blanca.");
}

/// Writes a text that carries its number. A room or session that restarts may say that it is busy; then it is
/// written again, as a client does.
async fn write(ana: &mut Client, number: usize) {
    let text = format!("The house number {number} is white.");
    loop {
        let id = format!("say-{number}");
        ana.send(json!({"type": "text", "text": text, "id": id}))
            .await;
        let answered =
            |message: &Value| message["text"] == text.as_str() || message["code"] == "busy";
        let answer = loop {
            match ana.next().await {
                Incoming::Message(message) if answered(&message) => {
                    break message;
                }
                Incoming::Closed(reason) => panic!("closed: {reason:?}"),
                _ => {}
            }
        };
        if answer["type"] == "transcription" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn finals_come_once_and_in_order_while_everything_in_their_way_panics() {
    const ROUNDS: usize = 5;
    const TEXTS: usize = 40;
    let server = server();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    write(&mut ana, 0).await;
    let (source, invoker) = (
        only(&server, "source").await,
        only(&server, "invoker").await,
    );
    let mut victims = vec!["rooms/demo".to_owned(), source, invoker];
    for kind in ["session", "postbox"] {
        let page = server.get(&format!("/admin/actors?kind={kind}")).await;
        for row in page["actors"].as_array().unwrap() {
            victims.push(row["path"].as_str().unwrap().to_owned());
        }
    }
    let typing = async {
        for number in 1..TEXTS {
            write(&mut ana, number).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let crashing = async {
        for round in 1..=ROUNDS {
            for victim in &victims {
                crash(&server, victim).await;
            }
            for victim in &victims {
                restarted(&server, victim, round as u64).await;
            }
        }
    };
    tokio::join!(typing, crashing);
    let mut read = Vec::new();
    let mut last_seq = 0;
    while read.len() < TEXTS {
        let translation = berta.expect_where("translation", is_final).await;
        let seq = translation["seq"].as_u64().unwrap();
        assert!(seq > last_seq, "in order");
        last_seq = seq;
        read.push(translation["source_text"].as_str().unwrap().to_owned());
    }
    let said: Vec<String> = (0..TEXTS)
        .map(|number| format!("The house number {number} is white."))
        .collect();
    assert_eq!(read, said, "once and in order");
}

#[tokio::test]
async fn the_root_of_the_tree_panics_and_nothing_below_it_notices() {
    let server = server();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let page = server.get("/admin/actors?kind=room-observer").await;
    let root = page["actors"][0]["path"].as_str().unwrap().to_owned();
    crash(&server, &root).await;
    server
        .eventually("/admin/actors?kind=room-observer", |page| {
            page["actors"][0]["restarts"] == 1 && page["actors"][0]["state"] == "running"
        })
        .await;
    say(&mut ana, "The house is white.").await;
    let translation = berta.expect("translation").await;
    assert_eq!(translation["text"], "La casa es blanca.");
    let page = server.get("/admin/actors").await;
    for row in page["actors"].as_array().unwrap() {
        let times = u64::from(row["kind"] == "room-observer");
        assert_eq!(row["restarts"], times, "{row}");
    }
    person(&server, "Carla", "demo", "es", &["es"]).await;
}

#[tokio::test]
async fn faults_are_refused_where_they_are_not_allowed() {
    let server = Server::start();
    let refused = server
        .request("POST", "/admin/actors/rooms/demo/panic")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403);
}
