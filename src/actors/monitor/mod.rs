//! Looks at the server every few seconds: how busy it is, and what is wrong with it.
//!
//! The Monitor asks no actor: it reads counters and gauges ([`mod@look`]), so that a room that hangs cannot hold it up, and
//! one of 20,000 rooms costs it no more than one of ten. What it finds stands on the [`Board`], which outlives its
//! crash and is read by everybody, and is published on the topic `metrics`: each sample while somebody follows it, and
//! each alert as it is raised or cleared. What is an alert is decided by the rules in `domain/alert`.

pub mod board;
pub mod look;
mod process;

use std::sync::Arc;

use actix::{Actor, AsyncContext, WrapFuture};
use serde_json::{Value, json};

pub use self::board::Board;
use self::look::{findings, look, store};
use crate::{
    actors::environment::Environment,
    domain::{
        alert::Change,
        topic::{Server, Topic},
    },
    supervision::{Ctx, Ref, Spec, StartError, Supervised},
};

/// The actor.
pub struct Monitor {
    environment: Arc<Environment>,
}

impl Monitor {
    /// Starts it below the root.
    ///
    /// # Errors
    /// [`StartError`] if it runs already, or the tree is on its way down.
    pub fn start(environment: &Arc<Environment>) -> Result<Ref<Self>, StartError> {
        let given = Arc::clone(environment);
        let root = environment.observer().node();
        root.start_child("workers/monitor", Spec::new(), move || Self {
            environment: Arc::clone(&given),
        })
    }

    fn sample(&mut self, _: &mut Ctx<Self>) {
        let environment = &*self.environment;
        let board = &environment.board;
        let looked = look(environment);
        let at = environment.clock.now();
        let sample = board.add(at, &looked);
        let topic = Topic::Server(Server::Metrics);
        if environment.topics.has_subscribers(&topic) {
            let event = json!({"kind": "sample", "sample": sample});
            environment.topics.publish(&topic, event);
        }
        let findings = findings(environment, &looked, board.failures());
        for change in board.judge(findings, at) {
            tell(environment, &change);
        }
    }

    /// Whoever follows the store's state need not wait for the next sample.
    fn watch_store(&self, ctx: &mut Ctx<Self>) {
        let mut states = self.environment.archive.recorder().watch();
        let environment = Arc::clone(&self.environment);
        let watching = async move {
            while states.changed().await.is_ok() {
                let state = states.borrow_and_update().clone();
                let at = environment.clock.now();
                if let Some(change) = environment.board.take(store(&state), at) {
                    tell(&environment, &change);
                }
            }
        };
        ctx.spawn(watching.into_actor(self));
    }
}

/// Tells those who follow the figures of an alert.
fn tell(environment: &Environment, change: &Change) {
    let topic = Topic::Server(Server::Metrics);
    if !environment.topics.has_subscribers(&topic) {
        return;
    }
    let mut event = json!(change.alert);
    if let Value::Object(fields) = &mut event {
        fields.insert("kind".to_owned(), json!("alert"));
        fields.insert("raised".to_owned(), json!(change.raised));
    }
    environment.topics.publish(&topic, event);
}

impl Actor for Monitor {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.watch_store(ctx);
        self.sample(ctx);
        let interval = self.environment.settings.metrics.sample_interval;
        ctx.run_interval(interval, Self::sample);
    }
}

impl Supervised for Monitor {
    const KIND: &'static str = "monitor";
}
