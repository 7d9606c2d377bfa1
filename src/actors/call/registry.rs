//! The calls of this process: the link to the service, and the names under which each call is found.
//!
//! A call is found by our id, by the service's id of our leg, and by the hash of the secret in its addresses. It stays to be
//! found for a while after its end, because what is told of it comes late; both are bounded.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::Duration,
};

use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::{runtime::Handle, time::Instant};
use tokio_util::task::TaskTracker;

use super::{
    auditing::{ended::EndedLegs, found::Found},
    seen::Seen,
    tally::Tally,
    ticket::{ContextHash, Ticket},
};
use crate::{
    actors::refusal::Refusal,
    domain::identity::CallId,
    links::acs::{client::Client, tokens::Tokens},
};

/// Events that are known again when they come again. Those of a busy hour.
const MOST_SEEN: usize = 16_384;

/// Calls that are over and still found.
const MOST_ENDED: usize = 256;

/// The service, as it is reached and as it shows who it is.
pub struct Link {
    /// What asks it.
    pub client: Arc<Client>,
    /// What checks its tokens; absent: they are not looked at.
    pub tokens: Option<Tokens>,
    /// What checks the tokens of Event Grid's deliveries, if it shows any.
    pub event_tokens: Option<Tokens>,
    /// The runtime of what goes out.
    pub outgoing: Handle,
    /// How the service reaches us, without a slash at the end.
    pub public_url: String,
}

/// All calls.
#[derive(Default)]
pub struct Calls {
    link: OnceLock<Arc<Link>>,
    by_id: DashMap<CallId, Arc<Ticket>>,
    by_context: DashMap<ContextHash, Arc<Ticket>>,
    by_leg: DashMap<String, Arc<Ticket>>,
    ended: Mutex<VecDeque<Arc<Ticket>>>,
    /// Held while it is looked whether one more call may come, and until it has.
    admission: Mutex<()>,
    seen: Mutex<Option<Seen>>,
    keepers: TaskTracker,
    /// Calls that are being looked for at the service, because they are not known here.
    pub(super) looked_for: Mutex<Vec<String>>,
    /// What came to the webhooks.
    pub tally: Tally,
    /// Legs of calls that are over, to be looked at once more.
    pub ended_legs: EndedLegs,
    /// What audits found.
    pub found: Found,
}

impl Calls {
    /// Lets there be calls, by this link or the one there is.
    pub fn connect(&self, link: Link) -> &Arc<Link> {
        self.link.get_or_init(|| Arc::new(link))
    }

    /// The way to the service, if there is one.
    pub fn link(&self) -> Option<&Arc<Link>> {
        self.link.get()
    }

    /// Whether an event of this name was told before; it is from now on.
    pub fn was_told(&self, name: &str) -> bool {
        let mut seen = self.seen.lock();
        seen.get_or_insert_with(|| Seen::new(MOST_SEEN))
            .was_told(name)
    }

    /// The call with this secret in its addresses.
    pub fn of_context(&self, hash: &ContextHash) -> Option<Arc<Ticket>> {
        self.by_context.get(hash).map(|found| Arc::clone(&found))
    }

    /// The call of this id, ours or the service's.
    pub fn find(&self, id: &str) -> Option<Arc<Ticket>> {
        let ours = id.parse::<CallId>().ok();
        let ours = ours.and_then(|id| self.by_id.get(&id).map(|found| Arc::clone(&found)));
        ours.or_else(|| self.by_leg.get(id).map(|found| Arc::clone(&found)))
    }

    /// All that are found, the newest first.
    pub fn all(&self) -> Vec<Arc<Ticket>> {
        let mut all: Vec<_> = self.by_id.iter().map(|found| Arc::clone(&found)).collect();
        all.sort_by(|one, other| other.id.cmp(&one.id));
        all
    }

    /// Under how many names calls are found, each under two or three.
    pub fn names(&self) -> usize {
        self.by_id.len() + self.by_context.len() + self.by_leg.len()
    }

