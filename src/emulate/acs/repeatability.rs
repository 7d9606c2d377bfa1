//! A request that is sent again is not done again: its first answer is given once more.

use std::collections::{HashMap, VecDeque};

use super::gate::Reply;

/// How many answers are kept; the oldest are forgotten first.
const MOST_ANSWERS: usize = 10_000;

/// The answers that were given, by the id of their request.
#[derive(Default)]
pub struct Answers {
    by_id: HashMap<String, ([u8; 32], Reply)>,
    order: VecDeque<String>,
}

/// What is known of an id.
pub enum Known {
    /// Nothing; do it.
    New,
    /// It was done, and this was the answer.
    Done(Reply),
    /// It was the id of something else.
    Other,
}

impl Answers {
    /// What is known of this id, given with a request of this hash.
    pub fn look_up(&self, id: &str, request: [u8; 32]) -> Known {
        match self.by_id.get(id) {
            None => Known::New,
            Some((known, reply)) if *known == request => Known::Done(reply.clone()),
            Some(_) => Known::Other,
        }
    }

    /// Keeps the answer to a request of this hash.
    pub fn keep(&mut self, id: &str, request: [u8; 32], reply: Reply) {
        if self.by_id.insert(id.to_owned(), (request, reply)).is_none() {
            self.order.push_back(id.to_owned());
        }
        if self.order.len() > MOST_ANSWERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
    }
}
