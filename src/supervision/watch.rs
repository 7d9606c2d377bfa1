//! Who is told when an actor ends.

use std::sync::Arc;

use actix::Message;

use super::control::Control;
use super::exit::Exit;
use super::node::Node;
use super::path::Path;
use super::reference::{Ref, RefFor};

/// What can be watched: a reference, a node, or a path.
pub trait Watchable {
    /// Adds `watcher` to those told of the end.
    fn watched_by(&self, watcher: &Arc<Node>);
}

impl Watchable for Arc<Node> {
    fn watched_by(&self, watcher: &Arc<Node>) {
        {
            let mut watchers = self.watchers.lock();
            watchers.retain(|known| {
                known
                    .upgrade()
                    .is_some_and(|known| !Arc::ptr_eq(&known, watcher))
            });
            watchers.push(Arc::downgrade(watcher));
        }
        // It may have ended between the look-up and the registration; whoever empties the list tells.
        if let Some(exit) = self.exit.get() {
            let is_untold = !std::mem::take(&mut *self.watchers.lock()).is_empty();
            if is_untold {
                tell_ended(watcher, self.path.clone(), exit.clone());
            }
        }
    }
}

impl<A> Watchable for Ref<A> {
    fn watched_by(&self, watcher: &Arc<Node>) {
        self.node().watched_by(watcher);
    }
}

impl<M: Message + Send + 'static> Watchable for RefFor<M>
where
    M::Result: Send,
{
    fn watched_by(&self, watcher: &Arc<Node>) {
        self.node().watched_by(watcher);
    }
}

impl Watchable for Path {
    fn watched_by(&self, watcher: &Arc<Node>) {
        match watcher.tree.find(self.as_str()) {
            Some(node) => node.watched_by(watcher),
            None => tell_ended(watcher, self.clone(), Exit::Stopped { reason: "unknown" }),
        }
    }
}

fn tell_ended(watcher: &Arc<Node>, path: Path, exit: Exit) {
    drop(
        watcher
            .lane
            .post(Control::WatchedEnded(Box::new((path, exit)))),
    );
}
