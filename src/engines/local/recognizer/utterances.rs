//! Which utterances a recognizer still owes a final.

use std::collections::VecDeque;

use crate::domain::identity::UtteranceId;

/// The utterances whose finals are still due, by the numbers under which the process knows them.
#[derive(Debug, Default)]
pub struct Utterances {
    due: VecDeque<(u32, UtteranceId)>,
    count: u32,
    /// Whether the latest one is still being said.
    pub open: bool,
}

impl Utterances {
    /// An utterance begins; the answer is its number.
    pub fn begin(&mut self, utterance: UtteranceId) -> u32 {
        if self.open {
            self.forget();
        }
        let number = self.count;
        self.count = self.count.wrapping_add(1);
        self.due.push_back((number, utterance));
        self.open = true;
        number
    }

    /// The utterance being said is forgotten.
    pub fn forget(&mut self) {
        self.due.pop_back();
        self.open = false;
    }

    /// The utterance of this number, if it is still due.
    pub fn named(&self, number: u32) -> Option<UtteranceId> {
        self.due
            .iter()
            .find(|(due, _)| *due == number)
            .map(|(_, utterance)| utterance.clone())
    }

    /// The utterance of this number, which is due no more.
    pub fn finished(&mut self, number: u32) -> Option<UtteranceId> {
        let at = self.due.iter().position(|(due, _)| *due == number)?;
        self.due.remove(at).map(|(_, utterance)| utterance)
    }

    /// Whether a final is due of an utterance that has ended.
    pub fn is_any_due(&self) -> bool {
        self.due.len() > usize::from(self.open)
    }
}
