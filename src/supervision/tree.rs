//! The tree: its registry, its counters, and how it comes down.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::Supervised;
use super::cell::Beginning;
use super::exit::Exit;
use super::family;
use super::kind::{KindCounters, KindTotals};
use super::node::{Node, NodeParts};
use super::panic::install_hook;
use super::path::Path;
use super::placement::{Host, Local, Placement, Start};
use super::reference::Ref;
use super::refusal::StartError;
use super::seat::{Factory, Seat};
use super::snapshot::{ActorPage, ActorRow, Filter};
use super::spec::Spec;

/// How a tree is made.
#[derive(Clone)]
pub struct TreeConfig {
    /// Where all chance of the tree comes from: equal seeds give equal back-offs.
    pub seed: u64,
    /// Which threads its actors run on.
    pub placement: Arc<dyn Placement>,
}

impl Default for TreeConfig {
    fn default() -> Self {
        TreeConfig {
            seed: 0,
            placement: Arc::new(Local),
        }
    }
}

/// A tree of supervised actors. Cheap to clone.
#[derive(Clone)]
pub struct Tree(Arc<Shared>);

struct Shared {
    seed: u64,
    epoch: Instant,
    placement: Arc<dyn Placement>,
    registry: DashMap<Path, Arc<Node>>,
    kinds: DashMap<&'static str, Arc<KindCounters>>,
    specs: DashMap<&'static str, Arc<Spec>>,
    hosts: Mutex<Vec<Weak<Host>>>,
    next_sequence: AtomicU64,
    closing: AtomicBool,
}

impl Tree {
    /// An empty tree. Installs, once for the process, the panic hook that keeps guarded panics quiet.
    pub fn new(config: TreeConfig) -> Self {
        install_hook();
        Tree(Arc::new(Shared {
            seed: config.seed,
            epoch: Instant::now(),
            placement: config.placement,
            registry: DashMap::new(),
            kinds: DashMap::new(),
            specs: DashMap::new(),
            hosts: Mutex::default(),
            next_sequence: AtomicU64::new(0),
            closing: AtomicBool::new(false),
        }))
    }

    /// Starts an actor that has no parent. With the empty name its children's paths are their bare names.
    ///
    /// # Errors
    /// [`StartError::NameTaken`], [`StartError::Stopping`] or [`StartError::NoThread`].
    pub fn start_root<A: Supervised>(
        &self,
        name: &str,
        spec: Spec,
        factory: impl Fn() -> A + Send + Sync + 'static,
    ) -> Result<Ref<A>, StartError> {
        self.start(None, name, spec, Arc::new(factory))
    }

    pub(super) fn start<A: Supervised>(
        &self,
        parent: Option<&Arc<Node>>,
        name: &str,
        mut spec: Spec,
        factory: Factory<A>,
    ) -> Result<Ref<A>, StartError> {
        if self.is_closing() {
            return Err(StartError::Stopping);
        }
        let path = parent.map_or_else(|| Path::new(name), |parent| parent.path.join(name));
        let group = spec
            .group
            .or_else(|| inherited_group(parent))
            .unwrap_or_else(|| hash(&path));
        if parent.is_some() {
            // The node holds it; without it the spec is the same for all of a kind.
            spec.group = None;
        }
        let counters = self.0.kinds.entry(A::KIND).or_default().clone();
        let node = Arc::new(Node::new(NodeParts {
            path,
            kind: A::KIND,
            counters,
            spec: self.shared_spec(A::KIND, spec),
            group,
            sequence: self.0.next_sequence.fetch_add(1, Ordering::Relaxed),
            tree: self.clone(),
            parent: parent.map(Arc::downgrade),
            seat: Box::new(Seat::new(factory)),
        }));
        self.enter(&node)?;
        if let Some(parent) = parent {
            let mut brood = parent.children.lock();
            if brood.closed {
                drop(brood);
                self.forget(&node);
                return Err(StartError::Stopping);
            }
            brood.by_start.insert(node.sequence, node.clone());
        }
        let now = self.nanos(Instant::now());
        node.gauges.started_at.store(now, Ordering::Relaxed);
        node.gauges.last_activity.store(now, Ordering::Relaxed);
        node.counters.started.fetch_add(1, Ordering::Relaxed);
        if !node.launch(0, Some(Beginning::First)) {
            node.expected_to_end.store(true, Ordering::Release);
            node.finish(None, Exit::Lost);
            return Err(StartError::NoThread);
        }
        Ok(Ref::known(node))
    }

    /// One copy of `spec` for all of this kind that live by the same one, as nearly always all of them do.
    fn shared_spec(&self, kind: &'static str, spec: Spec) -> Arc<Spec> {
        let mut known = self.0.specs.entry(kind).or_insert_with(|| Arc::new(spec));
        if **known != spec {
            *known = Arc::new(spec);
        }
        Arc::clone(&known)
    }

    fn enter(&self, node: &Arc<Node>) -> Result<(), StartError> {
        match self.0.registry.entry(node.path.clone()) {
            Entry::Occupied(_) => Err(StartError::NameTaken(node.path.clone())),
            Entry::Vacant(place) => {
                place.insert(node.clone());
                Ok(())
            }
        }
    }

    /// Takes a node out of the registry.
    pub(super) fn forget(&self, node: &Node) {
        self.0.registry.remove_if(&node.path, |_, known| {
            std::ptr::eq(&raw const **known, node)
        });
    }

