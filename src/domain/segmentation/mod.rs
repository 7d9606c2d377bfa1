//! How the endless text of an interpretation becomes utterances.
//!
//! A continuous provider sends two streams of pieces, what was said and its translation, without any end in them.
//! [`Segmentation`] cuts both by the marks of sentences, by silence and by length, and gives the two sides of a sentence
//! the same number as well as the streams allow. A turn-based one says itself what belongs together: [`Turns`].
//!
//! Pairing is by order: the third sentence is the translation of the third. A translation that makes one sentence of
//! two, or two of one, would shift all that follow; so a sentence does not take a number whose other side is certainly
//! not its own by its time, and after a silence in which both sides are complete counting goes on together.

mod boundary;
mod lines;
mod turns;

use std::{collections::BTreeMap, time::Duration};

use self::boundary::{length_end, sentence_end, without_late_marks};
pub use self::{lines::Lines, turns::Turns};

/// How long nothing may come behind the mark of a sentence until it is taken for its end.
const AFTER_A_MARK: Duration = Duration::from_millis(500);

/// How long nothing may come while nobody speaks until what there is counts as whole. A translation pauses longer
/// between two words, for it waits for what follows in its source.
const SOURCE_IN_SILENCE: Duration = Duration::from_millis(1_500);
const TARGET_IN_SILENCE: Duration = Duration::from_millis(2_500);

/// The same while somebody speaks, or makes a noise that is taken for speech.
const IN_SPEECH: Duration = Duration::from_secs(5);

/// How long nothing comes on either side, in silence, until counting goes on together.
const TOGETHER: Duration = Duration::from_secs(3);

/// A translation begins at most this long after the end of what it translates: twice what slow providers take.
const MOST_BEHIND: Duration = Duration::from_secs(6);

/// Sentences remembered for pairing, of each side.
const REMEMBERED: u64 = 64;

/// Which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What was said.
    Source,
    /// Its translation.
    Target,
}

/// A new state of one side of an utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which side.
    pub side: Side,
    /// Which utterance: the two sides of one have the same number. Rises on each side.
    pub utterance: u64,
    /// Counts up from 0 within this side of it.
    pub revision: u32,
    /// Its whole text so far.
    pub text: String,
    /// Of a translation: what it translates, as far as that is known.
    pub source_text: Option<String>,
    /// Whether it stays as it is.
    pub last: bool,
    /// Where it began, in time since the stream did.
    pub began: Duration,
    /// Where its newest piece belongs.
    pub until: Duration,
}

/// A sentence under way.
#[derive(Debug)]
struct Open {
    utterance: u64,
    revision: u32,
    began: Duration,
    shown: String,
}

/// A sentence, as the other side looks at it.
#[derive(Debug)]
struct Known {
    until: Duration,
    text: String,
    complete: bool,
}

/// One of the two texts.
#[derive(Debug, Default)]
struct Track {
    /// What has not been cut off yet.
    text: String,
    open: Option<Open>,
    next: u64,
    known: BTreeMap<u64, Known>,
    /// Where the newest piece belongs.
    at: Duration,
    /// When it came.
    came: Duration,
}

/// Cuts and pairs the two texts of one continuous stream.
#[derive(Debug, Default)]
pub struct Segmentation {
    source: Track,
    target: Track,
}

impl Segmentation {
    /// Takes a piece of one side. `at` is where it belongs, as far as the provider says, and `now` when it came, both
    /// since the stream began.
    pub fn push(
        &mut self,
        side: Side,
        piece: &str,
        at: Option<Duration>,
        now: Duration,
        found: &mut Vec<Revision>,
    ) {
        let track = self.track(side);
        // Never back: what a provider says twice must not end before it began.
        track.at = track.at.max(at.unwrap_or(now));
        track.came = now;
        track.text.push_str(piece);
        self.cut(side, false, found);
        self.show(side, found);
    }

    /// Time has passed. Whatever is certainly whole by now becomes final.
    pub fn pass(&mut self, now: Duration, speaking: bool, found: &mut Vec<Revision>) {
        for side in [Side::Source, Side::Target] {
            let track = self.track(side);
            let quiet = now.saturating_sub(track.came);
            if track.text.is_empty() {
                continue;
            }
            if quiet >= AFTER_A_MARK {
                self.cut(side, true, found);
            }
            let patience = match side {
                _ if speaking => IN_SPEECH,
                Side::Source => SOURCE_IN_SILENCE,
                Side::Target => TARGET_IN_SILENCE,
            };
            if quiet >= patience {
                self.end(side, found);
            }
        }
        let quiet =
            |track: &Track| track.text.is_empty() && now.saturating_sub(track.came) >= TOGETHER;
        if !speaking && quiet(&self.source) && quiet(&self.target) {
            let next = self.source.next.max(self.target.next);
            self.source.next = next;
            self.target.next = next;
        }
    }

    /// Nothing more comes: what there is becomes final.
    pub fn finish(&mut self, found: &mut Vec<Revision>) {
        for side in [Side::Source, Side::Target] {
            self.cut(side, true, found);
            self.end(side, found);
        }
    }

