//! Clients that mean no good: the others do not notice.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;

use super::{person, say};
use crate::support::{client::Client, server::Server};

/// Somebody says something and somebody else reads it in their language: the server is well.
async fn is_well(ana: &mut Client, berta: &mut Client) {
    say(ana, "The house is white.").await;
    let translation = berta.expect("translation").await;
    assert_eq!(translation["text"], "La casa es blanca.");
}

/// Bytes without a meaning, always the same.
fn garbage(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    })
    .take(length)
    .collect()
}

/// Waits until the server has closed this connection, whatever it said before.
fn is_closed(mut stream: TcpStream) -> bool {
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            }
        }
    }
}

async fn nobody_is_left(server: &Server, sockets: u64) {
    server
        .eventually("/api/health", |health| {
            health["connections"]["active"] == sockets
        })
        .await;
    server
        .eventually("/admin/actors?kind=socket", |page| page["total"] == sockets)
        .await;
}

#[tokio::test]
async fn garbage_instead_of_a_handshake_or_after_it_ends_that_connection_alone() {
    let server = Server::with(&[("LOG_LEVEL", "off")]);
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let address = server.address();
    let upgrade = |extra: &str| {
        format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{extra}\r\n"
        )
        .into_bytes()
    };
    let key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let mut shaken = upgrade(key);
    shaken.extend(garbage(10_000));
    let attempts = [
        garbage(10_000),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET /ws HTTP/1.1\r\n\0\0\0\0\r\n\r\n".to_vec(),
        [b"GET / HTTP/1.1\r\nX: ".as_slice(), &vec![b'x'; 1 << 20]].concat(),
        shaken,
    ];
    for bytes in attempts {
        let mut stream = TcpStream::connect(address).unwrap();
        // It may be closed before all is written.
        let _ = stream.write_all(&bytes);
        let closed = tokio::task::spawn_blocking(move || is_closed(stream));
        assert!(closed.await.unwrap(), "{:?}", &bytes[..bytes.len().min(20)]);
        is_well(&mut ana, &mut berta).await;
    }
    // A handshake that is not one is answered, not upgraded.
    for headers in [
        "",
        "Sec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Version: 1\r\n",
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&upgrade(headers)).unwrap();
        let mut answer = [0; 10];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 4", "{headers}");
    }
    nobody_is_left(&server, 2).await;
}

#[tokio::test]
async fn thousands_that_connect_and_drop_leave_nothing_behind() {
    let server = Server::with(&[
        ("INTERPRES__SESSION__LINGER", "100ms"),
        ("INTERPRES__ROOM__EMPTY_AFTER", "100ms"),
    ]);
    let descriptors = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .count()
    };
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    is_well(&mut ana, &mut berta).await;
    let before = descriptors();
    for round in 0..20 {
        for _ in 0..100 {
            drop(TcpStream::connect(server.address()).unwrap());
        }
        let mut connected = Vec::new();
        for _ in 0..15 {
            let mut client = server.connect().await;
            client
                .create_session(
                    json!({"name": "Nobody", "room_id": format!("room-{round}"), "speaks": "en"}),
                )
                .await;
            connected.push(client);
        }
        drop(connected);
    }
    is_well(&mut ana, &mut berta).await;
    nobody_is_left(&server, 2).await;
    server
        .eventually("/admin/actors?path=rooms", |page| {
            let rows = page["actors"].as_array().unwrap();
            rows.iter().filter(|row| row["kind"] == "room").count() == 1
        })
        .await;
    for _ in 0..600 {
        if descriptors() <= before + 5 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} open files, {before} before", descriptors());
}

#[tokio::test]
async fn a_flood_of_text_and_audio_is_held_back_and_hurts_nobody_else() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let mut flooder = person(&server, "Mallory", "demo-2", "en", &["es"]).await;
    let flood = async {
        let noise = garbage(60_000);
        loop {
            flooder.send_audio(noise.clone()).await;
            for _ in 0..20 {
                if !flooder
                    .try_send(json!({"type": "text", "text": "The night is black."}))
                    .await
                {
                    return;
                }
            }
            // A client task that never pauses would starve the others in this test, not in the server.
            tokio::task::yield_now().await;
        }
    };
    let others = async {
        for _ in 0..30 {
            is_well(&mut ana, &mut berta).await;
        }
    };
    tokio::pin!(flood);
    tokio::pin!(others);
    let mut flooding = true;
    loop {
        tokio::select! {
            () = &mut others => break,
            () = &mut flood, if flooding => flooding = false,
        }
    }
    let page = server.get("/admin/actors").await;
    for row in page["actors"].as_array().unwrap() {
        assert_eq!(row["restarts"], 0, "{row}");
        assert!(
            row["mailbox_depth"].as_u64() <= row["mailbox_bound"].as_u64(),
            "{row}"
        );
    }
}

#[tokio::test]
async fn requests_that_never_end_are_ended_and_keep_nobody_out() {
    let server = Server::start();
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.write_all(b"GET /ws HTTP/1.1\r\nHost: ").unwrap();
            stream
        })
        .collect();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    is_well(&mut ana, &mut berta).await;
    let ended = tokio::task::spawn_blocking(move || {
        slow.into_iter().all(|mut stream| {
            // A byte now and then does not help.
            let _ = stream.write_all(b"x");
            is_closed(stream)
        })
    });
    assert!(ended.await.unwrap(), "they are closed");
    is_well(&mut ana, &mut berta).await;
}
