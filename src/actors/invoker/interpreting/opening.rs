//! Streams of the engine that serves: opened, renewed, given up.

use std::{sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use tokio::time::Instant;

use super::{
    DRAIN, Invoker, interpreter,
    link::{Ending, Link, Phase},
};
use crate::{
    actors::{
        engine_stream::{Generation, yields},
        refusal::Refusal,
    },
    domain::{
        breaker::full_jitter,
        engine::{Engine, EngineError, Trouble},
        interpretation::{InterpretationInput, InterpretationRequest, InterpretationStream},
    },
    supervision::Ctx,
};

/// The longest pause after a first failure; it doubles with each further one, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pause after a refusal.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// How long an engine may take to say that it is ready.
const OPENING: Duration = Duration::from_secs(15);

/// How long a stream may take nothing of what it is given.
const STALLED: Duration = Duration::from_secs(5);

/// Speech after which a stream that has said nothing at all since is taken to be dead.
const DEAF: Duration = Duration::from_secs(30);

/// An end this close to the one that was announced is no failure.
const AROUND_ITS_END: Duration = Duration::from_secs(60);

/// A stream that is being opened.
pub(super) struct Opening {
    number: u64,
    engine: Arc<dyn Engine>,
    since: Instant,
}

impl Invoker {
    /// Opens a stream if something is said and there is none, or the one there is has to be followed by another.
    pub(super) fn open_what_is_needed(&mut self, ctx: &mut Ctx<Self>) {
        let now = Instant::now();
        let renew_before = self.order.environment.settings.invoker.renew_before;
        let interpreting = &self.interpreting;
        let rests = interpreting.not_before.is_some_and(|moment| now < moment);
        let is_ready = interpreting
            .links
            .iter()
            .any(|link| link.phase == Phase::Ready);
        if self.leaving || rests || is_ready || interpreting.opening.is_some() {
            return;
        }
        let wanted = self.wanted();
        let Some(style) = wanted.interprets() else {
            return;
        };
        let transcript = interpreting.transcript.get();
        let taking = interpreting
            .links
            .iter()
            .find(|link| link.phase == Phase::Taking);
        let needed = match taking {
            Some(link) => {
                // Writing down is billed, so it ends when nobody wants it; not in the middle of a sentence.
                let writes_in_vain = link.transcript && !transcript && interpreting.is_quiet();
                link.is_to_be_followed(renew_before, now)
                    || transcript && !link.transcript
                    || writes_in_vain
                    || link.engine.name() != wanted.name()
            }
            None => !interpreting.backlog.is_empty() || interpreting.trial.is_some(),
        };
        if needed {
            self.open(wanted, style, transcript, ctx);
        }
    }

    fn open(
        &mut self,
        engine: Arc<dyn Engine>,
        style: crate::domain::interpretation::InterpretationStyle,
        transcript: bool,
        ctx: &mut Ctx<Self>,
    ) {
        let request = InterpretationRequest {
            speaker: self.order.speaker.session_id.to_string(),
            source: (!self.order.assumed).then(|| self.order.source.clone()),
            target: self.order.target.clone(),
            transcript,
            glossary: self.order.glossary.clone(),
            meter: self.order.meter.of(&*engine),
        };
        self.interpreting.openings += 1;
        let number = self.interpreting.openings;
        self.interpreting.opening = Some(Opening {
            number,
            engine: Arc::clone(&engine),
            since: Instant::now(),
        });
        let asked = Arc::clone(&engine);
        let opening = async move {
            let opened = tokio::time::timeout(OPENING, asked.open_interpretation(request)).await;
            opened.unwrap_or_else(|_| {
                let late = "the engine did not say that it is ready";
                Err(EngineError::new(Trouble::Timeout, late))
            })
        };
        let opening = opening.into_actor(self).map(move |opened, invoker, ctx| {
            let current = invoker.interpreting.opening.as_ref();
            if current.is_none_or(|opening| opening.number != number) {
                return;
            }
            invoker.interpreting.opening = None;
            match opened {
                Ok(stream) => {
                    let link = Link::new(number, engine, style, transcript, &stream);
                    invoker.opened(link, stream, ctx);
                }
                Err(error) => invoker.failed(&engine, &error),
            }
            invoker.after_a_step(ctx);
        });
        ctx.spawn(opening);
    }

    fn opened(&mut self, link: Link, stream: InterpretationStream, ctx: &mut Ctx<Self>) {
        ctx.add_stream(yields(Generation::numbered(link.number), stream.output));
        let is_only_one = self.interpreting.links.is_empty();
        self.interpreting.links.push_back(link);
        if is_only_one {
            // It is given a while before silence closes it, also one that is only tried. One that follows another has what
            // is left of that one's.
            self.interpreting.came = Instant::now();
        }
        self.choose_engine();
    }

    /// An engine refused to open a stream or broke one: it rests, and if there is another, that one goes on.
    pub(super) fn failed(&mut self, engine: &Arc<dyn Engine>, error: &EngineError) {
        let (name, target) = (engine.name(), &self.order.target);
        tracing::warn!(engine = name, %target, code = error.code(), "interpretation broke off");
        self.order.chain.breakers().failed(name, error);
        if self.interpreting.trial == Some(name) {
            self.interpreting.trial = None;
        }
        let refused = !matches!(error.trouble, Trouble::Failed | Trouble::Timeout);
        let pause = if refused {
            AFTER_REFUSAL
        } else {
            let failures = self.interpreting.failures;
            full_jitter(FIRST_PAUSE, LONGEST_PAUSE, failures, rand::random())
        };
        let another = interpreter(&self.order).name() != name;
        let interpreting = &mut self.interpreting;
        interpreting.failures += 1;
        interpreting.not_before = (!another).then(|| Instant::now() + pause);
        let takes_text = another && interpreter(&self.order).interprets().is_none();
        let nobody_takes = self.interpreting.taking().is_none();
        if takes_text || nobody_takes && self.leaving {
            // The next utterance comes as text; what was said of this one is not understood by anybody.
            let failed = "the engine failed before it took this";
            self.give_up_waiting(&Refusal::new("untranslated", failed));
        }
        if refused && !another && nobody_takes {
            self.give_up_waiting(&Refusal::from(error));
            self.tell_failure(None, Refusal::from(error));
            if self.interpreting.transcript.get() {
                self.tell_speaker(Refusal::from(error));
            }
        }
        self.choose_engine();
    }

    /// A stream has said that it is over, or nothing more comes of it.
    pub(super) fn link_ended(&mut self, number: u64, ending: Ending, ctx: &mut Ctx<Self>) {
        let links = &mut self.interpreting.links;
        let Some(link) = links.iter_mut().find(|link| link.number == number) else {
            return;
        };
        if link.ending.is_some() {
            return;
        }
        let was_asked = link.is_closing();
        let told = matches!(&ending, Ending::Failed(error) if error.trouble == Trouble::Expired);
        let expired = told
            || link.expires_at <= Instant::now() + AROUND_ITS_END
                && (link.good || link.elapsed() > AROUND_ITS_END);
        let (engine, good, phase) = (Arc::clone(&link.engine), link.good, link.phase);
        let owes = self.interpreting.coming || !link.unanswered.is_zero();
        let ending = match ending {
            Ending::Closed if !was_asked => {
                let unasked = "the engine closed the stream";
                Ending::Failed(EngineError::new(Trouble::Failed, unasked))
            }
            ending => ending,
        };
        link.ending = Some(ending.clone());
        link.input = None;
        link.phase = Phase::Closing {
            since: Instant::now(),
        };
        if let (Ending::Failed(error), false) = (ending, was_asked) {
            if expired {
                tracing::info!(
                    engine = engine.name(),
                    "the provider ended an interpretation at its limit"
                );
            } else {
                if good {
                    self.interpreting.failures = 0;
                }
                self.failed(&engine, &error);
                if phase == Phase::Taking && owes {
                    self.tell_failure(
                        None,
                        Refusal::new(
                            "translation_interrupted",
                            "the translation was interrupted; some of what was said may be missing",
                        ),
                    );
                }
            }
        }
        self.finish_ended(ctx);
    }

    /// What takes nothing, says nothing or does not close is over.
    pub(super) fn give_up_what_hangs(&mut self, ctx: &mut Ctx<Self>) {
        if let Some(opening) = &self.interpreting.opening
            && opening.since.elapsed() > OPENING * 2
        {
            // Its answer was lost with a crash of whatever was to bring it.
            let engine = Arc::clone(&opening.engine);
            self.interpreting.opening = None;
            self.failed(
                &engine,
                &EngineError::new(Trouble::Timeout, "no answer to an opening"),
            );
        }
        let hangs = |link: &Link| match link.phase {
            Phase::Closing { since } => link.ending.is_none() && since.elapsed() >= DRAIN,
            _ => {
                let answers_all = link.transcript || !link.style.continuous;
                link.stalled.is_some_and(|since| since.elapsed() >= STALLED)
                    || answers_all && link.unanswered >= DEAF
            }
        };
        let hanging: Vec<u64> = self
            .interpreting
            .links
            .iter()
            .filter(|link| hangs(link))
            .map(|link| link.number)
            .collect();
        let now_deaf = |link: &&Link| !link.is_closing() && link.unanswered >= DEAF;
        let deaf = self.interpreting.links.iter().filter(now_deaf);
        // Who speaks the language they are translated into is answered with silence, and without a transcript with nothing
        // at all: that is no failure of the engine. The next words open another stream.
        let renewed: Vec<u64> = deaf
            .filter(|link| link.style.continuous && !link.transcript)
            .map(|link| link.number)
            .collect();
        for number in renewed {
            self.close(number);
        }
        for number in hanging {
            let error = EngineError::new(Trouble::Timeout, "the engine does not answer");
            self.link_ended(number, Ending::Failed(error), ctx);
        }
    }

    /// Lets what is ready take over when nobody speaks, or when there is no more time to wait for that.
    pub(super) fn switch_over(&mut self) {
        let interpreting = &mut self.interpreting;
        let Some(ready) = interpreting
            .links
            .iter()
            .position(|link| link.phase == Phase::Ready)
        else {
            return;
        };
        let now = Instant::now();
        let quiet = interpreting.is_quiet();
        let renew_before = self.order.environment.settings.invoker.renew_before;
        if let Some(taking) = interpreting.taking() {
            if !quiet && !taking.has_to_end(renew_before, now) {
                return;
            }
            let number = taking.number;
            self.close(number);
        }
        self.interpreting.links[ready].phase = Phase::Taking;
        self.interpreting.next_due = self.interpreting.next_due.max(now);
    }

    /// Asks a stream to close, after all it has been given.
    pub(super) fn close(&mut self, number: u64) {
        let interpreting = &mut self.interpreting;
        let Some(link) = interpreting
            .links
            .iter_mut()
            .find(|link| link.number == number)
        else {
            return;
        };
        if let Some(input) = link.input.take() {
            if std::mem::take(&mut link.in_turn) {
                // One that is full takes no word any more: it is given up after a while.
                let _ = input.try_send(InterpretationInput::EndOfUtterance);
            }
            if let Err(refused) = input.try_send(InterpretationInput::Close) {
                tracing::debug!(%refused, "a stream is closed without a word");
            }
        }
        link.phase = Phase::Closing {
            since: Instant::now(),
        };
    }

    /// Closes what has had nothing to do for a while.
    pub(super) fn close_in_silence(&mut self) {
        let interpreting = &self.interpreting;
        let quiet = !interpreting.coming
            && interpreting.backlog.is_empty()
            && interpreting.frame.is_empty();
        let patience = if self.leaving || !self.speaking {
            Duration::ZERO
        } else {
            self.order.environment.settings.invoker.release_after
        };
        if !quiet || interpreting.came.elapsed() < patience {
            return;
        }
        let idle: Vec<u64> = interpreting
            .links
            .iter()
            .filter(|link| !link.is_closing())
            .map(|link| link.number)
            .collect();
        for number in idle {
            self.close(number);
        }
        if self.interpreting.opening.is_none() {
            self.end_trial();
        }
    }
}
