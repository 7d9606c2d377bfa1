//! The end of the server, asked for or not: clients are told, and no process is left behind.

use std::time::Duration;

use rustix::process::Signal;

use super::{is_partial, person, processes, say};
use crate::support::{
    client::Client,
    processes::Process,
    server::Server,
    speech::{speak, spoken},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A server on which somebody speaks and is interpreted, in the middle of a sentence, with all its child processes.
async fn in_the_middle(server: &Server) -> (Vec<Client>, Vec<Process>) {
    let mut ana = person(server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(server, "Berta", "demo", "es", &["es"]).await;
    let mut chloe = person(server, "Chloe", "demo", "fr", &["fr"]).await;
    say(&mut ana, "The house is white.").await;
    for reader in [&mut berta, &mut chloe] {
        reader.expect("audio_start").await;
    }
    let sentence = spoken("We will discuss the new proposal on Monday morning after the meeting");
    tokio::select! {
        () = speak(&mut ana, &sentence) => {}
        _ = berta.expect_where("transcription", is_partial) => {}
    }
    assert!(!processes(server, "asr-worker").is_empty());
    let children = server.processes();
    (vec![ana, berta, chloe], children)
}

async fn gone(children: &[Process], left: impl Fn(&Process) -> bool) {
    for _ in 0..600 {
        if !children.iter().any(&left) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let remaining: Vec<_> = children.iter().filter(|child| left(child)).collect();
    panic!("left behind: {remaining:?}");
}

#[tokio::test]
async fn sigterm_in_the_middle_of_a_sentence_tells_everybody_and_leaves_nothing() {
    let mut server = Server::start();
    let (clients, children) = in_the_middle(&server).await;
    let idle = server.connect().await;
    server.signal(Signal::TERM);
    for mut client in clients.into_iter().chain([idle]) {
        assert_eq!(client.closed().await.map(|(code, _)| code), Some(1012));
    }
    assert_eq!(server.wait(PATIENCE), Some(0));
    // Not even as zombies.
    gone(&children, Process::is_there).await;
}

#[tokio::test]
async fn clients_that_do_not_read_or_answer_do_not_hold_up_the_end() {
    let mut server = Server::with(&[("INTERPRES__SERVER__SHUTDOWN_DEADLINE", "5s")]);
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let silent = person(&server, "Nobody", "demo", "en", &["en"]).await;
    silent.narrow();
    for _ in 0..60 {
        say(&mut ana, &"x".repeat(9_000)).await;
        ana.expect("transcription").await;
    }
    let half_a_request = std::net::TcpStream::connect(server.address()).unwrap();
    std::io::Write::write_all(&mut &half_a_request, b"GET /api/rooms HTTP/1.1\r\nHost: ").unwrap();
    server.signal(Signal::TERM);
    assert_eq!(ana.closed().await.map(|(code, _)| code), Some(1012));
    assert_eq!(server.wait(PATIENCE), Some(0));
    drop((silent, half_a_request));
}

#[tokio::test]
async fn children_of_a_server_that_was_killed_end_by_themselves() {
    let mut server = Server::start();
    let (clients, children) = in_the_middle(&server).await;
    server.signal(Signal::KILL);
    assert_eq!(server.wait(PATIENCE), None, "ended by a signal");
    drop(clients);
    // Who reaps them is now the system's matter, and not every process 1 does.
    gone(&children, Process::runs).await;
}

#[tokio::test]
async fn when_everybody_has_gone_only_what_is_shared_stays() {
    let server = Server::with(&[
        ("INTERPRES__SESSION__LINGER", "100ms"),
        ("INTERPRES__ROOM__EMPTY_AFTER", "200ms"),
        ("INTERPRES__ENGINES__LOCAL__PIPELINE_IDLE_AFTER", "1s"),
    ]);
    let (clients, children) = in_the_middle(&server).await;
    let talker = children
        .iter()
        .find(|child| child.command.contains("asr-worker"))
        .unwrap();
    drop(clients);
    server
        .eventually("/admin/actors", |page| {
            let rows = page["actors"].as_array().unwrap();
            !rows.iter().any(|row| {
                let kind = row["kind"].as_str().unwrap();
                [
                    "room", "source", "invoker", "session", "socket", "espeak", "apertium",
                ]
                .contains(&kind)
            })
        })
        .await;
    server
        .eventually("/api/engines", |page| {
            page["engines"]
                .as_array()
                .unwrap()
                .iter()
                .all(|engine| engine["talkers"] == 0)
        })
        .await;
    gone(std::slice::from_ref(talker), Process::is_there).await;
    for _ in 0..600 {
        if server.processes().len() <= 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left = server.processes();
    assert!(
        left.iter()
            .all(|process| process.command.contains("asr-worker"))
            && left.len() <= 1,
        "one recognizer waits for the next talker, and nothing else: {left:?}"
    );
}
