//! The root of the tree: it supervises everything else, and sweeps up what nobody came back for.

use std::{sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, AsyncContext, WrapFuture};
use serde_json::json;

use crate::{
    actors::{call::inheriting::inherit, environment::Environment},
    domain::{
        identity::SessionId,
        topic::{Server, Topic},
    },
    store::archive::Retention,
    supervision::{ChildEnd, Children, Ctx, Ref, Spec, StartError, Supervised, Verdict},
};

/// How often expired rows and logs are swept up. They expire after minutes.
const SWEEP: Duration = Duration::from_secs(10);

/// The root actor.
pub struct RoomObserver {
    environment: Arc<Environment>,
    sweeping: bool,
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
            sweeping: false,
        })
    }

    fn sweep(&mut self, ctx: &mut Ctx<Self>) {
        if std::mem::replace(&mut self.sweeping, true) {
            return;
        }
        let environment = Arc::clone(&self.environment);
        let retention = Retention {
            sessions: environment.settings.session.idle_after,
            transcripts: environment.settings.store.keep_transcripts,
            audit: environment.settings.store.keep_audit,
        };
        let sweeping = async move { environment.archive.sweep(retention).await };
        ctx.spawn(sweeping.into_actor(self).map(|swept, observer, _| {
            observer.sweeping = false;
            match swept {
                Ok(expired) => {
                    expired.into_iter().for_each(|id| observer.tell_expired(id));
                    inherit(&observer.environment);
                }
                Err(error) => tracing::warn!(%error, "not everything was swept up"),
            }
        }));
    }

    fn tell_expired(&self, session: SessionId) {
        let event = json!({"kind": "session_expired", "session_id": session});
        self.environment
            .topics
            .publish(&Topic::Session(session), event);
    }
}

impl Actor for RoomObserver {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        ctx.run_interval(SWEEP, Self::sweep);
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
