//! Legs of calls that are over, each to be looked at once more.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{
    super::ticket::Ticket,
    found::{Finding, Found},
};

/// Legs that wait of whose end nobody is sure.
const MOST_UNSURE: usize = 4_096;

/// Legs that wait and have ended as far as anybody can tell. Those of the last calls.
const MOST_SURE: usize = 256;

/// How often one is looked at that the service does not say anything of, or does not let go.
const MOST_TRIES: u32 = 100;

/// One of them.
pub struct EndedLeg {
    /// Whose.
    pub ticket: Arc<Ticket>,
    due: Instant,
    tries: u32,
}

/// All of them. Those of whose end nobody is sure have room of their own, and their turn first.
#[derive(Default)]
pub struct EndedLegs(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    unsure: VecDeque<EndedLeg>,
    sure: VecDeque<EndedLeg>,
}

impl EndedLegs {
    /// The leg of this call is to be looked at so long from now. Beyond what is kept, the oldest is not looked at, which is
    /// counted.
    pub fn add(&self, ticket: &Arc<Ticket>, is_sure: bool, after: Duration, found: &Found) {
        if ticket.leg.known_id().is_none() {
            return;
        }
        let leg = EndedLeg {
            ticket: Arc::clone(ticket),
            due: Instant::now() + after,
            tries: 0,
        };
        let mut waiting = self.0.lock();
        let (queue, most) = match is_sure {
            true => (&mut waiting.sure, MOST_SURE),
            false => (&mut waiting.unsure, MOST_UNSURE),
        };
        queue.push_back(leg);
        if queue.len() > most {
            queue.pop_front();
            found.note(Finding::Skipped);
        }
    }

    /// Those whose time has come, so many at the most; they wait no longer.
    pub fn due(&self, most: usize) -> Vec<EndedLeg> {
        let now = Instant::now();
        let mut waiting = self.0.lock();
        let Waiting { unsure, sure } = &mut *waiting;
        let mut due = Vec::new();
        for queue in [unsure, sure] {
            // All wait equally long, so they are in the order of their times.
            let ready = queue.iter().take_while(|leg| leg.due <= now).count();
            due.extend(queue.drain(..ready.min(most - due.len())));
        }
        due
    }

    /// One is to be looked at again. Whether it is: not after many times.
    pub fn again(&self, mut leg: EndedLeg, after: Duration) -> bool {
        leg.tries += 1;
        leg.due = Instant::now() + after;
        let mut waiting = self.0.lock();
        let is_kept = leg.tries < MOST_TRIES && waiting.unsure.len() < MOST_UNSURE;
        if is_kept {
            waiting.unsure.push_back(leg);
        }
        is_kept
    }

    /// How many wait.
    pub fn count(&self) -> usize {
        let waiting = self.0.lock();
        waiting.unsure.len() + waiting.sure.len()
    }
}
