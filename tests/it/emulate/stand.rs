//! An emulator in its own process, a client that speaks raw frames to it, and the golden files.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::HeaderName,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::support::server::http_client;

/// How long a test waits for what it expects: far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of 200 ms on the wire.
pub const STEP: usize = 9_600;

/// Paths of the two dialects.
pub const TRANSLATION: &str = "/v1/realtime/translations?model=gpt-realtime-translate";
pub const CONVERSATION: &str = "/v1/realtime?model=gpt-realtime";

/// A file of tests/golden/openai.
pub fn golden(name: &str) -> Value {
    serde_json::from_str(&golden_text(name)).unwrap()
}

/// The same, as it stands there.
pub fn golden_text(name: &str) -> String {
    std::fs::read_to_string(golden_file(name)).unwrap()
}

/// Where it is.
pub fn golden_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/openai")
        .join(name)
}

/// An emulator that runs until this is dropped.
pub struct Emulator {
    process: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Emulator {
    /// With nobody who interprets.
    pub fn null(arguments: &[&str]) -> Self {
        Self::start(&[&["--model", "null"], arguments].concat())
    }

    /// With these arguments.
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_interpres"))
            .args(["emulate", "realtime", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{line:?}"))
            .to_owned();
        Self {
            process,
            output,
            address,
        }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A session with the right key.
    pub async fn open(&self, path: &str) -> Line {
        self.open_with(path, &[("authorization", "Bearer sk-emulated-for-anybody")])
            .await
            .expect("the upgrade succeeds")
    }

    /// A connection with these headers.
    pub async fn open_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Line, tungstenite::Error> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let (socket, _) =
            tokio_tungstenite::connect_async_with_config(request, Some(config), false).await?;
        Ok(Line { socket })
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = http_client().get(self.url(path)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = http_client()
            .post(self.url(path))
            .bearer_auth("sk-emulated-for-anybody")
            .json(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Ends it as Ctrl-C does. Returns what it wrote to standard output since it greeted, and to standard error.
    pub fn finish(mut self) -> (String, String) {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).unwrap();
        let stderr = self.process.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        assert!(self.process.wait().unwrap().success(), "{errors}");
        (output, errors)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that was finished is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came.
#[derive(Debug)]
pub enum Came {
    Event(Value),
    Strange,
    Closed(u16, String),
}

/// A connection.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Line {
    pub async fn send(&mut self, event: &Value) {
        self.send_text(&event.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.try_send(Message::text(text)).await.unwrap();
    }

    pub async fn try_send(&mut self, message: Message) -> Result<(), tungstenite::Error> {
        self.socket.send(message).await
    }

    /// Appends audio, in the words of one dialect or the other.
    pub async fn append(&mut self, kind: &str, audio: &[u8]) {
        self.send(&json!({"type": kind, "audio": STANDARD.encode(audio)}))
            .await;
    }

    pub async fn close(&mut self) {
        let frame = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        self.socket.close(Some(frame)).await.unwrap();
    }

    /// Whatever comes next.
    pub async fn next(&mut self) -> Came {
        self.next_within(PATIENCE).await.expect("something comes")
    }

    /// Whatever comes within this time.
    pub async fn next_within(&mut self, time: Duration) -> Option<Came> {
        loop {
            let message = tokio::time::timeout(time, self.socket.next()).await.ok()?;
            return Some(match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<Value>(&text) {
                    Ok(event) if event["type"].is_string() => Came::Event(event),
                    _ => Came::Strange,
                },
                Some(Ok(Message::Binary(_))) => Came::Strange,
                Some(Ok(Message::Close(Some(frame)))) => {
                    Came::Closed(frame.code.into(), frame.reason.to_string())
                }
                Some(Ok(Message::Close(None))) => Came::Closed(1_005, String::new()),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Came::Closed(1_006, String::new()),
            });
        }
    }

    /// The next event.
    pub async fn event(&mut self) -> Value {
        match self.next().await {
            Came::Event(event) => event,
            other => panic!("expected an event, got {other:?}"),
        }
    }

    /// The next event, which is of this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let event = self.event().await;
        assert_eq!(event["type"], kind, "{event}");
        event
    }

    /// The next event, which is of one of these types.
    pub async fn expect_any(&mut self, kinds: &[&str]) -> Value {
        let event = self.event().await;
        let kind = event["type"].as_str().unwrap();
        assert!(kinds.contains(&kind), "{event}");
        event
    }

    /// All events up to the first of this type, which is the last of them.
    pub async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.event().await;
            let found = event["type"] == kind;
            events.push(event);
            if found {
                return events;
            }
        }
    }

    /// The code of the next error.
    pub async fn error(&mut self) -> Value {
        self.expect("error").await["error"].clone()
    }

    /// The close, after whatever comes before it.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Came::Closed(code, reason) = self.next().await {
                return (code, reason);
            }
        }
    }
}

/// The types of events, repetitions left out.
pub fn kinds(events: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    kinds.dedup();
    kinds
}

/// All deltas of events of this type, one after the other.
pub fn deltas(events: &[Value], kind: &str) -> String {
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .map(|event| event["delta"].as_str().unwrap())
        .collect()
}

/// A tone of 440 Hz of so many steps of 200 ms.
pub fn tone(steps: usize) -> Vec<u8> {
    (0..steps * STEP / 2)
        .flat_map(|sample| {
            let phase = std::f64::consts::TAU * 440.0 * sample as f64 / 24_000.0;
            ((phase.sin() * 8_000.0) as i16).to_le_bytes()
        })
        .collect()
}

/// Whether two objects have the same fields, at any depth; lists are not looked into.
pub fn assert_same_shape(golden: &Value, given: &Value, path: &str) {
    let (Value::Object(golden), Value::Object(given)) = (golden, given) else {
        return;
    };
    let names = |object: &serde_json::Map<String, Value>| {
        let mut names: Vec<String> = object.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(golden), names(given), "at {path}");
    for (name, golden) in golden {
        assert_same_shape(golden, &given[name], &format!("{path}/{name}"));
    }
}
