//! A provider on this machine: takes connections, and says and hears what a test wants.

use std::{future::Future, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderMap,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

use super::STUCK;

/// A provider whose every connection follows one script.
pub struct Provider {
    port: u16,
    task: JoinHandle<()>,
}

/// One connection.
pub struct Connection {
    pub socket: WebSocketStream<TcpStream>,
    pub path: String,
    pub headers: HeaderMap,
}

impl Provider {
    /// Follows the script with as many connections as are asked for, one after the other.
    pub async fn new<F, Following>(connections: usize, script: F) -> Self
    where
        F: Fn(Connection) -> Following + Send + Sync + 'static,
        Following: Future<Output = ()> + Send,
    {
        Self::behind(None, connections, script).await
    }

    /// The same, with room for so many bytes that it has not read; the system's usual room without.
    pub async fn behind<F, Following>(room: Option<u32>, connections: usize, script: F) -> Self
    where
        F: Fn(Connection) -> Following + Send + Sync + 'static,
        Following: Future<Output = ()> + Send,
    {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(room) = room {
            socket.set_recv_buffer_size(room).unwrap();
        }
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16).unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            for _ in 0..connections {
                let (stream, _) = listener.accept().await.unwrap();
                script(Connection::accept(stream).await).await;
            }
        });
        Self { port, task }
    }

    /// Its address.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until its script is through, which must not have failed.
    pub async fn finish(self) {
        let ended = timeout(STUCK, self.task).await;
        ended.expect("the provider ends in time").unwrap();
    }
}

impl Connection {
    async fn accept(stream: TcpStream) -> Self {
        let mut path = String::new();
        let mut headers = HeaderMap::new();
        #[allow(clippy::result_large_err, reason = "the library wants it so")]
        let note = |request: &Request, response: Response| {
            path = request.uri().to_string();
            headers = request.headers().clone();
            Ok(response)
        };
        let limits = WebSocketConfig::default()
            .max_frame_size(None)
            .max_message_size(None);
        let socket = accept_hdr_async_with_config(stream, note, Some(limits))
            .await
            .unwrap();
        Self {
            socket,
            path,
            headers,
        }
    }

    /// Says an event.
    pub async fn say(&mut self, event: &Value) {
        self.send(Message::text(event.to_string())).await;
    }

    /// Says anything.
    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// The next event of the client's; nothing once it closed.
    pub async fn hear(&mut self) -> Option<Value> {
        loop {
            match self.frame().await? {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next frame of the client's.
    pub async fn frame(&mut self) -> Option<Message> {
        let next = timeout(STUCK, self.socket.next()).await;
        next.expect("the client says something in time")?.ok()
    }

    /// The next event of this type, others passed over.
    pub async fn hear_type(&mut self, wanted: &str) -> Value {
        loop {
            let event = self.hear().await.unwrap_or_else(|| panic!("no {wanted}"));
            if event["type"] == wanted {
                return event;
            }
        }
    }

    /// Greets, and confirms the settings that it gives.
    pub async fn greet(&mut self) -> Value {
        self.say(&json!({"type": "session.created", "session": {"expires_at": 0}}))
            .await;
        let settings = self.hear_type("session.update").await;
        self.say(&json!({"type": "session.updated", "session": {"expires_at": 0}}))
            .await;
        settings
    }

    /// Closes, and waits until the client has taken it.
    pub async fn close(mut self, code: u16, reason: &str) {
        let frame = CloseFrame {
            code: code.into(),
            reason: reason.to_owned().into(),
        };
        self.send(Message::Close(Some(frame))).await;
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Waits until the client closes; gives the code.
    pub async fn closed(mut self) -> Option<u16> {
        loop {
            match self.frame().await {
                Some(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// Keeps the connection and does nothing with it, not even answer.
    pub async fn stall(self) {
        tokio::time::sleep(Duration::from_secs(100_000)).await;
    }
}
