//! What the emulator talks to: a server that takes events, callbacks and media sockets, and shows them to a test.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};

/// How long a test waits for what it expects: far beyond what it takes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A request that came.
#[derive(Debug, Clone)]
pub struct Came {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Value,
}

impl Came {
    /// The only event in it.
    pub fn event(&self) -> &Value {
        match &self.body {
            Value::Array(events) if events.len() == 1 => &events[0],
            Value::Object(_) => &self.body,
            other => panic!("{other}"),
        }
    }

    /// The last part of its type.
    pub fn kind(&self) -> &str {
        let event = self.event();
        let kind = event["eventType"].as_str().or(event["type"].as_str());
        kind.unwrap().rsplit('.').next().unwrap()
    }

    pub fn data(&self) -> &Value {
        &self.event()["data"]
    }
}

/// Status, headers, body.
pub type Answer = (u16, Vec<(&'static str, String)>, String);

type Answerer = Arc<Mutex<Box<dyn Fn(&Came) -> Answer + Send>>>;

/// A server that stands where ours will.
pub struct Product {
    pub address: String,
    pub events: mpsc::UnboundedReceiver<Came>,
    callbacks: mpsc::UnboundedReceiver<Came>,
    pub sockets: mpsc::UnboundedReceiver<MediaSocket>,
    answerer: Answerer,
}

/// Takes everything, and validates subscriptions as it should be done.
pub fn properly(came: &Came) -> Answer {
    if came.method == "OPTIONS" {
        let allowed = ("WebHook-Allowed-Origin", "eventgrid.azure.net".to_owned());
        return (200, vec![allowed], String::new());
    }
    match came.body[0]["data"]["validationCode"].as_str() {
        Some(code) => {
            let body = json!({"validationResponse": code}).to_string();
            (200, Vec::new(), body)
        }
        None => (200, Vec::new(), String::new()),
    }
}

impl Product {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (to_events, events) = mpsc::unbounded_channel();
        let (to_callbacks, callbacks) = mpsc::unbounded_channel();
        let (to_sockets, sockets) = mpsc::unbounded_channel();
        let answerer: Answerer = Arc::new(Mutex::new(Box::new(properly)));
        let answering = Arc::clone(&answerer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (events, callbacks) = (to_events.clone(), to_callbacks.clone());
                let (sockets, answering) = (to_sockets.clone(), Arc::clone(&answering));
                tokio::spawn(async move {
                    let mut head = [0; 2_048];
                    let read = stream.peek(&mut head).await.unwrap_or(0);
                    if head[..read].starts_with(b"GET /media") {
                        if let Some(socket) = MediaSocket::accept(stream).await {
                            let _ = sockets.send(socket);
                        }
                    } else if let Some((came, stream)) = read_request(stream).await {
                        let answer = answering.lock().unwrap()(&came);
                        if came.path.starts_with("/events") {
                            let _ = events.send(came);
                        } else if came.method == "POST" {
                            let _ = callbacks.send(came);
                        }
                        write_answer(stream, answer).await;
                    }
                });
            }
        });
        Self {
            address,
            events,
            callbacks,
            sockets,
            answerer,
        }
    }

    /// Answers otherwise from now on.
    pub fn answer_with(&self, answerer: impl Fn(&Came) -> Answer + Send + 'static) {
        *self.answerer.lock().unwrap() = Box::new(answerer);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next event, validations left out.
    pub async fn event(&mut self) -> Came {
        loop {
            let came = within(self.events.recv()).await.unwrap();
            if came.method == "POST" && came.kind() != "SubscriptionValidationEvent" {
                return came;
            }
        }
    }

    /// The next callback.
    pub async fn callback(&mut self) -> Came {
        within(self.callbacks.recv()).await.unwrap()
    }

    /// The next callback, which is of this kind.
    pub async fn expect(&mut self, kind: &str) -> Came {
        let came = self.callback().await;
        assert_eq!(came.kind(), kind, "{}", came.body);
        came
    }

    /// The next callback of this kind, whatever comes before it.
    pub async fn until(&mut self, kind: &str) -> Came {
        loop {
            let came = self.callback().await;
            if came.kind() == kind {
                return came;
            }
        }
    }

    /// The next media socket.
    pub async fn socket(&mut self) -> MediaSocket {
        within(self.sockets.recv()).await.unwrap()
    }
}

/// What comes before a test's patience ends.
pub async fn within<Done>(coming: impl Future<Output = Done>) -> Done {
    tokio::time::timeout(PATIENCE, coming)
        .await
        .expect("it comes")
}

async fn read_request(mut stream: TcpStream) -> Option<(Came, TcpStream)> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[head + 4..]).unwrap_or(Value::Null);
    let came = Came {
        method,
        path,
        headers,
        body,
    };
    Some((came, stream))
}

async fn write_answer(mut stream: TcpStream, (status, headers, body): Answer) {
    let mut text = format!("HTTP/1.1 {status} OK\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    let _ = stream.write_all(text.as_bytes()).await;
}

/// A media socket that came.
pub struct MediaSocket {
    pub path: String,
    pub headers: HashMap<String, String>,
    socket: WebSocketStream<TcpStream>,
}

/// 20 ms that were heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub samples: Vec<i16>,
    pub participant: Option<String>,
    pub silent: bool,
}

impl MediaSocket {
    async fn accept(stream: TcpStream) -> Option<Self> {
        let mut path = String::new();
        let mut headers = HashMap::new();
        #[expect(
            clippy::result_large_err,
            reason = "the callback's type is the library's"
        )]
        let look = |request: &Request, response: Response| {
            path = request.uri().to_string();
            for (name, value) in request.headers() {
                headers.insert(name.to_string(), value.to_str().unwrap().to_owned());
            }
            Ok(response)
        };
        let socket = accept_hdr_async(stream, look).await.ok()?;
        Some(Self {
            path,
            headers,
            socket,
        })
    }

    /// The next frame; nothing when the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match within(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame of audio.
    pub async fn frame(&mut self) -> Frame {
        loop {
            let frame = self.next().await.expect("the socket is open");
            if frame["kind"] == "AudioData" {
                return read_frame(&frame);
            }
        }
    }

    /// Everything up to the end of the socket.
    pub async fn drain(&mut self) {
        while self.next().await.is_some() {}
    }

    pub async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn close(&mut self) {
        self.socket.close(None).await.unwrap();
    }
}

/// What a frame of audio says.
pub fn read_frame(frame: &Value) -> Frame {
    let data = &frame["audioData"];
    let bytes = STANDARD.decode(data["data"].as_str().unwrap()).unwrap();
    let samples = bytes
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    Frame {
        samples,
        participant: data
            .get("participantRawID")
            .map(|raw| raw.as_str().unwrap().to_owned()),
        silent: data["silent"].as_bool().unwrap(),
    }
}
