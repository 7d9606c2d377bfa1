//! The utterances of a turn-based provider: each turn is one, and its two texts are its two sides.

use std::{collections::BTreeMap, time::Duration};

use super::{Revision, Side};

/// The texts of turns until both are complete.
#[derive(Debug, Default)]
pub struct Turns {
    open: BTreeMap<u64, Turn>,
}

#[derive(Debug, Default)]
struct Turn {
    source: Text,
    target: Text,
}

#[derive(Debug, Default)]
struct Text {
    text: String,
    began: Option<Duration>,
    shown: u32,
    complete: bool,
}

impl Turns {
    /// Takes a piece of one side of a turn that came `now`, in time since the stream began.
    pub fn push(
        &mut self,
        side: Side,
        turn: u64,
        piece: &str,
        now: Duration,
        found: &mut Vec<Revision>,
    ) {
        let known = self.open.entry(turn).or_default();
        let text = known.side(side);
        if text.complete {
            return;
        }
        text.text.push_str(piece);
        let began = *text.began.get_or_insert(now);
        if text.text.trim().is_empty() {
            return;
        }
        found.push(known.revision(side, turn, false, began, now));
        known.side(side).shown += 1;
    }

    /// One side of a turn is complete, with a better text than its pieces where there is one. An empty one was nothing.
    pub fn complete(
        &mut self,
        side: Side,
        turn: u64,
        whole: Option<String>,
        now: Duration,
        found: &mut Vec<Revision>,
    ) {
        let known = self.open.entry(turn).or_default();
        let text = known.side(side);
        if !std::mem::replace(&mut text.complete, true) {
            if let Some(whole) = whole.filter(|whole| !whole.trim().is_empty()) {
                text.text = whole;
            }
            if !text.text.trim().is_empty() {
                let began = text.began.unwrap_or(now);
                found.push(known.revision(side, turn, true, began, now));
            }
        }
        // The text as it was said may come long after its translation, or never: a few turns are waited for.
        let late = turn.saturating_sub(8);
        while let Some(entry) = self.open.first_entry()
            && (entry.get().source.complete && entry.get().target.complete || *entry.key() < late)
        {
            let (turn, mut left) = entry.remove_entry();
            left.finish(turn, now, found);
        }
    }

    /// Nothing more comes: what there is becomes final.
    pub fn finish(&mut self, now: Duration, found: &mut Vec<Revision>) {
        for (turn, mut left) in std::mem::take(&mut self.open) {
            left.finish(turn, now, found);
        }
    }
}

impl Turn {
    fn side(&mut self, side: Side) -> &mut Text {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }

    fn finish(&mut self, turn: u64, now: Duration, found: &mut Vec<Revision>) {
        for side in [Side::Source, Side::Target] {
            let text = self.side(side);
            if !std::mem::replace(&mut text.complete, true) && !text.text.trim().is_empty() {
                let began = text.began.unwrap_or(now);
                found.push(self.revision(side, turn, true, began, now));
            }
        }
    }

    fn revision(
        &self,
        side: Side,
        utterance: u64,
        last: bool,
        began: Duration,
        until: Duration,
    ) -> Revision {
        let (own, said) = match side {
            Side::Source => (&self.source, None),
            Side::Target => (&self.target, Some(self.source.text.trim())),
        };
        Revision {
            side,
            utterance,
            revision: own.shown,
            text: own.text.trim().to_owned(),
            source_text: said.filter(|text| !text.is_empty()).map(str::to_owned),
            last,
            began,
            until,
        }
    }
}
