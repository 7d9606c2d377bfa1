//! Peers that do not read: the others are served, what waits is bounded, and our own clock ends the connection.

use std::time::Duration;

use serde_json::{Value, json};

use super::{is_final, person, say};
use crate::support::{
    client::{Client, Incoming},
    processes::resident_bytes,
    server::Server,
    speech::{recording, silence, speak},
};

/// A writer may write as fast as the reader reads: what is looked at here is who does not.
const FAST: [(&str, &str); 2] = [
    ("INTERPRES__WEBSOCKET__MESSAGE_RATE", "100000"),
    ("INTERPRES__WEBSOCKET__BYTE_RATE", "256MiB"),
];

/// The longest text there may be, so that few of them are a flood.
fn long_text(number: usize) -> String {
    format!("{number:05} {}", "x".repeat(9_990))
}

/// Says `count` long texts, each read by the reader before the next is said.
async fn flood(writer: &mut Client, reader: &mut Client, count: usize) {
    for number in 0..count {
        let text = long_text(number);
        say(writer, &text).await;
        let read = reader.expect("transcription").await;
        assert_eq!(read["text"], text, "in order");
        writer.expect("transcription").await;
    }
}

/// Whether the kernel holds a connection between the server and this end, from the server's side.
fn kernel_holds(server: &Server, client_port: u16) -> bool {
    let server_port: u16 = server
        .address()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let (local, remote) = (format!(":{server_port:04X}"), format!(":{client_port:04X}"));
    std::fs::read_to_string("/proc/net/tcp")
        .unwrap()
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .any(|(ours, theirs)| ours.ends_with(&local) && theirs.ends_with(&remote))
}

fn has_actor(page: &Value, path: &str) -> bool {
    let rows = page["actors"].as_array().unwrap();
    rows.iter().any(|row| row["path"] == path)
}

#[tokio::test]
async fn our_clock_ends_a_connection_whose_peer_takes_nothing() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__STALL_TIMEOUT", "1s"),
        ("INTERPRES__SERVER__TCP_USER_TIMEOUT", "4s"),
    ]);
    let mut writer = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut reader = person(&server, "Berta", "demo", "en", &["en"]).await;
    let mut operator = server.connect().await;
    operator
        .send(json!({"type": "subscribe", "topic": "actors"}))
        .await;
    operator.expect("subscribed").await;
    let stalled = person(&server, "Carlos", "demo", "en", &["en"]).await;
    stalled.narrow();
    let (port, path) = (
        stalled.local().port(),
        format!("sockets/{}", stalled.connection_id),
    );
    assert!(kernel_holds(&server, port), "the check sees connections");

    // Less than its queue holds, so that only the clock can end it.
    flood(&mut writer, &mut reader, 80).await;
    let ended = operator
        .expect_where("event", |message| message["event"]["path"] == path)
        .await;
    let reason = ended["event"]["reason"].to_string();
    assert!(reason.contains("peer does not read"), "{reason}");

    for _ in 0..600 {
        if !kernel_holds(&server, port) {
            break;
        }
        // The others are served all the while.
        flood(&mut writer, &mut reader, 1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!kernel_holds(&server, port), "the kernel still holds it");
    let page = server.get("/admin/actors?kind=socket").await;
    assert!(!has_actor(&page, &path), "{page}");
    drop(stalled);
}

#[tokio::test]
async fn a_peer_that_is_too_slow_for_the_finals_is_told_and_recovers_every_one() {
    const FLOOD: usize = 300;
    let [messages, bytes] = FAST;
    let server = Server::with(&[
        messages,
        bytes,
        ("INTERPRES__WEBSOCKET__OUTBOX_BYTES", "256KiB"),
    ]);
    let mut writer = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut reader = person(&server, "Berta", "demo", "en", &["en"]).await;
    let mut slow = server.connect().await;
    slow.narrow();
    let session = slow
        .create_session(
            json!({"name": "Carlos", "room_id": "demo", "speaks": "en", "hears": ["en"]}),
        )
        .await;
    flood(&mut writer, &mut reader, FLOOD).await;

    let mut texts = Vec::new();
    let mut last_seq = session["seq"].as_u64().unwrap();
    let reason = loop {
        match slow.next().await {
            Incoming::Message(message) if message["type"] == "transcription" => {
                last_seq = message["seq"].as_u64().unwrap();
                texts.push(message["text"].clone());
            }
            Incoming::Closed(reason) => break reason,
            Incoming::Message(_) | Incoming::Audio(_) => {}
        }
    };
    assert!(texts.len() < FLOOD, "the flood was too much for it");
    let code = reason.map(|(code, _)| code);
    assert_eq!(code, Some(1013), "told that it is too slow");

    let mut again = server.connect().await;
    again
        .send(json!({
            "type": "recover_session", "session_id": session["session_id"],
            "resume_token": session["resume_token"], "last_seq": last_seq,
        }))
        .await;
    let recovered = again.expect("session_recovered").await;
    assert_eq!(recovered["gap"], false);
    assert_eq!(recovered["missed"], FLOOD - texts.len());
    while texts.len() < FLOOD {
        texts.push(again.expect("transcription").await["text"].clone());
    }
    let said: Vec<Value> = (0..FLOOD).map(|number| long_text(number).into()).collect();
    assert!(texts == said, "every final, once and in order");
}

