//! Somebody who talks and notes what they read, through every end of every server.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use interpres::{
    domain::room_log::{EntryKind, LogEntry},
    store::{
        open::open,
        record::{NodeId, Range},
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::client::{Client, Incoming};

/// The room they all talk in.
pub const ROOM: &str = "demo";

/// The longest pause between two texts of one person.
const PAUSE: Duration = Duration::from_millis(20);

/// One person in the room, whatever they are connected to.
pub struct Witness {
    name: &'static str,
    session: Value,
    hears: &'static str,
    last_seq: u64,
    /// What came with a number, by number.
    seen: BTreeMap<u64, Value>,
    said: usize,
    chance: StdRng,
}

impl Witness {
    /// Comes into the room.
    pub async fn join(
        address: &str,
        name: &'static str,
        speaks: &str,
        hears: &'static str,
        seed: u64,
    ) -> (Self, Client) {
        let mut client = Client::connect(address, "").await;
        let config = json!({"name": name, "room_id": ROOM, "speaks": speaks, "hears": [hears]});
        let session = client.create_session(config).await;
        let witness = Self {
            name,
            last_seq: session["seq"].as_u64().unwrap(),
            session,
            hears,
            seen: BTreeMap::new(),
            said: 0,
            chance: StdRng::seed_from_u64(seed),
        };
        (witness, client)
    }

    /// Talks and reads until the connection ends; gives its close code.
    pub async fn talk(&mut self, client: &mut Client) -> Option<u16> {
        loop {
            let pause = PAUSE.mul_f64(self.chance.random());
            match tokio::time::timeout(pause, client.next()).await {
                Ok(Incoming::Message(message)) => self.note(message),
                Ok(Incoming::Audio(_)) => {}
                Ok(Incoming::Closed(reason)) => return reason.map(|(code, _)| code),
                Err(_) => {
                    self.said += 1;
                    let text = format!("{} {}", self.name, self.said);
                    // What cannot be sent was not said; that the connection is gone is read next.
                    client.try_send(json!({"type": "text", "text": text})).await;
                }
            }
        }
    }

    fn note(&mut self, message: Value) {
        let Some(seq) = message["seq"].as_u64() else {
            return;
        };
        if message.get("resume_token").is_some() {
            return;
        }
        let name = self.name;
        assert!(
            seq > self.last_seq,
            "{name} read {} already, and now comes {message}",
            self.last_seq
        );
        self.last_seq = seq;
        self.seen.insert(seq, message);
    }

    /// Comes back, at another server or the same.
    pub async fn recover(&mut self, address: &str) -> Client {
        let mut client = Client::connect(address, "").await;
        let recovered = client
            .ask(json!({
                "type": "recover_session", "session_id": self.session["session_id"],
                "resume_token": self.session["resume_token"], "last_seq": self.last_seq,
            }))
            .await;
        assert_eq!(recovered["type"], "session_recovered", "{recovered}");
        assert_eq!(recovered["gap"], false, "{recovered}");
        client
    }

    /// Reads what is still on its way, and leaves the connection.
    pub async fn finish(&mut self, mut client: Client) {
        // A text of one's own that comes back comes after all that was said before it.
        client.say("finished").await;
        loop {
            match client.next().await {
                Incoming::Message(message) => {
                    let own = message["text"] == "finished" && message["final"] == true;
                    let last = own && message["speaker"]["name"] == self.name;
                    self.note(message);
                    if last {
                        break;
                    }
                }
                Incoming::Audio(_) => {}
                Incoming::Closed(reason) => panic!("closed before the end: {reason:?}"),
            }
        }
    }

    /// Whether an entry of the log is for this person.
    fn is_meant(&self, entry: &LogEntry) -> bool {
        let own = entry.subject.speaker.as_str() == self.session["session_id"];
        match entry.subject.kind {
            EntryKind::Translation => {
                let language = entry.subject.language.as_ref().map(ToString::to_string);
                !own && language.as_deref() == Some(self.hears)
            }
            _ => true,
        }
    }

    /// Compares what this person read with what the log holds. Gives how much of it was read, and how much of that was
    /// marked as not durable.
    pub fn compare(&self, log: &BTreeMap<u64, LogEntry>) -> (usize, usize) {
        let entered = self.session["seq"].as_u64().unwrap();
        let meant = log
            .range(entered + 1..=self.last_seq)
            .filter(|(_, entry)| self.is_meant(entry));
        for (seq, entry) in meant {
            assert!(
                self.seen.contains_key(seq),
                "{} never read {}",
                self.name,
                entry.frame
            );
        }
        let mut undurable = 0;
        for (seq, message) in &self.seen {
            if message.get("durable").is_some() {
                undurable += 1;
                continue;
            }
            let stored = log.get(seq).unwrap_or_else(|| {
                panic!("{} read {message}, which the log does not hold", self.name)
            });
            let stored: Value = serde_json::from_str(&stored.frame).unwrap();
            assert_eq!(stored, *message, "one number, one message");
        }
        (self.seen.len(), undurable)
    }
}

/// The whole log of the room, read from the store of a server that has ended: the database of this address, or the one
/// in its data folder.
pub async fn stored_log(url: Option<&str>, data: &Path) -> BTreeMap<u64, LogEntry> {
    let node = uuid::Uuid::now_v7().into();
    let url = url.map(SecretString::from);
    let store = open(url.as_ref(), data, &node).await.unwrap();
    let range = Range {
        after: 0,
        limit: u32::MAX,
    };
    let entries = store.entries(&ROOM.parse().unwrap(), range).await.unwrap();
    store.close().await;
    entries
        .into_iter()
        .map(|entry| (entry.seq, entry))
        .collect()
}

/// The nodes that hold anything in the store of a server that has ended.
pub async fn holders(url: Option<&str>, data: &Path) -> Vec<NodeId> {
    let node = uuid::Uuid::now_v7().into();
    let url = url.map(SecretString::from);
    let store = open(url.as_ref(), data, &node).await.unwrap();
    let holders = store.holders().await.unwrap();
    store.close().await;
    holders
}

/// Nothing that was said once stands in the log twice.
pub fn assert_nothing_is_doubled(log: &BTreeMap<u64, LogEntry>) {
    let mut utterances = BTreeSet::new();
    for entry in log.values() {
        let message: Value = serde_json::from_str(&entry.frame).unwrap();
        let utterance = message["utterance_id"].as_str().map(str::to_owned);
        let Some(utterance) = utterance else {
            continue;
        };
        let key = (
            message["type"].to_string(),
            utterance,
            message["language"].to_string(),
        );
        assert!(utterances.insert(key), "twice in the log: {message}");
    }
}
