//! Speech while the store is slow, fails, hangs, or has been given to somebody else.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use interpres::{
    config::Settings,
    domain::{
        identity::{RoomId, SessionId},
        room_log::LogEntry,
        time::Day,
    },
    store::{
        contract::{Store, StoreError},
        memory::MemoryStore,
        record::{
            AuditRecord, DayUsage, LogExtent, NodeId, Outcome, Range, RoomRecord, SessionRecord,
            UsageRecord, Write,
        },
        state::StoreState,
    },
    supervision::Ref,
};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::tree::{Person, What, in_a_tree_on, messages};

/// How the store does just now.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Weather {
    Fine,
    /// A commit takes this long.
    Slow(Duration),
    /// A commit fails, as on a full disk.
    Failing,
}

/// A store on a bad disk.
struct BadDisk {
    below: MemoryStore,
    weather: Mutex<Weather>,
    /// Nodes whose process has died.
    dead: Mutex<Vec<NodeId>>,
}

impl BadDisk {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            below: MemoryStore::default(),
            weather: Mutex::new(Weather::Fine),
            dead: Mutex::default(),
        })
    }

    fn turn(&self, weather: Weather) {
        *self.weather.lock() = weather;
    }

    async fn texts(&self) -> Vec<String> {
        let range = Range {
            after: 0,
            limit: 1_000,
        };
        let entries = self.entries(&"demo".parse().unwrap(), range).await.unwrap();
        let frames = entries.iter().map(|entry| entry.frame.to_string());
        let messages = frames.map(|frame| serde_json::from_str::<Value>(&frame).unwrap());
        messages
            .filter_map(|message| message["text"].as_str().map(str::to_owned))
            .collect()
    }
}

