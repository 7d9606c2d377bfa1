//! Sees threads that no longer answer, names what blocks them, and has their actors go on elsewhere.
//!
//! The one user of the real clock: a blocked thread must be seen whatever the runtime's clock says.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::node::Node;
use super::placement::Host;
use super::tree::Tree;

/// A thread that has not answered for this long is blocked. No handler has business of even a hundredth of it.
const DEFAULT_LIMIT: Duration = Duration::from_secs(2);
/// Questions per limit: a blocked thread is named at most an eighth of the limit late.
const LOOKS_PER_LIMIT: u32 = 8;

/// A running watchdog; it stops when dropped.
pub struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Watches the threads of `tree`; one that is silent for 2 s is blocked.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub fn start(tree: Tree) -> io::Result<Self> {
        Watchdog::with_limit(tree, DEFAULT_LIMIT)
    }

    /// Watches the threads of `tree`; one that is silent for `limit` is blocked.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub fn with_limit(tree: Tree, limit: Duration) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let watch = move || {
            let mut asked = HashMap::new();
            while !stopped.load(Ordering::Acquire) {
                look(&tree, limit, &mut asked);
                thread::park_timeout(limit / LOOKS_PER_LIMIT);
            }
        };
        let thread = thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(watch)?;
        Ok(Watchdog {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A watchdog that panicked has said so already.
            drop(thread.join());
        }
    }
}

/// A question to a thread.
struct Asked {
    at: Instant,
    is_reported: bool,
}

fn look(tree: &Tree, limit: Duration, asked: &mut HashMap<u64, Asked>) {
    let hosts = tree.hosts();
    asked.retain(|id, _| hosts.iter().any(|host| host.id() == *id));
    for host in hosts {
        let question = asked.entry(host.id()).or_insert_with(|| Asked {
            at: Instant::now(),
            is_reported: true,
        });
        if host.has_answered() {
            if question.is_reported && question.at.elapsed() > limit {
                tracing::info!(thread = host.name(), "thread answers");
            }
            *question = Asked {
                at: Instant::now(),
                is_reported: false,
            };
            host.ask();
        } else if !question.is_reported && question.at.elapsed() >= limit {
            question.is_reported = true;
            report_blocked(tree, &host);
        }
    }
}

fn report_blocked(tree: &Tree, host: &Arc<Host>) {
    let on_host = |node: &Node| {
        node.host
            .lock()
            .as_ref()
            .is_some_and(|it| it.id() == host.id())
    };
    let nodes = tree.nodes(on_host);
    let busy = |node: &Node| node.gauges.busy().map(|(with, _)| with);
    match nodes
        .iter()
        .find_map(|node| busy(node).map(|with| (node, with)))
    {
        Some((node, message)) => {
            tracing::error!(thread = host.name(), actor = %node.path, message, "thread is blocked");
        }
        None => tracing::error!(
            thread = host.name(),
            "thread is blocked, by no actor of the tree"
        ),
    }
    if !tree.replace(host) {
        return;
    }
    for node in nodes.iter().filter(|node| !node.spec.on_current_thread) {
        node.take_over(busy(node));
    }
}
