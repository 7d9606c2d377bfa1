//! An Invoker whose engine interprets end to end: it is given the speaker's sound and gives text and speech.
//!
//! Streams of the engine are opened with the first words, fed at the pace of speech, renewed before the provider ends
//! them, closed in silence and opened again after a failure. While one takes what is said an older one may still answer:
//! what the newer one says is held until that has come to its end, so that everything is heard and read in its order.

mod choosing;
mod feeding;
mod hearing;
mod link;
mod opening;
mod telling;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use actix::{AsyncContext, Handler, Message};
use bytes::BytesMut;
use serde_json::Value;
use tokio::time::Instant;

pub(super) use self::choosing::interpreter;
use self::{
    link::{Awaited, Link, Phase},
    opening::Opening,
};
use super::Invoker;
use crate::{
    actors::{insistent::Insistent, refusal::Refusal, room::captions::Transcribed},
    audio::backlog::{Backlog, Piece},
    domain::{
        identity::UtteranceId,
        interpretation::{INTERPRETATION_RATE, InterpretationInput},
        segmentation::{Lines, Side},
        server_message::Caption,
        time::Timestamp,
    },
    supervision::{Ctx, Kept},
};

/// The most speech that waits for the engine; what is older is left out, and counted.
const MOST_WAITING: Duration = Duration::from_secs(10);

/// How far behind the speaker an engine may be before pauses are left out to catch up.
const CATCH_UP: Duration = Duration::from_millis(250);

/// How long sound may stay away in the middle of an utterance until the speaker counts as silent: longer than the
/// Source waits before it ends the utterance itself, so only a Source that is gone is meant.
const SOUND_GAP: Duration = Duration::from_millis(2_500);

/// How long a stream that was asked to close may take for what it still owes.
const DRAIN: Duration = Duration::from_secs(10);

/// Something that happens between two pieces of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// An utterance begins.
    Begin {
        /// Its id.
        utterance: UtteranceId,
        /// Whether its text as it was said is to be the speaker's transcript.
        transcript: bool,
        /// When it began.
        at: Timestamp,
    },
    /// It is over.
    End,
}

/// What the speaker says, s16le mono at [`INTERPRETATION_RATE`].
#[derive(Message, Debug)]
#[rtype(result = "()")]
pub struct Hear(pub Piece<Mark>);

/// Another translation of the speaker, which writes their transcript, has begun this line of it.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct Line {
    /// The name of the line.
    pub utterance: UtteranceId,
    /// When it was begun to be said.
    pub at: Timestamp,
}

/// What a caption that was shown and has no final is known by.
type Shown = BTreeMap<(UtteranceId, Side), Caption>;

/// What an Invoker holds for it.
pub(super) struct Interpreting {
    backlog: Backlog<Mark>,
    /// What is to go out next, up to a frame of the engine's.
    frame: BytesMut,
    voiced: usize,
    next_due: Instant,
    ticking: bool,
    /// Whether somebody speaks, by what has come from the Source, and when it last came.
    coming: bool,
    came: Instant,
    /// The utterance whose sound comes next, if none of it has been given yet.
    giving: Option<Awaited>,

    /// The oldest answers first; at most one takes what is said, at most one is ready to.
    links: VecDeque<Link>,
    opening: Option<Opening>,
    openings: u64,
    failures: u32,
    not_before: Option<Instant>,
    /// The engine that only this Invoker may try at the moment.
    trial: Option<&'static str>,

    /// Whether what is still coming of an utterance is for nobody: the rest of one that was given up.
    passes_over: bool,
    /// Whether its text is the speaker's transcript; outlives a crash.
    transcript: Kept<bool>,
    /// Captions without a final; they outlive a crash.
    shown: Kept<Shown>,
    transcripts: Insistent<Transcribed>,
    /// The transcript, while another translation writes it.
    lines: Lines,
}

/// What of it outlives a crash.
#[derive(Clone, Default)]
pub(super) struct Legacy {
    transcript: Kept<bool>,
    shown: Kept<Shown>,
}