    /// Calls that are not over.
    pub fn count(&self) -> usize {
        self.by_id.len() - self.ended.lock().len().min(self.by_id.len())
    }

    /// Lets a call be found, if there are not `most` already and none of ours is in the same call of the service: of two
    /// legs there, each would interpret what the other says.
    ///
    /// # Errors
    /// [`Refusal`] otherwise.
    pub(super) fn admit(&self, ticket: &Arc<Ticket>, most: usize) -> Result<(), Refusal> {
        let _admission = self.admission.lock();
        if self.count() >= most {
            return Err(Refusal::new(
                "too_many_calls",
                "there are as many calls as this server takes (acs.max_calls); try again later",
            ));
        }
        let meets = ticket.state.read(|state| {
            let mut known = self.by_id.iter();
            known.find_map(|known| {
                let is_met = known.state.read(|known| known.is_in_the_call_of(state));
                is_met.then(|| known.id.clone())
            })
        });
        if let Some(met) = meets {
            return Err(Refusal::new(
                "already_in_call",
                format!(
                    "call {met} of ours is in that call already; attach to that, or hang it up first"
                ),
            ));
        }
        self.add(ticket);
        Ok(())
    }

    /// Calls whose leg is up and was not looked at for so long, those longest not looked at first, so many at the most. They
    /// are looked at by this.
    pub(super) fn longest_unaudited(&self, age: Duration, most: usize) -> Vec<Arc<Ticket>> {
        let mut up: Vec<(Instant, Arc<Ticket>)> = self
            .by_id
            .iter()
            .filter(|ticket| ticket.leg.id().is_some())
            .map(|ticket| (*ticket.audited_at.lock(), Arc::clone(&ticket)))
            .filter(|(audited_at, _)| audited_at.elapsed() >= age)
            .collect();
        up.sort_by_key(|(audited_at, _)| *audited_at);
        up.truncate(most);
        for (_, ticket) in &up {
            *ticket.audited_at.lock() = Instant::now();
        }
        up.into_iter().map(|(_, ticket)| ticket).collect()
    }

    fn add(&self, ticket: &Arc<Ticket>) {
        self.by_id.insert(ticket.id.clone(), Arc::clone(ticket));
        self.by_context
            .insert(ticket.context_hash(), Arc::clone(ticket));
    }

    /// Lets it be found by the service's id of its leg too.
    pub(super) fn add_leg(&self, ticket: &Arc<Ticket>, leg: &str) {
        self.by_leg.insert(leg.to_owned(), Arc::clone(ticket));
    }

    /// It is over; the oldest of those that are is found no more.
    pub(super) fn retire(&self, ticket: &Arc<Ticket>) {
        let oldest = {
            let mut ended = self.ended.lock();
            ended.push_back(Arc::clone(ticket));
            match ended.len() > MOST_ENDED {
                true => ended.pop_front(),
                false => None,
            }
        };
        if let Some(oldest) = oldest {
            self.forget(&oldest);
        }
    }

    /// It never was.
    pub(super) fn forget(&self, ticket: &Arc<Ticket>) {
        self.by_id.remove(&ticket.id);
        self.by_context.remove(&ticket.context_hash());
        if let Some(leg) = ticket.leg.known_id() {
            self.by_leg.remove(&leg);
        }
    }

    /// Runs what sees to it that a call's leg is hung up, whatever becomes of the call.
    pub(super) fn keep(&self, link: &Link, keeping: impl Future<Output = ()> + Send + 'static) {
        self.keepers.spawn_on(keeping, &link.outgoing);
    }

    /// Waits until the legs of all calls that are over have been hung up, at most until `deadline`.
    pub async fn settled(&self, deadline: Instant) -> bool {
        self.keepers.close();
        let settled = tokio::time::timeout_at(deadline, self.keepers.wait()).await;
        self.keepers.reopen();
        settled.is_ok()
    }
}

/// How long a request for a call may take while somebody waits for it on the telephone.
pub(super) const ASK_BUDGET: Duration = Duration::from_secs(15);
