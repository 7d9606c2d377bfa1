//! What an engine answers: text, speech, use, and its end.

use actix::StreamHandler;
use tokio::time::Instant;

use super::{
    Invoker,
    link::{Ending, Link},
};
use crate::{
    actors::{engine_stream::Yielded, refusal::Refusal},
    audio::{
        passages::{Passage, Passages},
        pcm::PcmAssembler,
    },
    domain::{
        engine::{EngineError, Trouble},
        interpretation::{InterpretationOutput, TextPiece},
        segmentation::Side,
    },
    supervision::Ctx,
};

/// How long no sound comes in the middle of a passage until it counts as over.
const NO_SOUND: std::time::Duration = std::time::Duration::from_millis(500);

impl StreamHandler<Yielded<InterpretationOutput>> for Invoker {
    fn handle(&mut self, yielded: Yielded<InterpretationOutput>, ctx: &mut Ctx<Self>) {
        let number = yielded.generation.number();
        match yielded.output {
            Some(InterpretationOutput::Closed) => self.link_ended(number, Ending::Closed, ctx),
            Some(InterpretationOutput::Failed(error)) => {
                self.link_ended(number, Ending::Failed(error), ctx);
            }
            None => {
                let error = EngineError::new(Trouble::Failed, "the engine dropped the stream");
                self.link_ended(number, Ending::Failed(error), ctx);
            }
            Some(output) => self.came(number, output, ctx),
        }
        self.after_a_step(ctx);
    }

    /// One stream of several has ended; the Invoker goes on.
    fn finished(&mut self, _: &mut Ctx<Self>) {}
}

impl Invoker {
    pub(super) fn after_a_step(&mut self, ctx: &mut Ctx<Self>) {
        self.drive(ctx);
        self.show();
        self.end_when_all_is_translated(ctx);
    }

    fn came(&mut self, number: u64, output: InterpretationOutput, ctx: &mut Ctx<Self>) {
        let links = &mut self.interpreting.links;
        let Some(index) = links.iter().position(|link| link.number == number) else {
            return;
        };
        self.note_good(index, &output);
        if index > 0 {
            // The one before it is still answering: this comes after that.
            return self.interpreting.links[index].held.push_back(output);
        }
        if let Some(mut link) = self.interpreting.links.pop_front() {
            self.take(&mut link, output, ctx);
            self.interpreting.links.push_front(link);
        }
    }

    /// Something good has come of a stream: failures in a row end here.
    fn note_good(&mut self, index: usize, output: &InterpretationOutput) {
        let is_good = matches!(
            output,
            InterpretationOutput::Source(_)
                | InterpretationOutput::Target(_)
                | InterpretationOutput::Audio { .. }
                | InterpretationOutput::TargetDone { .. }
        );
        let link = &mut self.interpreting.links[index];
        if !is_good {
            return;
        }
        link.unanswered = std::time::Duration::ZERO;
        if !std::mem::replace(&mut link.good, true) {
            let name = link.engine.name();
            self.interpreting.failures = 0;
            self.order.chain.breakers().succeeded(name);
            if self.interpreting.trial == Some(name) {
                self.interpreting.trial = None;
            }
        }
    }

    /// What the oldest stream says.
    fn take(&mut self, link: &mut Link, output: InterpretationOutput, ctx: &mut Ctx<Self>) {
        let now = link.elapsed();
        let clock = self.order.environment.clock.now();
        let mut found = Vec::new();
        match output {
            InterpretationOutput::Source(piece) => self.take_text(link, Side::Source, piece),
            InterpretationOutput::Target(piece) => self.take_text(link, Side::Target, piece),
            InterpretationOutput::Audio {
                turn,
                samples,
                sample_rate,
            } => {
                let mut decoded = Vec::new();
                PcmAssembler::new().push(&samples, &mut decoded);
                self.take_sound(link, turn, &decoded, sample_rate);
                self.ensure_speaking(ctx);
            }
            InterpretationOutput::SourceDone { turn, text } => {
                link.turns
                    .complete(Side::Source, turn, text, now, &mut found);
                self.tell_revisions(link, found);
            }
            InterpretationOutput::TargetDone { turn, text } => {
                link.turns
                    .complete(Side::Target, turn, text, now, &mut found);
                self.tell_revisions(link, found);
                let id = self.id_of(link, turn, clock);
                link.answered(turn);
                self.voice.finish(&id);
                self.ensure_speaking(ctx);
            }
            InterpretationOutput::Untranslated { turn, error } => {
                let id = self.id_of(link, turn, clock);
                link.answered(turn);
                self.voice.finish(&id);
                self.tell_failure(Some(id), Refusal::from(&error));
            }
            InterpretationOutput::Objected(error) => {
                let (engine, code) = (link.engine.name(), error.code());
                tracing::warn!(engine, code, "the engine objects");
            }
            // Handled where they come in.
            InterpretationOutput::Closed | InterpretationOutput::Failed(_) => {}
        }
    }

