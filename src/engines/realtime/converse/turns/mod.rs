//! The turns of one session, in order: one is asked for at a time, and the next when that one is answered.
//!
//! The provider is not left to answer by itself: it may fail to while it still speaks. Each turn is asked for with its own
//! item alone as the context, and old items are deleted, so that neither history nor cost grows. A turn is known by its
//! number in the response's metadata, by its response and by its items; where a provider leaves all of them out, it is
//! the one that was asked for.

mod answers;
mod objections;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::turn::{Stage, Turn};
use crate::{
    domain::{
        engine::{EngineError, Trouble},
        interpretation::InterpretationOutput as Output,
        usage::Tokens,
    },
    engines::realtime::{
        tally::{Tally, one},
        wire::conversation::{Act, Ask, Item, Response},
    },
};

/// Turns that are over whose items the provider keeps, for the case that somebody speaks over them.
const KEPT: usize = 3;

/// Turns that may wait; beyond them the oldest that was not asked for yet stays without a translation.
const MOST_WAITING: usize = 16;

/// How long the provider may say nothing about a turn that it owes us.
const STALL: Duration = Duration::from_secs(15);

/// How long after a translation the text as it was said is waited for.
const LATE: Duration = Duration::from_secs(10);

/// What our number is called in a response's metadata.
const NUMBER: &str = "turn";

/// The turns of one session.
pub struct Turns {
    turns: VecDeque<Turn>,
    next: u64,
    transcript: bool,
    reset: Option<Duration>,
    tally: Arc<Tally>,
    /// What is to be said to the provider.
    pub asks: Vec<Ask>,
    /// What is to be told to the caller.
    pub outputs: Vec<Output>,
    /// What was used since this was last taken.
    pub tokens: Tokens,
}

impl Turns {
    /// No turn yet.
    pub fn new(transcript: bool, tally: Arc<Tally>) -> Self {
        Self {
            turns: VecDeque::new(),
            next: 0,
            transcript,
            reset: None,
            tally,
            asks: Vec::new(),
            outputs: Vec::new(),
            tokens: Tokens::default(),
        }
    }

    /// A turn whose audio is on its way; gives its number.
    pub fn begin(&mut self, now: Instant) -> u64 {
        let number = self.next;
        self.next += 1;
        self.turns
            .push_back(Turn::new(number, now, self.transcript));
        let waits = |turn: &&mut Turn| matches!(turn.stage, Stage::Queued(_));
        if self
            .turns
            .iter()
            .filter(|turn| turn.stage != Stage::Over)
            .count()
            > MOST_WAITING
            && let Some(oldest) = self.turns.iter_mut().find(waits)
        {
            let number = oldest.number;
            self.untranslated(
                number,
                EngineError::new(
                    Trouble::Overloaded,
                    "too much was said before the provider translated it",
                ),
                now,
            );
        }
        number
    }

    /// All of a turn's audio was sent, which is so long, and the provider was told so.
    pub fn committed(&mut self, number: u64, length: Duration, now: Instant) {
        if let Some(turn) = self.numbered(number) {
            turn.length = Some(length);
            turn.stage = Stage::Committed;
            turn.touched = now;
        }
    }

    /// Nothing was said in a turn.
    pub fn empty(&mut self, number: u64, now: Instant) {
        self.written(number, Some(String::new()));
        self.translated(number, Some(String::new()), now);
    }

    /// The provider made an item of the oldest turn that it was told of.
    pub fn has_item(&mut self, item: String, now: Instant) {
        let oldest = self
            .turns
            .iter_mut()
            .find(|turn| turn.stage == Stage::Committed);
        match oldest {
            Some(turn) => {
                turn.item = Some(item);
                turn.touched = now;
                turn.stage = Stage::Queued(now);
                if turn.withdrawn {
                    let number = turn.number;
                    self.translated(number, None, now);
                }
            }
            None => one(&self.tally.events_unexpected),
        }
    }

    /// Asks for the next turn if none is being answered.
    pub fn ask_next(&mut self, now: Instant) {
        if self.turns.iter().any(Turn::is_active) {
            return;
        }
        let Some(turn) = self.turns.iter_mut().find(|turn| turn.stage != Stage::Over) else {
            return;
        };
        let Stage::Queued(due) = turn.stage else {
            return;
        };
        if now < due {
            return;
        }
        let (first, attempts) = turn.asked.unwrap_or((now, 0));
        turn.asked = Some((first, attempts + 1));
        turn.stage = Stage::Asked;
        turn.touched = now;
        turn.response = None;
        let number = turn.number;
        let item = turn.item.clone().map(|id| vec![Item::ItemReference { id }]);
        let wanted = Response {
            metadata: Some(BTreeMap::from([(NUMBER.to_owned(), number.to_string())])),
            input: item,
            ..Response::default()
        };
        let act = Act::Respond {
            response: Some(Box::new(wanted)),
        };
        self.asks.push(act.named(format!("{NUMBER}-{number}")));
    }

    /// When tokens are to be had again.
    pub fn limited(&mut self, reset: Option<Duration>) {
        self.reset = reset;
    }

    /// Somebody spoke over the translation of a turn when so much of it was heard.
    pub fn interrupted(&mut self, number: u64, heard: Duration, now: Instant) {
        let Some(turn) = self.numbered(number) else {
            return;
        };
        if turn.heard.replace(heard).is_some() {
            // Whoever goes on speaking over it changes nothing.
            return;
        }
        match turn.stage {
            Stage::Over => self.cut(number),
            _ => self.withdraw(number, now),
        }
    }

