//! A request that is sent again is not done again: its first answer is given once more.

use std::collections::{HashMap, VecDeque};

use super::gate::Reply;

/// How many answers are kept; the oldest are forgotten first.
const MOST_ANSWERS: usize = 20_000;

/// The answers that were given, by the id of their request.
#[derive(Default)]
pub struct Answers {
    by_id: HashMap<String, (String, Reply)>,
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
    /// What is known of this id, given with this request.
    pub fn look_up(&self, id: &str, request: &str) -> Known {
        match self.by_id.get(id) {
            None => Known::New,
            Some((known, reply)) if known == request => Known::Done(reply.clone()),
            Some(_) => Known::Other,
        }
    }

    /// Keeps the answer to this request.
    pub fn keep(&mut self, id: &str, request: String, reply: Reply) {
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
