//! A program that speaks API.md section 1 over a real socket.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        self, Message, client::IntoClientRequest, http::HeaderName, protocol::CloseFrame,
    },
};

use super::contract;

/// How long a test waits for what it expects: far beyond what it takes, on a machine with everything else running.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that the kernel keeps for a connection that takes little in.
const NARROW: usize = 16 * 1024;

/// A frame of translated audio.
#[derive(Debug, Clone)]
pub struct AudioFrame {
    pub stream_id: u32,
    pub sequence: u32,
    pub samples: Vec<i16>,
}

/// What came over the socket.
#[derive(Debug, Clone)]
pub enum Incoming {
    Message(Value),
    Audio(AudioFrame),
    Closed(Option<(u16, String)>),
}

/// A connection.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What came and was not asked for yet.
    pending: VecDeque<Incoming>,
    /// How many messages [`Client::ask`] has sent.
    asked: usize,
    pub connection_id: String,
}

impl Client {
    pub async fn connect(address: &str, query: &str) -> Self {
        let mut client = Self::upgrade(address, &format!("/ws{query}"), &[])
            .await
            .expect("the upgrade succeeds");
        let greeting = client.expect("connected").await;
        assert_eq!(greeting["protocol"], 1);
        client.connection_id = greeting["connection_id"].as_str().unwrap().to_owned();
        client
    }

