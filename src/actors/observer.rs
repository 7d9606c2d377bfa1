//! The root of the tree: it supervises everything else, and sweeps up what nobody came back for.

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    actors::environment::Environment,
    domain::topic::{Server, Topic},
    supervision::{ChildEnd, Children, Ctx, Ref, Spec, StartError, Supervised, Verdict},
};

/// How often expired rows and logs are swept up. They expire after minutes.
const SWEEP: Duration = Duration::from_secs(10);

/// How often figures are published to those who subscribed to them.
const FIGURES: Duration = Duration::from_secs(5);

/// The root actor.
pub struct RoomObserver {
    environment: Arc<Environment>,
}

impl RoomObserver {
    /// Starts the tree of this environment.
    ///
    /// # Errors
    /// [`StartError`] if it was started before or is on its way down.
    pub fn start(environment: &Arc<Environment>) -> Result<Ref<Self>, StartError> {
        let given = Arc::clone(environment);
        let spec = Spec::new()
            .children_on_restart(Children::Keep)
            .mailbox(1024);
        environment.tree.start_root("", spec, move || Self {
            environment: Arc::clone(&given),
        })
    }

    fn sweep(&mut self, _: &mut Ctx<Self>) {
        let idle = self.environment.settings.session.idle_after;
        for session in self.environment.archive.expire(Instant::now(), idle) {
            let event = json!({"kind": "session_expired", "session_id": session});
            self.environment
                .topics
                .publish(&Topic::Session(session), event);
        }
    }

    fn publish_figures(&mut self, _: &mut Ctx<Self>) {
        let topic = Topic::Server(Server::Metrics);
        if !self.environment.topics.has_subscribers(&topic) {
            return;
        }
        let kinds: serde_json::Map<_, _> = self
            .environment
            .tree
            .kinds()
            .into_iter()
            .map(|totals| {
                let figures = json!({
                    "alive": totals.alive, "restarts": totals.restarts, "messages": totals.messages,
                });
                (totals.kind.to_owned(), figures)
            })
            .collect();
        let event = json!({
            "kind": "figures",
            "actors": kinds,
            "sessions": self.environment.archive.session_count(),
        });
        self.environment.topics.publish(&topic, event);
    }
}

impl Actor for RoomObserver {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        ctx.run_interval(SWEEP, Self::sweep);
        ctx.run_interval(FIGURES, Self::publish_figures);
    }
}

impl Supervised for RoomObserver {
    const KIND: &'static str = "room-observer";

    /// Rooms, sessions, sockets and engines stand or fall alone; their ends are facts for those who watch.
    fn child_ended(&mut self, child: &ChildEnd, _: &mut Ctx<Self>) -> Verdict {
        let topic = Topic::Server(Server::Actors);
        if self.environment.topics.has_subscribers(&topic) {
            let event = json!({
                "kind": "actor_ended", "path": child.path.as_str(), "of": child.kind,
                "reason": child.how.to_string(),
            });
            self.environment.topics.publish(&topic, event);
        }
        Verdict::Ignore
    }
}