#[async_trait]
impl Store for BadDisk {
    fn kind(&self) -> &'static str {
        self.below.kind()
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let weather = *self.weather.lock();
        match weather {
            Weather::Fine => {}
            Weather::Slow(time) => tokio::time::sleep(time).await,
            Weather::Failing => {
                return Err(StoreError::Unavailable {
                    doing: "committing",
                    cause: "no space left on device".into(),
                });
            }
        }
        self.below.commit(writes).await
    }

    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        Ok(!self.dead.lock().contains(node))
    }

    async fn holders(&self) -> Result<Vec<NodeId>, StoreError> {
        self.below.holders().await
    }

    async fn holders_of(&self, kind: &str) -> Result<Vec<NodeId>, StoreError> {
        self.below.holders_of(kind).await
    }

    async fn holder_of(&self, kind: &str, id: &str) -> Result<Option<NodeId>, StoreError> {
        self.below.holder_of(kind, id).await
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
        self.below.session(id).await
    }

    async fn sessions(
        &self,
        after: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        self.below.sessions(after, limit).await
    }

    async fn session_count(&self, owner: Option<&str>) -> Result<u64, StoreError> {
        self.below.session_count(owner).await
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        self.below.room(id).await
    }

    async fn entries(&self, room: &RoomId, range: Range) -> Result<Vec<LogEntry>, StoreError> {
        self.below.entries(room, range).await
    }

    async fn newest(&self, room: &RoomId, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        self.below.newest(room, limit).await
    }

    async fn presences(&self, room: &RoomId, from: u64) -> Result<Vec<LogEntry>, StoreError> {
        self.below.presences(room, from).await
    }

    async fn extent(&self, room: &RoomId) -> Result<LogExtent, StoreError> {
        self.below.extent(room).await
    }

    async fn usage(&self, room: &RoomId) -> Result<Vec<UsageRecord>, StoreError> {
        self.below.usage(room).await
    }

    async fn usage_by_day(&self, from: Day, to: Day) -> Result<Vec<DayUsage>, StoreError> {
        self.below.usage_by_day(from, to).await
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.below.audit(limit).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

const MOMENT: Duration = Duration::from_millis(100);

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

async fn in_demo(
    environment: &Arc<interpres::actors::environment::Environment>,
    name: &str,
) -> (Person, Value) {
    let mut person = Person::connect(environment);
    let config = json!({"name": name, "room_id": "demo", "speaks": "en", "hears": ["en"]});
    let made = person.create_session(config).await;
    (person, made)
}

/// What was said within a moment, and whether it was marked as not durable.
async fn said(person: &mut Person) -> Vec<(String, bool)> {
    let came = person.during(MOMENT).await;
    messages(&came, "transcription")
        .iter()
        .map(|message| {
            let durable = message.get("durable").is_none_or(|durable| durable == true);
            (message["text"].as_str().unwrap().to_owned(), durable)
        })
        .collect()
}

fn plainly(words: &[(&str, bool)]) -> Vec<(String, bool)> {
    words
        .iter()
        .map(|(word, durable)| ((*word).to_owned(), *durable))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn speech_goes_on_while_the_store_fails_and_is_stored_when_it_works_again() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, _) = in_demo(&environment, "Ana").await;
        ana.send(text("before"));
        assert_eq!(said(&mut ana).await, plainly(&[("before", true)]));

        disk.turn(Weather::Failing);
        ana.send(text("during"));
        ana.send(text("still"));
        let during = said(&mut ana).await;
        assert_eq!(during, plainly(&[("during", false), ("still", false)]));
        let state = environment.archive.recorder().state();
        assert!(matches!(state, StoreState::Failing(_)), "{state}");
        assert_eq!(disk.texts().await, ["before"]);

        disk.turn(Weather::Fine);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(environment.archive.recorder().state(), StoreState::Healthy);
        ana.send(text("after"));
        assert_eq!(said(&mut ana).await, plainly(&[("after", true)]));
        assert_eq!(disk.texts().await, ["before", "during", "still", "after"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_or_hangs_delays_nothing_for_long() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, _) = in_demo(&environment, "Ana").await;
        disk.turn(Weather::Slow(Duration::from_secs(30)));
        for word in ["one", "two", "three"] {
            ana.send(text(word));
        }
        let slowly = said(&mut ana).await;
        assert_eq!(
            slowly,
            plainly(&[("one", false), ("two", false), ("three", false)])
        );
        assert_eq!(environment.archive.recorder().state(), StoreState::Slow);

        disk.turn(Weather::Slow(Duration::from_millis(20)));
        ana.during(Duration::from_secs(60)).await;
        ana.send(text("four"));
        assert_eq!(
            said(&mut ana).await,
            plainly(&[("four", true)]),
            "within the patience"
        );
        assert_eq!(disk.texts().await, ["one", "two", "three", "four"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_room_can_be_opened_while_the_store_fails() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        disk.turn(Weather::Failing);
        // It is found out by the first write.
        environment.archive.recorder().submit(Write::Mark);
        tokio::time::sleep(MOMENT).await;
        let (mut ana, made) = in_demo(&environment, "Ana").await;
        ana.send(text("nobody stores this"));
        assert_eq!(
            said(&mut ana).await,
            plainly(&[("nobody stores this", false)])
        );

        disk.turn(Weather::Fine);
        tokio::time::sleep(Duration::from_secs(5)).await;
        ana.send(text("but this"));
        assert_eq!(said(&mut ana).await, plainly(&[("but this", true)]));
        assert_eq!(disk.texts().await, ["but this"]);
        let id = made["session_id"].as_str().unwrap().parse().unwrap();
        assert!(
            disk.session(&id).await.unwrap().is_some(),
            "and who said it"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_storing_and_sending_loses_and_doubles_nothing() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, _) = in_demo(&environment, "Ana").await;
        disk.turn(Weather::Slow(Duration::from_millis(20)));
        ana.send(text("one"));
        ana.send(text("two"));
        assert!(
            ana.during(Duration::from_millis(10)).await.is_empty(),
            "not stored yet"
        );
        let room: Ref<interpres::actors::room::Room> =
            environment.room(&"demo".parse().unwrap()).unwrap();
        room.inject_panic();
        let said = said(&mut ana).await;
        assert_eq!(said, plainly(&[("one", true), ("two", true)]));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_room_that_another_process_has_taken_sends_its_people_there() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, _) = in_demo(&environment, "Ana").await;
        let room: RoomId = "demo".parse().unwrap();
        let owner = disk.room(&room).await.unwrap().unwrap().owner.unwrap();
        let other: NodeId = "other".parse().unwrap();
        let taken = [
            Write::ReleaseNode(owner),
            Write::AcquireRoom {
                room,
                node: other,
                name: None,
                private: false,
                budget: None,
                at: time::OffsetDateTime::UNIX_EPOCH.into(),
            },
        ];
        disk.commit(&taken).await.unwrap();
        ana.send(text("is anybody there?"));
        let came = ana.during(Duration::from_secs(60)).await;
        assert!(messages(&came, "transcription").is_empty(), "{came:?}");
        let closed = |what: &What| matches!(what, What::Closed(1012));
        assert!(came.iter().any(|came| closed(&came.what)), "{came:?}");
        assert!(disk.texts().await.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_of_the_server_people_are_still_there_until_they_do_not_come_back() {
    let disk = BadDisk::new();
    let sessions = Arc::new(Mutex::new(Vec::new()));
    let (noted, dying) = (Arc::clone(&sessions), Arc::clone(&disk));
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, at_ana) = in_demo(&environment, "Ana").await;
        let (_berta, _) = in_demo(&environment, "Berta").await;
        ana.send(text("hello"));
        ana.during(MOMENT).await;
        noted.lock().push(at_ana);
        // It dies here: nothing of its end reaches the store.
        let holders = dying.holders().await.unwrap();
        dying.dead.lock().extend(holders);
        dying.turn(Weather::Failing);
        environment.archive.recorder().begin_closing();
    })
    .await;

    disk.turn(Weather::Fine);
    let at_ana = sessions.lock().pop().unwrap();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let mut ana = Person::connect(&environment);
        ana.send(json!({
            "type": "recover_session", "session_id": at_ana["session_id"],
            "resume_token": at_ana["resume_token"], "last_seq": at_ana["seq"],
        }));
        let came = ana.during(MOMENT).await;
        let recovered = &messages(&came, "session_recovered")[0];
        assert_eq!(recovered["gap"], false);
        assert_eq!(
            recovered["missed"], 2,
            "Berta's coming and the text: {came:?}"
        );
        assert_eq!(recovered["participants"].as_array().unwrap().len(), 2);
        assert!(
            recovered["seq"].as_u64().unwrap() >= 1_000,
            "no number is given twice"
        );
        assert_eq!(messages(&came, "participant_joined").len(), 1, "{came:?}");

        let came = ana.during(Duration::from_secs(29)).await;
        assert!(messages(&came, "participant_left").is_empty(), "{came:?}");
        let came = ana.during(Duration::from_secs(2)).await;
        let left = messages(&came, "participant_left");
        assert_eq!(left.len(), 1, "{came:?}");
        assert_eq!(left[0]["participant"]["name"], "Berta");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_said_while_somebody_is_coming_in_is_for_them_too() {
    let disk = BadDisk::new();
    let store: Arc<dyn Store> = disk.clone();
    in_a_tree_on(store, Settings::default(), |environment| async move {
        let (mut ana, _) = in_demo(&environment, "Ana").await;
        disk.turn(Weather::Slow(Duration::from_millis(20)));
        let mut berta = Person::connect(&environment);
        let config = json!({"name": "Berta", "room_id": "demo", "speaks": "en"});
        berta.send(json!({"type": "create_session", "config": config}));
        // Her session and her lease are stored by then, and her coming waits.
        let mut come = berta.during(Duration::from_millis(25)).await;
        ana.send(text("hello"));
        come.extend(berta.during(MOMENT).await);
        assert_eq!(messages(&come, "session_created").len(), 1, "{come:?}");
        let heard = messages(&come, "transcription");
        assert_eq!(heard.len(), 1, "{come:?}");
        ana.during(MOMENT).await;
    })
    .await;
}