    /// The actor at `path`, if it has not ended.
    pub fn find(&self, path: &str) -> Option<Arc<Node>> {
        self.0
            .registry
            .get(path.trim_matches('/'))
            .map(|entry| entry.value().clone())
    }

    /// The actor at `path`, if it has not ended and is an `A`.
    pub fn lookup<A: Supervised>(&self, path: &str) -> Option<Ref<A>> {
        self.find(path).and_then(Ref::of)
    }

    /// How many actors there are.
    pub fn len(&self) -> usize {
        self.0.registry.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.registry.is_empty()
    }

    /// The actors that pass `filter`, sorted by path. Asks no actor, so a blocked one cannot hold it up.
    pub fn snapshot(&self, filter: &Filter) -> Vec<ActorRow> {
        let now = self.nanos(Instant::now());
        let nodes = self
            .0
            .registry
            .iter()
            .filter(|entry| filter.admits(entry.value()));
        let mut rows: Vec<_> = nodes
            .map(|entry| ActorRow::of(entry.value(), now))
            .collect();
        rows.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        rows
    }

    /// At most `limit` of the actors that pass `filter`, the first behind the path `after`. Looks at every actor, and
    /// makes rows only of those of the page.
    pub fn page(&self, filter: &Filter, after: &str, limit: usize) -> ActorPage {
        let mut total = 0;
        let mut first: BTreeMap<Path, Arc<Node>> = BTreeMap::new();
        for entry in &self.0.registry {
            let (path, node) = entry.pair();
            if !filter.admits(node) {
                continue;
            }
            total += 1;
            let is_full = first.len() > limit;
            if path.as_str() <= after || is_full && first.keys().next_back() <= Some(path) {
                continue;
            }
            if is_full {
                first.pop_last();
            }
            first.insert(path.clone(), node.clone());
        }
        let more = first.len() > limit;
        let now = self.nanos(Instant::now());
        let rows = first.values().take(limit);
        ActorPage {
            rows: rows.map(|node| ActorRow::of(node, now)).collect(),
            total,
            more,
        }
    }

    /// What each kind of actor has done so far, sorted by kind.
    pub fn kinds(&self) -> Vec<KindTotals> {
        let mut totals: Vec<_> = self
            .0
            .kinds
            .iter()
            .map(|entry| entry.value().totals(entry.key()))
            .collect();
        totals.sort_unstable_by_key(|totals| totals.kind);
        totals
    }

    /// Brings the whole tree down, the latest root first; children before parents, each with its own deadline, all
    /// within `deadline`. What does not make it is killed. From now on nothing is started.
    pub async fn shutdown(&self, deadline: Duration) {
        self.0.closing.store(true, Ordering::Release);
        let limit = Instant::now() + deadline;
        let mut roots = self.nodes(|node| node.parent.is_none());
        roots.sort_unstable_by_key(|root| std::cmp::Reverse(root.sequence));
        for root in roots {
            family::stop(&root, "shutdown", Some(limit)).await;
        }
        // What was left behind on a blocked thread.
        for node in self.nodes(|_| true) {
            node.finish(None, Exit::Killed);
        }
    }

    /// The nodes for which `wanted` holds, in no order.
    pub(super) fn nodes(&self, wanted: impl Fn(&Node) -> bool) -> Vec<Arc<Node>> {
        let all = self.0.registry.iter();
        all.filter(|entry| wanted(entry.value()))
            .map(|entry| entry.value().clone())
            .collect()
    }

    pub(super) fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::Acquire)
    }

    pub(super) fn can_move(&self) -> bool {
        self.0.placement.can_move()
    }

    pub(super) fn replace(&self, lost: &Host) -> bool {
        self.0.placement.replace(lost)
    }

    /// Brings `start` to the thread where the actor belongs.
    pub(super) fn place(&self, spec: &Spec, group: u64, start: Start) -> Option<Arc<Host>> {
        let host = if spec.on_current_thread {
            let host = Host::here()?;
            start();
            host
        } else {
            self.0.placement.place(group, start)?
        };
        let mut hosts = self.0.hosts.lock();
        if !hosts
            .iter()
            .any(|known| std::ptr::eq(known.as_ptr(), Arc::as_ptr(&host)))
        {
            hosts.retain(|known| known.strong_count() > 0);
            hosts.push(Arc::downgrade(&host));
        }
        drop(hosts);
        Some(host)
    }

    /// The threads that run actors of this tree.
    pub(super) fn hosts(&self) -> Vec<Arc<Host>> {
        self.0
            .hosts
            .lock()
            .iter()
            .filter_map(Weak::upgrade)
            .collect()
    }

    /// Nanoseconds from the making of the tree to `moment`.
    pub(super) fn nanos(&self, moment: Instant) -> u64 {
        moment.saturating_duration_since(self.0.epoch).as_nanos() as u64
    }

    /// The moment that lies `nanos` after the making of the tree.
    pub(super) fn moment(&self, nanos: u64) -> Instant {
        self.0.epoch + Duration::from_nanos(nanos)
    }

    /// A number that depends on the seed and on `path` only.
    pub(super) fn chance(&self, path: &Path) -> u64 {
        self.0.seed ^ hash(path)
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tree({} actors)", self.len())
    }
}

/// The group of the parent; that of a root is its own, so that a root's children spread.
fn inherited_group(parent: Option<&Arc<Node>>) -> Option<u64> {
    parent
        .filter(|parent| parent.parent.is_some() || parent.spec.group.is_some())
        .map(|parent| parent.group)
}

/// `DefaultHasher::new` has fixed keys, so equal paths meet on one thread in every run of one build.
fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
