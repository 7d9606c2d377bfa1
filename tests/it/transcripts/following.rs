//! Following a transcript while it is made.

use serde_json::{Value, json};
use webvtt_parser::Vtt;

use super::{Conversation, transcript};
use crate::support::server::Server;

/// A transcript that is being followed.
struct Followed {
    answer: reqwest::Response,
    so_far: String,
}

impl Followed {
    async fn begin(server: &Server, query: &str) -> Self {
        let path = format!("/api/rooms/demo/transcript?follow=1&{query}");
        let request = server
            .request("GET", &path)
            .header("accept-encoding", "gzip, deflate, br");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Self {
            answer,
            so_far: String::new(),
        }
    }

    /// Reads until this has come.
    async fn until(&mut self, wanted: &str) {
        while !self.so_far.contains(wanted) {
            let come = self.come().await;
            assert!(come, "it ended before {wanted:?} came: {}", self.so_far);
        }
    }

    /// Reads to its end.
    async fn rest(mut self) -> String {
        while self.come().await {}
        self.so_far
    }

    async fn come(&mut self) -> bool {
        let patience = std::time::Duration::from_secs(30);
        let chunk = tokio::time::timeout(patience, self.answer.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("nothing more came after {}", self.so_far));
        match chunk.unwrap() {
            Some(chunk) => {
                self.so_far.push_str(std::str::from_utf8(&chunk).unwrap());
                true
            }
            None => false,
        }
    }
}

#[tokio::test]
async fn what_is_said_appears_as_it_is_said_and_ends_with_the_room() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Before.").await;
    let mut originals = Followed::begin(&server, "format=vtt").await;
    let mut spanish = Followed::begin(&server, "format=srt&lang=es").await;
    let mut lines = Followed::begin(&server, "format=json").await;
    let mut text = Followed::begin(&server, "format=txt").await;
    originals.until("<v Ana>Before.\n\n").await;

    // Each is there before the next is said.
    for (number, words) in ["One.", "Two.", "Three."].into_iter().enumerate() {
        let translation = people.ana_says(words).await;
        originals.until(&format!("<v Ana>{words}\n\n")).await;
        spanish.until(&format!("{}\n", number + 2)).await;
        spanish.until(&format!("Ana: {translation}\n\n")).await;
        lines.until(&format!("\"text\":\"{words}\"")).await;
        text.until(&format!("Ana: {words}\n")).await;
    }
    let closed = server.request("DELETE", "/api/rooms/demo").send().await;
    assert_eq!(closed.unwrap().status(), 204);

    let vtt = originals.rest().await;
    let cues = Vtt::parse(&vtt).unwrap().cues;
    let texts: Vec<&str> = cues.iter().map(|cue| cue.text).collect();
    assert_eq!(
        texts,
        [
            "<v Ana>Before.",
            "<v Ana>One.",
            "<v Ana>Two.",
            "<v Ana>Three."
        ]
    );
    let numbers: Vec<u64> = lines
        .rest()
        .await
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|message| message["seq"].as_u64())
        .collect();
    assert!(numbers.is_sorted(), "in order, each once: {numbers:?}");
    let after = transcript(&server, "demo", "format=json").await.body;
    let after: Value = serde_json::from_str(&after).unwrap();
    let entries = after["entries"].as_array().unwrap();
    let kept: Vec<u64> = entries
        .iter()
        .map(|entry| entry["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, kept[..numbers.len()], "nothing was left out");
    spanish.rest().await;
    text.rest().await;
}

#[tokio::test]
async fn a_room_is_not_kept_by_those_who_follow_it() {
    let server = Server::with(&[("INTERPRES__ROOM__EMPTY_AFTER", "100ms")]);
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    ana.say("Good bye.").await;
    ana.expect("transcription").await;
    let mut followed = Followed::begin(&server, "format=txt").await;
    followed.until("Ana: Good bye.\n").await;
    ana.ask(json!({"type": "leave_session"})).await;
    let text = followed.rest().await;
    assert!(text.ends_with("Ana: Good bye.\n"), "{text}");
    server
        .eventually("/api/rooms/demo", |answer| {
            answer["error"]["code"] == "room_not_found"
        })
        .await;
    // It can still be followed, to its end, which has come.
    let again = Followed::begin(&server, "format=txt").await;
    assert_eq!(again.rest().await, text);
}

#[tokio::test]
async fn a_server_that_stops_ends_what_is_followed() {
    let mut server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    people.ana_says("Good bye.").await;
    let mut followed = Followed::begin(&server, "format=json").await;
    followed.until("Good bye.").await;
    people.ana.say("These are my last words.").await;
    people.ana.settled().await;
    server.signal(rustix::process::Signal::TERM);
    let lines = followed.rest().await;
    assert!(lines.ends_with('\n'), "whole lines: {lines}");
    assert!(lines.contains("These are my last words."), "{lines}");
    assert_eq!(server.wait(std::time::Duration::from_secs(20)), Some(0));
}

#[tokio::test]
async fn a_follower_who_goes_is_forgotten() {
    let server = Server::start();
    let mut people = Conversation::begin(&server, "demo").await;
    for _ in 0..3 {
        let mut followed = Followed::begin(&server, "format=vtt").await;
        followed.until("WEBVTT").await;
    }
    let translation = people.ana_says("Still here.").await;
    assert!(!translation.is_empty());
}
