//! A client's connection, small enough to have ten thousand of them.

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// A WebSocket without TLS.
pub type Connection = WebSocketStream<TcpStream>;

/// Connects to `/ws`.
pub async fn connect(address: &str) -> anyhow::Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    // A frame must not wait for the next one.
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0);
    let (connection, _) =
        client_async_with_config(format!("ws://{address}/ws"), stream, Some(config)).await?;
    Ok(connection)
}

/// The next JSON message; audio and pings are passed over.
pub async fn message(connection: &mut Connection) -> anyhow::Result<Value> {
    loop {
        match connection.next().await.context("the server closed")?? {
            Message::Text(text) => return Ok(serde_json::from_str(&text)?),
            Message::Close(reason) => bail!("the server closed: {reason:?}"),
            _ => {}
        }
    }
}

/// Makes a session with this configuration.
pub async fn create_session(connection: &mut Connection, config: &Value) -> anyhow::Result<Value> {
    let create = serde_json::json!({"type": "create_session", "config": config});
    connection.send(Message::text(create.to_string())).await?;
    loop {
        let answer = message(connection).await?;
        match answer["type"].as_str() {
            Some("session_created") => return Ok(answer),
            Some("error") => bail!("no session: {answer}"),
            _ => {}
        }
    }
}