    /// The utterance of the translation that is under way, else the newest.
    pub fn translating(&self) -> Option<u64> {
        let newest = self.target.next.checked_sub(1);
        self.target
            .open
            .as_ref()
            .map(|open| open.utterance)
            .or(newest)
    }

    /// What was said and has no translation, if nothing more comes after `now`, in time since the stream began. What was
    /// said long before the newest of the translation has come within another sentence.
    pub fn untranslated(&self, now: Duration) -> impl Iterator<Item = u64> {
        let newest = self.target.known.last_key_value();
        let newest = newest.map(|(utterance, _)| *utterance);
        let came = self.target.came;
        let said = self.source.known.iter();
        said.filter(move |(utterance, known)| {
            newest.is_none_or(|newest| **utterance > newest)
                && (known.until > came || known.until + MOST_BEHIND >= now)
        })
        .map(|(utterance, _)| *utterance)
    }

    /// Whether a sentence of this side is under way.
    pub fn is_open(&self, side: Side) -> bool {
        match side {
            Side::Source => self.source.open.is_some(),
            Side::Target => self.target.open.is_some(),
        }
    }

    fn track(&mut self, side: Side) -> &mut Track {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }

    /// Cuts off all whole sentences.
    fn cut(&mut self, side: Side, complete: bool, found: &mut Vec<Revision>) {
        loop {
            let track = self.track(side);
            if track.open.is_none() {
                let front = track.text.len() - without_late_marks(&track.text).len();
                track.text.drain(..front);
            }
            let Some(end) = sentence_end(&track.text, complete).or_else(|| length_end(&track.text))
            else {
                return;
            };
            let sentence: String = track.text.drain(..end).collect();
            self.settle(side, sentence.trim(), found);
        }
    }

    /// What is under way counts as whole.
    fn end(&mut self, side: Side, found: &mut Vec<Revision>) {
        let text = std::mem::take(&mut self.track(side).text);
        self.settle(side, text.trim(), found);
    }

    fn settle(&mut self, side: Side, text: &str, found: &mut Vec<Revision>) {
        if text.is_empty() {
            return;
        }
        let (utterance, revision, began) = match self.track(side).open.take() {
            Some(open) => (
                open.utterance,
                open.revision + u32::from(!open.shown.is_empty()),
                open.began,
            ),
            None => {
                let open = self.begin(side);
                (open.utterance, 0, open.began)
            }
        };
        self.know(side, utterance, text, true);
        found.push(self.revision(side, utterance, revision, text, true, began));
    }

    /// Shows what is under way, if that has changed.
    fn show(&mut self, side: Side, found: &mut Vec<Revision>) {
        let track = self.track(side);
        let text = track.text.trim().to_owned();
        if text.is_empty() || track.open.as_ref().is_some_and(|open| open.shown == text) {
            return;
        }
        let mut open = match track.open.take() {
            Some(open) => Open {
                revision: open.revision + 1,
                ..open
            },
            None => self.begin(side),
        };
        open.shown.clone_from(&text);
        let (utterance, revision, began) = (open.utterance, open.revision, open.began);
        self.track(side).open = Some(open);
        self.know(side, utterance, &text, false);
        found.push(self.revision(side, utterance, revision, &text, false, began));
    }

    /// Gives the sentence that begins here its number.
    fn begin(&mut self, side: Side) -> Open {
        let began = self.track(side).at;
        let (own, other) = match side {
            Side::Source => (&self.source, &self.target),
            Side::Target => (&self.target, &self.source),
        };
        let mut utterance = own.next;
        while let Some(known) = other.known.get(&utterance)
            && known.complete
            && match side {
                // Translated before it was said: not this one.
                Side::Source => known.until < began,
                // Said so long ago that its translation has come, within another sentence.
                Side::Target => known.until + MOST_BEHIND < began,
            }
        {
            utterance += 1;
        }
        self.track(side).next = utterance + 1;
        Open {
            utterance,
            revision: 0,
            began,
            shown: String::new(),
        }
    }

    fn know(&mut self, side: Side, utterance: u64, text: &str, complete: bool) {
        let track = self.track(side);
        let known = Known {
            until: track.at,
            text: text.to_owned(),
            complete,
        };
        track.known.insert(utterance, known);
        let oldest = utterance.saturating_sub(REMEMBERED);
        track.known = track.known.split_off(&oldest);
    }

    fn revision(
        &self,
        side: Side,
        utterance: u64,
        revision: u32,
        text: &str,
        last: bool,
        began: Duration,
    ) -> Revision {
        let (own, said) = match side {
            Side::Source => (&self.source, None),
            Side::Target => (&self.target, self.source.known.get(&utterance)),
        };
        Revision {
            side,
            utterance,
            revision,
            text: text.to_owned(),
            source_text: said.map(|known| known.text.clone()),
            last,
            began,
            until: own.at,
        }
    }
}

#[cfg(test)]
mod tests;
