//! A whole tree on one thread, and people in it who need no network.

use std::{sync::Arc, time::Duration};

use actix::Message;
use bytestring::ByteString;
use futures_util::StreamExt;
use interpres::{
    actors::{
        clock::Clock,
        environment::{Engines, Environment},
        outbox::{Outgoing, Payload, Pull},
        socket::{Caller, Inbound, Socket},
    },
    config::Settings,
    domain::{
        access::{Access, Role},
        time::Timestamp,
    },
    engines::null::null_engine,
    store::{
        archive::{Archive, Bounds},
        contract::Store,
        memory::MemoryStore,
    },
    supervision::{Filter, Ref, Tree, TreeConfig},
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::{runtime::Handle, task::LocalSet, time::Instant};

/// A client without a network: it speaks to its Socket and pulls its outbox as the wire does.
pub struct Person {
    pub socket: Ref<Socket>,
    pub pull: Pull,
}

/// What came, and when.
#[derive(Debug)]
pub struct Came {
    pub at: Instant,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Message(Value),
    Audio(usize),
    Closed(u16),
}

impl Person {
    pub fn connect(environment: &Arc<Environment>) -> Self {
        Self::connect_until(environment, None)
    }

    /// With a token that ends then.
    pub fn connect_until(environment: &Arc<Environment>, expires_at: Option<Timestamp>) -> Self {
        let caller = Caller {
            access: Access {
                role: Role::Admin,
                subject: None,
                expires_at,
            },
            user_id: None,
        };
        let (socket, outbox) = Socket::start(environment, caller).unwrap();
        Self {
            socket,
            pull: outbox.pull(),
        }
    }

    pub fn send(&self, message: Value) {
        self.tell(Inbound::Text(ByteString::from(message.to_string())));
    }

    pub fn tell<M>(&self, message: M)
    where
        M: Message<Result = ()> + Send + 'static,
        Socket: actix::Handler<M>,
    {
        assert!(self.socket.tell(message).is_ok(), "the socket takes it");
    }

    /// Everything that comes within this time.
    pub async fn during(&mut self, time: Duration) -> Vec<Came> {
        let deadline = Instant::now() + time;
        let mut came = Vec::new();
        while let Ok(Some(outgoing)) = tokio::time::timeout_at(deadline, self.pull.next()).await {
            let what = match outgoing {
                Outgoing::Frame(Payload::Text(text)) => {
                    What::Message(serde_json::from_str(&text).unwrap())
                }
                Outgoing::Frame(Payload::Binary(frame)) => What::Audio(frame.len()),
                Outgoing::Frame(Payload::Ping) => {
                    self.tell(Inbound::Heard);
                    continue;
                }
                Outgoing::Close(closing) => What::Closed(closing.code),
            };
            came.push(Came {
                at: Instant::now(),
                what,
            });
        }
        came
    }

    pub async fn create_session(&mut self, config: Value) -> Value {
        self.send(json!({"type": "create_session", "config": config}));
        let came = self.during(Duration::from_millis(10)).await;
        messages(&came, "session_created")
            .first()
            .unwrap_or_else(|| panic!("no session: {came:#?}"))
            .clone()
    }
}

/// The wire has gone.
impl Drop for Person {
    fn drop(&mut self) {
        // A Socket that was ended first needs no word.
        let _ = self.socket.tell(Inbound::Gone);
    }
}

pub fn messages(came: &[Came], kind: &str) -> Vec<Value> {
    came.iter()
        .filter_map(|came| match &came.what {
            What::Message(message) if message["type"] == kind => Some(message.clone()),
            _ => None,
        })
        .collect()
}

pub fn kinds(environment: &Environment) -> Vec<&'static str> {
    let rows = environment.tree.snapshot(&Filter::all());
    rows.into_iter().map(|row| row.kind).collect()
}

/// Runs a test in a tree of its own, with the null engine, on this thread.
pub async fn in_a_tree<F: Future<Output = ()>>(test: impl FnOnce(Arc<Environment>) -> F) {
    in_a_tree_with(Settings::default(), test).await;
}

pub async fn in_a_tree_with<F: Future<Output = ()>>(
    settings: Settings,
    test: impl FnOnce(Arc<Environment>) -> F,
) {
    in_a_tree_on(Arc::new(MemoryStore::default()), settings, test).await;
}

/// Runs a test in a tree of its own over this store.
pub async fn in_a_tree_on<F: Future<Output = ()>>(
    store: Arc<dyn Store>,
    settings: Settings,
    test: impl FnOnce(Arc<Environment>) -> F,
) {
    let null = || Engines::new(Arc::new(null_engine(Handle::current())), Vec::new());
    in_a_tree_of(store, settings, null, test).await;
}

/// Runs a test in a tree of its own with these engines.
pub async fn in_a_tree_of<F: Future<Output = ()>>(
    store: Arc<dyn Store>,
    settings: Settings,
    engines: impl FnOnce() -> Engines,
    test: impl FnOnce(Arc<Environment>) -> F,
) {
    LocalSet::new()
        .run_until(async {
            let clock = Clock::Counting {
                origin: OffsetDateTime::UNIX_EPOCH,
                since: Instant::now(),
            };
            let now = clock.clone();
            let archive = Archive::start(
                store,
                uuid::Uuid::now_v7().into(),
                Arc::new(move || now.now()),
                Bounds::from(&settings),
                &Handle::current(),
            );
            let environment = Environment::start(
                Arc::new(settings),
                Tree::new(TreeConfig::default()),
                archive,
                clock,
                7,
                b"secret",
                |_| Ok(engines()),
            )
            .unwrap();
            test(environment.clone()).await;
            environment.begin_stopping();
            environment.tree.shutdown(Duration::from_secs(5)).await;
            assert!(environment.tree.is_empty(), "{:?}", environment.tree);
        })
        .await;
}