    fn take_text(&mut self, link: &mut Link, side: Side, piece: TextPiece) {
        let now = link.elapsed();
        let mut found = Vec::new();
        match piece.turn {
            Some(turn) => link.turns.push(side, turn, &piece.text, now, &mut found),
            None => {
                // Time in the sound that went in is time since it began only if it went in without gaps.
                let at = piece.at.filter(|_| link.style.wants_silence);
                link.segmentation
                    .push(side, &piece.text, at, now, &mut found);
            }
        }
        self.tell_revisions(link, found);
    }

    fn take_sound(
        &mut self,
        link: &mut Link,
        turn: Option<u64>,
        samples: &[i16],
        sample_rate: u32,
    ) {
        if let Some(turn) = turn {
            let clock = self.order.environment.clock.now();
            let id = self.id_of(link, turn, clock);
            return self.voice.push(&id, samples, sample_rate);
        }
        let mut found = Vec::new();
        let (rate, mut passages) = link
            .passages
            .take()
            .unwrap_or_else(|| (sample_rate, Passages::new(sample_rate)));
        if rate != sample_rate {
            passages.finish(&mut found);
            passages = Passages::new(sample_rate);
        }
        passages.push(samples, &mut found);
        link.passages = Some((sample_rate, passages));
        self.sound(link, found, sample_rate);
    }

    /// Lets passages be heard, each under the name of the utterance that was being translated when it began.
    fn sound(&mut self, link: &mut Link, found: Vec<Passage>, sample_rate: u32) {
        let clock = self.order.environment.clock.now();
        for passage in found {
            match passage {
                Passage::Sound(samples) => {
                    let id = match link.sounding.take() {
                        Some((id, _)) => id,
                        None => {
                            let number = link.segmentation.translating().unwrap_or_default();
                            self.id_of(link, number, clock)
                        }
                    };
                    self.voice.push(&id, &samples, sample_rate);
                    link.sounding = Some((id, Instant::now()));
                }
                Passage::End => {
                    if let Some((id, _)) = link.sounding.take() {
                        self.voice.finish(&id);
                    }
                }
            }
        }
    }

    fn end_sound(&mut self, link: &mut Link) {
        if let Some((rate, mut passages)) = link.passages.take() {
            let mut found = Vec::new();
            passages.finish(&mut found);
            self.sound(link, found, rate);
        }
    }

    /// What is certainly whole by now becomes final, for the oldest stream.
    pub(super) fn pass_time(&mut self, ctx: &mut Ctx<Self>) {
        let Some(mut link) = self.interpreting.links.pop_front() else {
            return;
        };
        let mut found = Vec::new();
        let speaking = self.interpreting.coming || !self.interpreting.backlog.is_empty();
        let answers_another = link.is_closing();
        link.segmentation
            .pass(link.elapsed(), speaking && !answers_another, &mut found);
        self.tell_revisions(&mut link, found);
        let went_silent = |(_, at): &(_, Instant)| at.elapsed() >= NO_SOUND;
        if link.sounding.as_ref().is_some_and(went_silent) {
            self.end_sound(&mut link);
        }
        self.interpreting.links.push_front(link);
        self.ensure_speaking(ctx);
    }

    /// What has come of a stream that is over becomes final, and the next ones say what they held back.
    pub(super) fn finish_ended(&mut self, ctx: &mut Ctx<Self>) {
        let is_over = |link: &Link| link.ending.is_some();
        while self.interpreting.links.front().is_some_and(is_over)
            && let Some(mut link) = self.interpreting.links.pop_front()
        {
            self.finish_texts(&mut link);
            self.end_sound(&mut link);
            let missing = "the engine broke off before this was translated";
            self.tell_untranslated(&link, &Refusal::new("untranslated", missing));
            self.let_next_speak(ctx);
        }
        self.ensure_speaking(ctx);
    }

    /// The stream before it is over: what it has said meanwhile is taken.
    pub(super) fn let_next_speak(&mut self, ctx: &mut Ctx<Self>) {
        if let Some(mut next) = self.interpreting.links.pop_front() {
            for output in std::mem::take(&mut next.held) {
                self.take(&mut next, output, ctx);
            }
            self.interpreting.links.push_front(next);
        }
    }

    /// Tells the readers what a stream that is over leaves without a translation.
    pub(super) fn tell_untranslated(&mut self, link: &Link, refusal: &Refusal) {
        for utterance in link.untranslated() {
            self.voice.finish(&utterance);
            self.tell_failure(Some(utterance), refusal.clone());
        }
    }

    pub(super) fn finish_texts(&mut self, link: &mut Link) {
        let mut found = Vec::new();
        link.segmentation.finish(&mut found);
        link.turns.finish(link.elapsed(), &mut found);
        self.tell_revisions(link, found);
    }
}