#[tokio::test]
async fn memory_stays_within_bounds_whatever_waits() {
    const STALLED: usize = 20;
    let [messages, bytes] = FAST;
    let server = Server::with(&[
        messages,
        bytes,
        ("INTERPRES__WEBSOCKET__OUTBOX_BYTES", "256KiB"),
        ("INTERPRES__ROOM__LOG_ENTRIES", "100"),
    ]);
    let mut writer = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut reader = person(&server, "Berta", "demo", "en", &["en"]).await;
    flood(&mut writer, &mut reader, 200).await;
    let mut stalled = Vec::new();
    for _ in 0..STALLED {
        let peer = person(&server, "Nobody", "demo", "en", &["en"]).await;
        peer.narrow();
        stalled.push(peer);
    }
    let before = resident_bytes(server.pid());
    let count = 2_000;
    flood(&mut writer, &mut reader, count).await;
    let after = resident_bytes(server.pid());
    let flooded = (count * long_text(0).len()) as u64;
    let grown = after.saturating_sub(before);
    assert!(
        grown < flooded,
        "{grown} bytes more after {flooded} bytes for each of {STALLED} peers that do not read"
    );
}

#[tokio::test]
async fn audio_gives_way_oldest_first_and_is_counted_and_no_final_is_lost() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__OUTBOX_BYTES", "512KiB"),
        ("INTERPRES__WEBSOCKET__STALL_TIMEOUT", "5m"),
    ]);
    let mut berta = server.connect().await;
    berta.narrow();
    berta
        .create_session(json!({
            "name": "Berta", "room_id": "demo", "speaks": "es", "hears": ["es"], "speech": true,
            "audio": {"encoding": "pcm_s16le", "sample_rate": 48_000},
        }))
        .await;
    // What the kernel takes for her is filled with what has no translation and no sound.
    let mut emma = person(&server, "Emma", "demo", "es", &["es"]).await;
    for number in 0..45 {
        say(&mut emma, &long_text(number)).await;
        emma.expect("transcription").await;
    }
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    for _ in 0..2 {
        speak(&mut ana, &recording("goforward.raw")).await;
        speak(&mut ana, &silence(Duration::from_millis(700))).await;
        ana.expect_where("transcription", |message| {
            is_final(message) && message["speaker"]["name"] == "Ana"
        })
        .await;
        emma.expect("audio_stop").await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;

    let mut finals = 0;
    let mut partials = 0;
    let mut stops = 0;
    let mut frames = 0;
    while stops < 2 {
        match berta.next().await {
            Incoming::Message(message) => match message["type"].as_str().unwrap() {
                "translation" if is_final(&message) => finals += 1,
                "translation" => partials += 1,
                "audio_stop" => stops += 1,
                _ => {}
            },
            Incoming::Audio(_) => frames += 1,
            Incoming::Closed(reason) => panic!("she was not too slow: {reason:?}"),
        }
    }
    assert_eq!(finals, 2, "both translations came");
    assert_eq!(partials, 0, "a final takes the place of its partials");
    let dropped = |metrics: &str| {
        let name = "interpres_audio_frames_discarded_total ";
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.parse::<f64>().ok()).unwrap()
    };
    let mut counted = 0.0;
    for _ in 0..600 {
        let metrics = server.request("GET", "/metrics").send().await.unwrap();
        counted = dropped(&metrics.text().await.unwrap());
        if counted > 0.0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        counted > 0.0,
        "what was dropped is counted; {frames} frames came"
    );
}
