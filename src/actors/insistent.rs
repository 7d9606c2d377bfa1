//! Messages that must arrive: told in order, and told again while the other's mailbox is full or it restarts.

use std::collections::VecDeque;

use actix::{Handler, Message};

use crate::supervision::{Ref, Supervised, TellError};

/// The most that waits. What is told this way is finals, one every few seconds; with this many waiting the other has
/// been gone for minutes.
const MOST_WAITING: usize = 256;

/// A queue of messages for one actor.
pub struct Insistent<M> {
    waiting: VecDeque<M>,
}

impl<M> Default for Insistent<M> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
        }
    }
}

impl<M> Insistent<M>
where
    M: Message<Result = ()> + Send + 'static,
{
    /// Tells `message` after those that wait. Beyond `MOST_WAITING` the oldest is given up, and logged.
    pub fn tell<A: Supervised + Handler<M>>(&mut self, to: &Ref<A>, message: M) {
        if self.waiting.len() == MOST_WAITING {
            self.waiting.pop_front();
            tracing::error!(to = %to.path(), "a message was given up: its receiver does not take any");
        }
        self.waiting.push_back(message);
        self.retry(to);
    }

    /// Tries again what waits.
    pub fn retry<A: Supervised + Handler<M>>(&mut self, to: &Ref<A>) {
        while let Some(message) = self.waiting.pop_front() {
            match to.tell(message) {
                Ok(()) => {}
                Err(TellError::Gone(_)) => self.waiting.clear(),
                Err(refused) => {
                    self.waiting.push_front(refused.into_message());
                    return;
                }
            }
        }
    }

    /// Whether something waits to be tried again.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}