    /// Nobody wants any of it any more: what was asked for is cancelled, the rest is not asked for.
    pub fn leave(&mut self, now: Instant) {
        let numbers: Vec<u64> = self.turns.iter().map(|turn| turn.number).collect();
        for number in numbers {
            self.written(number, None);
            match self.numbered(number).map(|turn| turn.stage) {
                // The provider does not know of it.
                Some(Stage::Spoken) => self.translated(number, None, now),
                Some(_) => self.withdraw(number, now),
                // It was over, and is forgotten.
                None => {}
            }
        }
    }

    /// Nobody wants the translation of a turn any more.
    fn withdraw(&mut self, number: u64, now: Instant) {
        let Some(turn) = self.numbered(number) else {
            return;
        };
        match turn.stage {
            Stage::Queued(_) => self.translated(number, None, now),
            Stage::Answering if !turn.withdrawn => {
                turn.withdrawn = true;
                let response_id = turn.response.clone();
                self.asks.push(Act::Cancel { response_id }.named("cancel"));
            }
            _ => turn.withdrawn = true,
        }
    }

    /// Whether everything that was said is answered.
    pub fn is_settled(&self) -> bool {
        let is_settled = |turn: &Turn| turn.stage == Stage::Over && turn.is_written;
        self.turns.iter().all(is_settled)
    }

    /// When something is due.
    pub fn wake(&self) -> Option<Instant> {
        // Only the first that is not over is asked for, so no other is due.
        let first = self.turns.iter().find(|turn| turn.stage != Stage::Over);
        let first = first.map(|turn| turn.number);
        let due = |turn: &Turn| match turn.stage {
            Stage::Queued(at) if Some(turn.number) == first => Some(at),
            _ if turn.is_owed() => Some(turn.touched + STALL),
            Stage::Over if !turn.is_written => turn.write_by,
            _ => None,
        };
        self.turns.iter().filter_map(due).min()
    }

    /// That time has come.
    ///
    /// # Errors
    /// If the provider owes us something and says nothing any more.
    pub fn woken(&mut self, now: Instant) -> Result<(), EngineError> {
        let stalled = |turn: &Turn| turn.is_owed() && now >= turn.touched + STALL;
        if self.turns.iter().any(stalled) {
            return Err(EngineError::new(
                Trouble::Timeout,
                "the provider does not answer any more",
            ));
        }
        let late = |turn: &&Turn| turn.write_by.is_some_and(|by| now >= by) && !turn.is_written;
        let late: Vec<u64> = self
            .turns
            .iter()
            .filter(late)
            .map(|turn| turn.number)
            .collect();
        for number in late {
            self.written(number, None);
        }
        Ok(())
    }

    /// No longer waits for anything.
    pub fn give_up(&mut self, now: Instant) {
        let numbers: Vec<u64> = self.turns.iter().map(|turn| turn.number).collect();
        for number in numbers {
            self.written(number, None);
            self.untranslated(
                number,
                EngineError::new(
                    Trouble::Timeout,
                    "the provider did not translate it in time",
                ),
                now,
            );
        }
    }

    fn numbered(&mut self, number: u64) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.number == number)
    }

    fn with_item(&mut self, item: &str) -> Option<&mut Turn> {
        self.turns
            .iter_mut()
            .find(|turn| turn.item.as_deref() == Some(item))
    }

    /// A turn is over, and is translated as far as it was.
    fn translated(&mut self, number: u64, text: Option<String>, now: Instant) {
        if self.end(number, now) {
            self.outputs.push(Output::TargetDone { turn: number, text });
        }
    }

    /// A turn is over without a translation.
    fn untranslated(&mut self, number: u64, error: EngineError, now: Instant) {
        if self.end(number, now) {
            one(&self.tally.turns_untranslated);
            self.outputs.push(Output::Untranslated {
                turn: number,
                error,
            });
        }
    }

    /// Ends a turn, unless it is over.
    fn end(&mut self, number: u64, now: Instant) -> bool {
        let Some(turn) = self
            .numbered(number)
            .filter(|turn| turn.stage != Stage::Over)
        else {
            return false;
        };
        turn.stage = Stage::Over;
        turn.write_by = Some(now + LATE);
        self.cut(number);
        self.forget();
        true
    }

    /// The text of a turn as it was said is complete, or does not come.
    fn written(&mut self, number: u64, text: Option<String>) {
        let open = self.numbered(number).filter(|turn| !turn.is_written);
        if let Some(turn) = open {
            turn.is_written = true;
            self.outputs.push(Output::SourceDone { turn: number, text });
            self.forget();
        }
    }

    /// Tells the provider how much of a translation was heard.
    fn cut(&mut self, number: u64) {
        let Some(turn) = self.numbered(number) else {
            return;
        };
        let (Some(heard), Some(item)) = (turn.cut(), turn.answers.last().cloned()) else {
            return;
        };
        let act = Act::Truncate {
            item_id: item,
            content_index: 0,
            audio_end_ms: u64::try_from(heard.as_millis()).unwrap_or(u64::MAX),
        };
        self.asks.push(act.named("truncate"));
    }

    /// Forgets the oldest turns that are over, and has the provider forget them.
    fn forget(&mut self) {
        let is_over = |turn: &Turn| turn.stage == Stage::Over;
        while self.turns.iter().filter(|turn| is_over(turn)).count() > KEPT
            && let Some(oldest) = self.turns.front()
            && is_over(oldest)
            && oldest.is_written
        {
            let items = oldest.item.iter().chain(&oldest.answers).cloned();
            for item_id in items.collect::<Vec<_>>() {
                self.asks.push(Act::Delete { item_id }.named("delete"));
            }
            self.turns.pop_front();
        }
    }
}
