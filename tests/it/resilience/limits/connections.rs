//! How many may connect: in total, from one address, and as many as there are files for.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::times_met;
use crate::support::{client::Client, server::Server};

/// The close frame of a connection that is refused.
async fn refused(server: &Server) -> Option<(u16, String)> {
    let mut client = server.upgrade("/ws", &[]).await.unwrap();
    client.closed().await
}

fn policy(reason: &str) -> Option<(u16, String)> {
    Some((1008, reason.to_owned()))
}

async fn connect_some(server: &Server, count: usize) -> Vec<Client> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(server.connect().await);
    }
    clients
}

/// A connection from another address of this machine, and the first message that came over it.
async fn greeted_from(
    address: &str,
    server: &Server,
) -> (WebSocketStream<tokio::net::TcpStream>, Message) {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("{address}:0").parse().unwrap())
        .unwrap();
    let stream = socket
        .connect(server.address().parse().unwrap())
        .await
        .unwrap();
    let url = format!("ws://{}/ws", server.address());
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let first = socket.next().await.unwrap().unwrap();
    (socket, first)
}

#[tokio::test]
async fn the_connection_beyond_all_is_told_that_there_are_too_many() {
    let server = Server::with(&[("WEBSOCKET_MAX_CONNECTIONS", "2")]);
    let mut clients = connect_some(&server, 2).await;
    for _ in 0..3 {
        assert_eq!(refused(&server).await, policy("too many connections"));
    }
    assert_eq!(times_met(&server, "connections").await, 3);
    for client in &mut clients {
        assert_eq!(client.ask(json!({"type": "ping"})).await["type"], "pong");
    }
    clients.pop();
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 1)
        .await;
    connect_some(&server, 1).await;
}

#[tokio::test]
async fn the_connection_beyond_those_of_one_address_is_told_so_and_other_addresses_are_not() {
    let server = Server::with(&[
        ("INTERPRES__SERVER__MAX_CONNECTIONS_PER_ADDRESS", "2"),
        ("INTERPRES__SERVER__LIMIT_LOOPBACK", "true"),
    ]);
    let mut clients = connect_some(&server, 2).await;
    assert_eq!(
        refused(&server).await,
        policy("too many connections from your address")
    );
    assert_eq!(times_met(&server, "connections_per_address").await, 1);
    let (_other, greeting) = greeted_from("127.0.0.2", &server).await;
    assert!(
        matches!(&greeting, Message::Text(text) if text.contains("connected")),
        "{greeting:?}"
    );

    clients.pop();
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 2)
        .await;
    connect_some(&server, 1).await;
}

#[tokio::test]
async fn this_machine_itself_is_not_limited_by_address() {
    let server = Server::with(&[("INTERPRES__SERVER__MAX_CONNECTIONS_PER_ADDRESS", "1")]);
    connect_some(&server, 5).await;
    assert_eq!(times_met(&server, "connections_per_address").await, 0);
}

#[tokio::test]
async fn where_files_are_few_the_limit_is_lower_and_the_log_and_readyz_say_what_to_do() {
    let server = Server::with_files(3_000, &[("INTERPRES__LOG__FORMAT", "json")]);
    let ready = server.get("/readyz").await;
    assert_eq!(ready["status"], "ready", "{ready}");
    let warning = &ready["warnings"][0];
    let what = warning["what"].as_str().unwrap();
    assert!(
        what.contains("3000 files") && what.contains("1000") && what.contains("10000"),
        "{what}"
    );
    let remedy = warning["remedy"].as_str().unwrap();
    assert!(remedy.contains("ulimit -n 12000"), "{remedy}");
    let logged = server.log();
    let warned = logged
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .any(|event| event["level"] == "WARN" && event.to_string().contains("ulimit -n 12000"));
    assert!(warned, "{logged}");
}

#[tokio::test]
async fn a_limit_that_fits_is_no_matter_and_one_that_does_not_is_what_is_kept_to() {
    let server = Server::with_files(3_000, &[("WEBSOCKET_MAX_CONNECTIONS", "1000")]);
    assert_eq!(server.get("/readyz").await["warnings"], json!([]));
    assert_eq!(server.log(), "");

    // Of 300 files no 2,000 can be kept back: a hundred connections stay.
    let server = Server::with_files(300, &[]);
    let _clients = connect_some(&server, 100).await;
    assert_eq!(refused(&server).await, policy("too many connections"));
}
