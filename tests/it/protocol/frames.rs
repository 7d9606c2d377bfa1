//! Frames: how large, in how many pieces, and of what they may be.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{client::Client, server::Server};

/// Sends a message in pieces, the last of them marked so.
async fn send_in_pieces(client: &mut Client, kind: Data, whole: &[u8], size: usize) {
    let count = whole.chunks(size).count();
    for (index, piece) in whole.chunks(size).enumerate() {
        let code = if index == 0 { kind } else { Data::Continue };
        let last = index + 1 == count;
        let frame = Frame::message(piece.to_vec(), OpCode::Data(code), last);
        client.send_frame(Message::Frame(frame)).await;
    }
}

#[tokio::test]
async fn audio_without_a_session_is_refused_at_most_once_a_second() {
    let server = Server::start();
    let mut client = server.connect().await;
    for _ in 0..200 {
        client.send_audio(vec![0; 640]).await;
    }
    let told = client.settled().await;
    let errors = told
        .iter()
        .filter(|message| message["code"] == "no_session")
        .count();
    assert_eq!(errors, told.len(), "{told:?}");
    // Sent in one burst, so that a machine which needs seconds for it is the only one to be told twice.
    assert!((1..20).contains(&errors), "{errors} errors for 200 frames");
}

#[tokio::test]
async fn a_binary_frame_beyond_64_kib_is_refused_and_the_connection_stays() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.create_session(json!({"speaks": "en"})).await;
    client.send_audio(vec![0; 64 * 1024]).await;
    assert_eq!(client.settled().await.len(), 0, "the largest is taken");
    client.send_audio(vec![0; 64 * 1024 + 1]).await;
    client.expect_error("frame_too_big").await;
    send_in_pieces(&mut client, Data::Binary, &vec![0; 65 * 1024], 10_000).await;
    client.expect_error("frame_too_big").await;
    assert_eq!(client.ask(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn a_message_beyond_the_limit_closes_the_connection() {
    let server = Server::with(&[("INTERPRES__WEBSOCKET__MAX_MESSAGE", "64KiB")]);
    let mut client = server.connect().await;
    let around = json!({"type": "test_message", "pad": ""}).to_string().len();
    let of_size =
        |size: usize| json!({"type": "test_message", "pad": "x".repeat(size - around)}).to_string();
    client.send_raw(&of_size(64 * 1024)).await;
    client.expect("test_message").await;

    client
        .send_frame(Message::text(of_size(64 * 1024 + 1)))
        .await;
    assert_eq!(client.closed().await.map(|(code, _)| code), Some(1009));

    let mut client = server.connect().await;
    send_in_pieces(&mut client, Data::Text, of_size(70_000).as_bytes(), 9_000).await;
    assert_eq!(client.closed().await.map(|(code, _)| code), Some(1009));

    let mut client = server.connect().await;
    send_in_pieces(&mut client, Data::Binary, &vec![0; 70_000], 9_000).await;
    assert_eq!(client.closed().await.map(|(code, _)| code), Some(1009));
}

#[tokio::test]
async fn a_message_in_pieces_is_one_message_and_a_ping_may_come_between() {
    let server = Server::start();
    let mut client = server.connect().await;
    let message = json!({"type": "test_message", "text": "¿Dónde está la estación? \u{1F600}"});
    // Of single bytes, so that letters of several bytes are torn.
    send_in_pieces(&mut client, Data::Text, message.to_string().as_bytes(), 1).await;
    assert_eq!(client.expect("test_message").await, message);

    let text = message.to_string();
    let (head, tail) = text.as_bytes().split_at(20);
    let piece = |bytes: &[u8], code, last| {
        Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(code), last))
    };
    client.send_frame(piece(head, Data::Text, false)).await;
    let ping = Frame::ping(b"there?".to_vec());
    client.send_frame(Message::Frame(ping)).await;
    client.send_frame(piece(tail, Data::Continue, true)).await;
    assert_eq!(client.expect("test_message").await, message);

    client.create_session(json!({"speaks": "en"})).await;
    send_in_pieces(&mut client, Data::Binary, &[0; 1_281], 100).await;
    assert_eq!(client.settled().await.len(), 0, "audio in pieces is audio");
}

#[tokio::test]
async fn text_that_is_not_utf_8_closes_the_connection_in_one_piece_or_several() {
    let server = Server::start();
    let torn = b"{\"type\":\"ping\",\"id\":\"\xff\xfe\"}";
    for size in [torn.len(), 5] {
        let mut client = server.connect().await;
        send_in_pieces(&mut client, Data::Text, torn, size).await;
        let closed = client.closed().await;
        assert_eq!(
            closed.map(|(code, _)| code),
            Some(1007),
            "in pieces of {size}"
        );
    }
    let mut other = server.connect().await;
    assert_eq!(other.ask(json!({"type": "ping"})).await["type"], "pong");
}
