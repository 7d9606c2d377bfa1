//! Somebody who says one thing after the other and knows of each whether it was stored, and who watches the store.

use std::{collections::BTreeMap, time::Duration};

use interpres::domain::room_log::LogEntry;
use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

/// How often something is said at most until the store is found out.
const TRIES: usize = 1_000;

/// Between two of those.
const PAUSE: Duration = Duration::from_millis(20);

/// How long an alert is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody in a room, who is the only one to say something there.
pub struct Speaker {
    name: &'static str,
    pub client: Client,
    pub session: Value,
    /// From which number on it counts what was said.
    since: u64,
    last_seq: u64,
    texts: usize,
    /// What was said since then, and whether the server promised that it is stored.
    said: Vec<(String, bool)>,
}

impl Speaker {
    /// Comes into the room and waits until the room has its place in the store: on a busy machine the store may take so
    /// long for it that what is said first is not stored.
    pub async fn enter_stored(server: &Server, name: &'static str, room: &str) -> Self {
        let mut speaker = Self::enter(server, name, room).await;
        speaker.say_until(true).await;
        speaker.said.clear();
        speaker.since = speaker.last_seq;
        speaker.say_until(true).await;
        speaker
    }

    /// Comes into the room.
    pub async fn enter(server: &Server, name: &'static str, room: &str) -> Self {
        let mut client = server.connect().await;
        let config = json!({"name": name, "room_id": room, "speaks": "en", "hears": ["en"]});
        let session = client.create_session(config).await;
        let seq = session["seq"].as_u64().unwrap();
        Self {
            name,
            client,
            since: seq,
            last_seq: seq,
            texts: 0,
            session,
            said: Vec::new(),
        }
    }

    /// Says something and reads it; whether it was stored.
    pub async fn say(&mut self) -> bool {
        self.texts += 1;
        let text = format!("{} {}", self.name, self.texts);
        self.client.say(&text).await;
        let is_it = |message: &Value| message["text"] == text && message["final"] == true;
        let heard = self.client.expect_where("transcription", is_it).await;
        let seq = heard["seq"].as_u64().unwrap();
        assert!(seq > self.last_seq, "{heard} after {}", self.last_seq);
        self.last_seq = seq;
        let durable = match heard.get("durable") {
            None => true,
            Some(Value::Bool(false)) => false,
            Some(_) => panic!("{heard}"),
        };
        self.said.push((text, durable));
        durable
    }

    /// Says something again and again until it is stored, or is not.
    pub async fn say_until(&mut self, durable: bool) {
        for _ in 0..TRIES {
            if self.say().await == durable {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("durable was never {durable}: {:?}", self.said);
    }

    /// Loses the connection, comes back, and reads all that counts; what was said, in order.
    pub async fn come_back(&mut self, server: &Server) -> Vec<String> {
        self.client = server.connect().await;
        let recovered = self
            .client
            .ask(json!({
                "type": "recover_session", "session_id": self.session["session_id"],
                "resume_token": self.session["resume_token"], "last_seq": self.since,
            }))
            .await;
        assert_eq!(recovered["type"], "session_recovered", "{recovered}");
        assert_eq!(recovered["gap"], false, "{recovered}");
        let missed = self.client.settled().await;
        let numbers: Vec<u64> = missed
            .iter()
            .filter_map(|message| message["seq"].as_u64())
            .collect();
        assert_eq!(recovered["missed"], numbers.len(), "{missed:?}");
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let texts = missed
            .iter()
            .filter(|message| message["type"] == "transcription");
        texts
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What a log holds of what counts.
    pub fn stored(&self, log: &BTreeMap<u64, LogEntry>) -> Vec<String> {
        let messages = log
            .range(self.since + 1..)
            .map(|(_, entry)| serde_json::from_str::<Value>(&entry.frame).unwrap());
        messages
            .filter(|message| message["type"] == "transcription")
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// All that was said and counts.
    pub fn said(&self) -> Vec<&str> {
        self.said.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Compares with what is left after the server ended while the store did not work: what it promised is there, and
    /// nothing else than what was said, once and in order.
    pub fn compare(&self, left: &[String]) {
        let mut left = left.iter().peekable();
        for (text, durable) in &self.said {
            if left.next_if_eq(&text).is_none() {
                assert!(
                    !durable,
                    "{text} was to be there; next is {:?}",
                    left.peek()
                );
            }
        }
        assert_eq!(
            left.next(),
            None,
            "doubled, in another order, or never said"
        );
    }
}

/// Follows what is told about the store.
pub struct Watch {
    client: Client,
}

impl Watch {
    /// Begins to.
    pub async fn begin(server: &Server) -> Self {
        let mut client = server.connect().await;
        let answer = client
            .ask(json!({"type": "subscribe", "topic": "metrics"}))
            .await;
        assert_eq!(answer["type"], "subscribed", "{answer}");
        Self { client }
    }

    /// Waits for the alert of this code; its words.
    pub async fn alerted(&mut self, code: &str, severity: &str) -> String {
        let is_it = |event: &Value| event["topic"] == "metrics" && event["event"]["code"] == code;
        // What else is published never ends, so a silence would not be noticed.
        let alert = self.client.expect_where("event", is_it);
        let event = tokio::time::timeout(PATIENCE, alert)
            .await
            .unwrap_or_else(|_| panic!("no alert {code}"));
        assert_eq!(event["event"]["kind"], "alert", "{event}");
        assert_eq!(event["event"]["severity"], severity, "{event}");
        event["event"]["message"].as_str().unwrap().to_owned()
    }
}

/// Waits until the server and its store are in this state of health.
pub async fn store_is(server: &Server, state: &str) {
    let is_it =
        |health: &Value| health["components"]["store"] == state && health["status"] == state;
    server.eventually("/api/health", is_it).await;
}

/// What `/metrics` has of this name.
pub async fn figure(server: &Server, name: &str) -> f64 {
    let answer = server.request("GET", "/metrics").send().await.unwrap();
    let text = answer.text().await.unwrap();
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(value).expect(name)
}