    /// A connection to this path with these headers, of which nothing was read yet.
    ///
    /// # Errors
    /// What the handshake failed of: [`tungstenite::Error::Http`] holds a refusal.
    pub async fn upgrade(
        address: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self {
            socket,
            pending: VecDeque::new(),
            asked: 0,
            connection_id: String::new(),
        })
    }

    pub async fn send(&mut self, message: Value) {
        self.send_raw(&message.to_string()).await;
    }

    pub async fn send_raw(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_audio(&mut self, pcm: Vec<u8>) {
        self.send_frame(Message::binary(pcm)).await;
    }

    /// Sends a frame, well made or not. A server that closes the connection meanwhile is no failure: its close is read.
    pub async fn send_frame(&mut self, frame: Message) {
        let _ = self.socket.send(frame).await;
    }

    /// Sends a message with an id of its own, and gives its answer.
    pub async fn ask(&mut self, mut message: Value) -> Value {
        self.asked += 1;
        let id = format!("ask-{}", self.asked);
        message["id"] = json!(id);
        self.send(message).await;
        self.answer(&id).await
    }

    /// The code of the error that a message is answered with.
    pub async fn ask_refused(&mut self, message: Value) -> String {
        let answer = self.ask(message).await;
        assert_eq!(answer["type"], "error", "{answer}");
        assert!(
            answer["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{answer}"
        );
        answer["code"].as_str().unwrap().to_owned()
    }

    /// Changes the configuration and gives the answer.
    pub async fn configure(&mut self, config: Value) -> Value {
        let answer = self
            .ask(json!({"type": "configure", "config": config}))
            .await;
        assert_eq!(answer["type"], "session_configured", "{answer}");
        answer
    }

    /// Says something in writing.
    pub async fn say(&mut self, text: &str) {
        self.send(json!({"type": "text", "text": text})).await;
    }

    /// The next error.
    pub async fn expect_error(&mut self, code: &str) -> Value {
        self.expect_where("error", |error| error["code"] == code)
            .await
    }

    /// Every message up to the one that is `wanted`, which is the last; audio frames are left out.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut come = Vec::new();
        loop {
            match self.next().await {
                Incoming::Message(message) => {
                    let over = wanted(&message);
                    come.push(message);
                    if over {
                        return come;
                    }
                }
                Incoming::Audio(_) => {}
                Incoming::Closed(reason) => panic!("closed ({reason:?}) before it came: {come:#?}"),
            }
        }
    }

    /// Every message that has come until the server has handled all that was sent to it so far.
    pub async fn settled(&mut self) -> Vec<Value> {
        self.asked += 1;
        let id = format!("settled-{}", self.asked);
        self.send(json!({"type": "ping", "id": id})).await;
        let mut come = self.until(|message| message["ref"] == id.as_str()).await;
        come.pop();
        come
    }

    /// Makes a session with this configuration and gives its answer.
    pub async fn create_session(&mut self, config: Value) -> Value {
        self.send(json!({"type": "create_session", "config": config}))
            .await;
        self.expect("session_created").await
    }

    /// The next thing that comes, whatever it is.
    pub async fn next(&mut self) -> Incoming {
        if let Some(pending) = self.pending.pop_front() {
            return pending;
        }
        self.receive().await
    }

    /// The next thing that comes on a socket of another service, whose messages are none of ours.
    pub async fn next_raw(&mut self) -> Incoming {
        self.receive_by(|_| {}).await
    }

    async fn receive(&mut self) -> Incoming {
        self.receive_by(contract::check_message).await
    }

    async fn receive_by(&mut self, check: impl Fn(&Value)) -> Incoming {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let received = tokio::time::timeout_at(deadline, self.socket.next())
                .await
                .unwrap_or_else(|_| {
                    panic!("nothing came in {PATIENCE:?}; before: {:#?}", self.pending)
                });
            match received {
                Some(Ok(Message::Text(text))) => {
                    let message = serde_json::from_str(&text).expect("JSON");
                    check(&message);
                    return Incoming::Message(message);
                }
                Some(Ok(Message::Binary(frame))) => return Incoming::Audio(parse(&frame)),
                Some(Ok(Message::Close(reason))) => {
                    return Incoming::Closed(reason.map(|CloseFrame { code, reason }| {
                        (u16::from(code), reason.as_str().to_owned())
                    }));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Incoming::Closed(None),
            }
        }
    }

    /// The next message of this type; what comes before it stays for later.
    pub async fn expect(&mut self, kind: &str) -> Value {
        self.expect_where(kind, |_| true).await
    }

    /// The next message of this type that is `wanted`; what comes before it stays for later.
    pub async fn expect_where(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let is = |incoming: &Incoming| matches!(incoming, Incoming::Message(message) if message["type"] == kind && wanted(message));
        if let Some(position) = self.pending.iter().position(is)
            && let Some(Incoming::Message(message)) = self.pending.remove(position)
        {
            return message;
        }
        loop {
            match self.receive().await {
                incoming if is(&incoming) => {
                    let Incoming::Message(message) = incoming else {
                        unreachable!("only messages are wanted");
                    };
                    return message;
                }
                Incoming::Closed(reason) => {
                    panic!(
                        "closed ({reason:?}) before {kind} came; before that: {:#?}",
                        self.pending
                    )
                }
                other => self.pending.push_back(other),
            }
        }
    }

    /// The answer to the message with this id.
    pub async fn answer(&mut self, id: &str) -> Value {
        let is = |incoming: &Incoming| matches!(incoming, Incoming::Message(message) if message["ref"] == id);
        if let Some(position) = self.pending.iter().position(is)
            && let Some(Incoming::Message(message)) = self.pending.remove(position)
        {
            return message;
        }
        loop {
            match self.receive().await {
                Incoming::Message(message) if message["ref"] == id => return message,
                Incoming::Closed(reason) => panic!("closed ({reason:?}) before {id} was answered"),
                other => self.pending.push_back(other),
            }
        }
    }

    /// Waits for the end of the connection, and gives its close code.
    pub async fn closed(&mut self) -> Option<(u16, String)> {
        loop {
            if let Incoming::Closed(reason) = self.receive().await {
                return reason;
            }
        }
    }

    /// What has come until now and within this time, in order.
    pub async fn collect(&mut self, time: Duration) -> Vec<Incoming> {
        let deadline = tokio::time::Instant::now() + time;
        let mut collected: Vec<Incoming> = self.pending.drain(..).collect();
        while let Ok(incoming) = tokio::time::timeout_at(deadline, self.receive()).await {
            let over = matches!(incoming, Incoming::Closed(_));
            collected.push(incoming);
            if over {
                break;
            }
        }
        collected
    }

    /// Ends the connection without a word, as a lost network does.
    pub fn drop_connection(self) {
        drop(self);
    }
}

/// What tests of lost and slow connections need.
impl Client {
    fn stream(&self) -> &TcpStream {
        match self.socket.get_ref() {
            MaybeTlsStream::Plain(stream) => stream,
            _ => unreachable!("tests speak without TLS"),
        }
    }

    /// Our end of the connection.
    pub fn local(&self) -> SocketAddr {
        self.stream().local_addr().unwrap()
    }

    /// Lets the kernel keep little of what comes while nobody reads it.
    pub fn narrow(&self) {
        SockRef::from(self.stream())
            .set_recv_buffer_size(NARROW)
            .unwrap();
    }

    /// Whether a message could be sent: not once the connection is gone.
    pub async fn try_send(&mut self, message: Value) -> bool {
        let sending = self.socket.send(Message::text(message.to_string()));
        sending.await.is_ok()
    }
}

fn parse(frame: &[u8]) -> AudioFrame {
    assert_eq!((frame[0], frame[1]), (1, 0), "kind and zero");
    let header = usize::from(u16::from_le_bytes([frame[2], frame[3]]));
    assert_eq!(header, 12, "header length");
    let word = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
    AudioFrame {
        stream_id: word(4),
        sequence: word(8),
        samples: frame[header..]
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
    }
}