impl Interpreting {
    pub(super) fn new(legacy: &Legacy) -> Self {
        let now = Instant::now();
        Self {
            backlog: Backlog::new(INTERPRETATION_RATE),
            frame: BytesMut::new(),
            voiced: 0,
            next_due: now,
            ticking: false,
            coming: false,
            came: now,
            giving: None,
            links: VecDeque::new(),
            opening: None,
            openings: 0,
            failures: 0,
            not_before: None,
            trial: None,
            passes_over: false,
            transcript: legacy.transcript.clone(),
            shown: legacy.shown.clone(),
            transcripts: Insistent::default(),
            lines: Lines::default(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.links.is_empty()
    }

    /// Whether something was said that is not answered.
    pub(super) fn is_pending(&self) -> bool {
        self.coming || !self.backlog.is_empty()
    }

    /// Whether nothing is being said, and nothing waits.
    pub(super) fn is_quiet(&self) -> bool {
        !self.coming && self.backlog.is_empty()
    }

    pub(super) fn waiting(&self) -> Duration {
        self.backlog.waiting()
    }

    pub(super) fn left_out(&self) -> Duration {
        self.backlog.dropped()
    }

    /// Whether all that was given is answered, and all answers are told.
    pub(super) fn owes_nothing(&self) -> bool {
        self.links.is_empty() && self.opening.is_none() && !self.transcripts.is_waiting()
    }

    /// Nothing more comes of the speaker.
    fn say_no_more(&mut self) {
        if std::mem::take(&mut self.coming) {
            self.backlog.push(Piece::Mark(Mark::End));
        }
    }

    /// Streams whose engine takes a glossary go on with this one.
    pub(super) fn take_glossary(&self, glossary: Option<&Value>) {
        for link in self.links.iter().filter(|link| link.style.glossary) {
            if let Some(input) = &link.input {
                let glossary = glossary.cloned().unwrap_or_default();
                // One that is full goes on with the old one until it is renewed.
                let _ = input.try_send(InterpretationInput::Glossary(glossary));
            }
        }
    }

    /// The translation of this utterance was spoken over after so much of it was heard. Only a turn-based engine can be
    /// told; a continuous one has nothing that could end here.
    pub(super) fn interrupt(&self, utterance: &UtteranceId, heard: Duration) {
        for link in &self.links {
            if let (Some(turn), Some(input)) = (link.turn_of(utterance), &link.input) {
                // One that is full says the rest to nobody.
                let _ = input.try_send(InterpretationInput::Interrupted { turn, heard });
            }
        }
    }

    fn taking(&mut self) -> Option<&mut Link> {
        self.links
            .iter_mut()
            .find(|link| link.phase == Phase::Taking)
    }
}

impl Handler<Hear> for Invoker {
    type Result = ();

    fn handle(&mut self, Hear(piece): Hear, ctx: &mut Ctx<Self>) {
        if self.leaving {
            return;
        }
        let interpreting = &mut self.interpreting;
        interpreting.came = Instant::now();
        match &piece {
            Piece::Mark(Mark::Begin {
                transcript,
                utterance,
                ..
            }) => {
                interpreting.coming = true;
                if interpreting.transcript.get() != *transcript {
                    let transcript = *transcript;
                    interpreting.transcript.change(|kept| *kept = transcript);
                }
                let utterance = utterance.clone();
                // An engine that takes sound may have been given up since the Source looked.
                let is_for_nobody = self.wanted().interprets().is_none();
                self.interpreting.passes_over = is_for_nobody;
                if is_for_nobody {
                    self.tell_lost(utterance);
                }
            }
            Piece::Mark(Mark::End) => interpreting.coming = false,
            Piece::Audio { .. } => {
                interpreting.coming = true;
                // An Invoker that has crashed comes into the middle of an utterance.
                let nobody_takes = interpreting.links.is_empty() && interpreting.opening.is_none();
                if nobody_takes && self.wanted().interprets().is_none() {
                    self.interpreting.passes_over = true;
                }
            }
        }
        let interpreting = &mut self.interpreting;
        if interpreting.passes_over {
            return;
        }
        interpreting.backlog.push(piece);
        interpreting.backlog.shed(MOST_WAITING);
        self.drive(ctx);
    }
}

impl Handler<Line> for Invoker {
    type Result = ();

    fn handle(&mut self, line: Line, _: &mut Ctx<Self>) {
        self.interpreting.lines.begun(line.utterance, line.at);
    }
}

impl Invoker {
    /// Does whatever is due: opens, switches, feeds and closes streams. Called after everything that happens.
    pub(super) fn drive(&mut self, ctx: &mut Ctx<Self>) {
        self.open_what_is_needed(ctx);
        self.switch_over();
        self.feed();
        self.close_in_silence();
        self.keep_ticking(ctx);
    }

    /// Looks at the clocks.
    pub(super) fn beat_interpreting(&mut self, ctx: &mut Ctx<Self>) {
        let interpreting = &mut self.interpreting;
        if interpreting.coming && interpreting.came.elapsed() >= SOUND_GAP {
            interpreting.coming = false;
            interpreting.backlog.push(Piece::Mark(Mark::End));
        }
        interpreting.transcripts.retry(&self.order.room);
        self.pass_time(ctx);
        self.give_up_what_hangs(ctx);
        self.choose_engine();
        self.drive(ctx);
    }

    /// Comes back when the next frame is due.
    fn keep_ticking(&mut self, ctx: &mut Ctx<Self>) {
        let interpreting = &mut self.interpreting;
        let frame = interpreting.taking().map(|link| link.style.frame);
        let Some(frame) = frame.filter(|_| !interpreting.ticking) else {
            return;
        };
        interpreting.ticking = true;
        let now = Instant::now();
        let mut pause = interpreting.next_due.saturating_duration_since(now);
        if pause.is_zero() {
            // It waits for the speaker, whose sound comes by itself.
            pause = frame;
        }
        ctx.run_later(pause, |invoker, ctx| {
            invoker.interpreting.ticking = false;
            invoker.drive(ctx);
        });
    }

    /// Nothing more is said: what waits is still given to the stream that is there or being opened; without one it is
    /// given up.
    pub(super) fn say_no_more(&mut self) {
        self.interpreting.say_no_more();
        if self.interpreting.taking().is_none() && self.interpreting.opening.is_none() {
            self.give_up_waiting(&Refusal::new(
                "untranslated",
                "the speaker left before an engine took this",
            ));
        }
    }

    /// What waits is given to no stream, nor what is still coming of it; those who were to read it are told.
    pub(super) fn give_up_waiting(&mut self, why: &Refusal) {
        let interpreting = &mut self.interpreting;
        let marks = interpreting.backlog.clear();
        interpreting.frame.clear();
        interpreting.voiced = 0;
        interpreting.giving = None;
        interpreting.passes_over = true;
        for mark in marks {
            if let Mark::Begin { utterance, .. } = mark {
                self.tell_failure(Some(utterance), why.clone());
            }
        }
    }

    fn tell_lost(&mut self, utterance: UtteranceId) {
        let lost = "the engine that was to translate this failed when it was said";
        self.tell_failure(Some(utterance), Refusal::new("untranslated", lost));
    }

    /// The speaker has another language, name or engine, or this life is over: what was understood stands, and nothing
    /// more is heard of what was said.
    pub(super) fn drop_interpreting(&mut self, why: &Refusal, ctx: &mut Ctx<Self>) {
        while let Some(mut link) = self.interpreting.links.pop_front() {
            self.finish_texts(&mut link);
            self.tell_untranslated(&link, why);
            self.let_next_speak(ctx);
        }
        self.give_up_waiting(why);
        let interpreting = &mut self.interpreting;
        interpreting.opening = None;
        interpreting.coming = false;
        interpreting.failures = 0;
        interpreting.not_before = None;
        self.end_trial();
    }
}
