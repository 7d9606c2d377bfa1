//! A speaker: where audio becomes utterances, and utterances the only transcript of what was said.
//!
//! The Source listens for voice, cuts utterances, gives them to the engine's ear, and passes every revision of the
//! transcript to the Room and to the Invokers of this speaker. Invokers whose engine interprets end to end are given
//! the sound itself; if all are, there is no ear, and one of them writes the transcript. It lives while anybody reads
//! what is said.

mod ear;
mod gauge;
mod heard;
pub mod listening;
mod road;
mod telling;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::AtomicU32},
    time::Duration,
};

use actix::{Actor, AsyncContext, Handler, Message, Running};
use tokio::time::Instant;

use self::{ear::Ear, heard::BeingHeard, road::Road};
pub use self::{
    gauge::{SourceGauge, SourceState},
    heard::Heard,
};
use crate::{
    actors::{
        chain::Chain,
        environment::Environment,
        insistent::Insistent,
        invoker::{Interpret, Invoker, InvokerGauge, interpreting::Mark},
        room::{
            Room,
            captions::{NeedRoutes, SpeechEdged, Transcribed},
            meter::RoomMeter,
        },
        voice::{Hearing, Pace, Voice},
    },
    audio::{
        backlog::Backlog,
        endpoint::{EndpointSettings, Endpointer},
        pcm::PcmAssembler,
        resample::Resampler,
        vad::{DETECTOR_RATE, EnergyDetector, NeuralDetector, VoiceDetector},
    },
    config::{Detector, Settings},
    domain::{
        engine::Engine,
        identity::{ConnectionId, UtteranceId},
        interpretation::INTERPRETATION_RATE,
        language::Language,
        participant::Speaker,
        time::Timestamp,
    },
    supervision::{Ctx, Kept, Ref, Supervised},
};

/// How often a Source looks at its clocks and tries again what was refused.
const BEAT: Duration = Duration::from_millis(250);

/// What a Source is started with; told to one that runs, it goes on with what has changed.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct SourceOrder {
    /// Shared by all actors.
    pub environment: Arc<Environment>,
    /// The room it speaks in.
    pub room: Ref<Room>,
    /// Who speaks.
    pub speaker: Speaker,
    /// In which language.
    pub language: Language,
    /// Who writes it down, and who does instead.
    pub chain: Chain,
    /// Of the audio, in Hz.
    pub sample_rate: u32,
    /// Where it shows its state.
    pub gauge: Arc<SourceGauge>,
    /// The room's numbers for audio streams.
    pub streams: Arc<AtomicU32>,
    /// Where its use of engines is counted.
    pub meter: Arc<RoomMeter>,
}

/// Where a Source's words go.
#[derive(Message, Default, Clone)]
#[rtype(result = "()")]
pub struct SourceRoutes {
    /// Older ones are ignored.
    pub epoch: u64,
    /// Its translations.
    pub translators: Vec<Translator>,
    /// Those who understand it as it is and want to hear it.
    pub original: Vec<Hearing>,
    /// Whether anybody reads it at all.
    pub anybody: bool,
}

/// A translation, as its speaker's Source knows it.
#[derive(Clone)]
pub struct Translator {
    /// Into which language.
    pub language: Language,
    /// Its Invoker.
    pub invoker: Ref<Invoker>,
    /// What it shows: whether it takes text or sound.
    pub gauge: Arc<InvokerGauge>,
}

/// An utterance that has no final yet.
#[derive(Debug, Clone)]
struct Utterance {
    id: UtteranceId,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    revision: u32,
    text: String,
    /// Who is given the sound of it, and so not the text.
    sound_to: Vec<Language>,
}

/// A translation this Source feeds.
struct Translating {
    invoker: Ref<Invoker>,
    gauge: Arc<InvokerGauge>,
    finals: Insistent<Interpret>,
    /// Sound that its Invoker has not taken.
    line: Backlog<Mark>,
}

/// What outlives a crash.
#[derive(Clone)]
struct Legacy {
    order: Kept<SourceOrder>,
    routes: Kept<SourceRoutes>,
    /// What was or is being said and has no final yet, in order.
    unfinished: Kept<VecDeque<Utterance>>,
}

/// The actor of a speaker.
pub struct Source {
    order: SourceOrder,
    legacy: Legacy,
    epoch: u64,
    translating: BTreeMap<Language, Translating>,
    original: Voice,
    unread_since: Option<Instant>,

    microphone: Option<(ConnectionId, Instant)>,
    assembler: PcmAssembler,
    resampler: Resampler,
    endpointer: Endpointer,
    samples: Vec<i16>,
    resampled: Vec<i16>,

    ear: Ear,
    /// Who writes down what the ear hears.
    ear_engine: Option<Arc<dyn Engine>>,
    /// The sound for engines that interpret end to end, if there is one among those that may serve.
    road: Option<Road>,
    /// Whose translation gives the transcript too, while the ear does not hear.
    appointed: Option<Language>,
    told_fallback: bool,
    /// The utterance being said, if the ear does not hear it.
    unheard: Option<Utterance>,
    utterances: VecDeque<Utterance>,
    quiet_since: Instant,

    finals: Insistent<Transcribed>,
    edges: Insistent<SpeechEdged>,
    /// While somebody speaks, or what they said has no final yet.
    being_heard: Option<BeingHeard>,
    /// It is to end, and waits for the finals of what was said.
    leaving: bool,
}

impl Source {
    /// What makes a Source, and makes it again after a crash.
    pub fn factory(order: SourceOrder) -> impl Fn() -> Self + Send + Sync + 'static {
        let legacy = Legacy {
            order: Kept::new(order),
            routes: Kept::new(SourceRoutes::default()),
            unfinished: Kept::new(VecDeque::new()),
        };
        move || Self::new(legacy.clone())
    }

    fn new(legacy: Legacy) -> Self {
        let order = legacy.order.get();
        order.gauge.made_for(
            order.chain.first().name(),
            order.sample_rate,
            &order.speaker.name,
        );
        let original = Voice::new(
            Arc::clone(&order.environment),
            Arc::clone(&order.streams),
            order.speaker.clone(),
            order.language.clone(),
            Pace::AsItComes,
        );
        let resampler = Resampler::new(order.sample_rate, DETECTOR_RATE)
            .expect("a session's rate is one of those the resampler knows");
        let endpointer = endpointer(&order.environment.settings);
        let road = order
            .chain
            .interprets()
            .then(|| Road::new(order.sample_rate));
        Self {
            order,
            legacy,
            epoch: 0,
            translating: BTreeMap::new(),
            original,
            unread_since: None,
            microphone: None,
            assembler: PcmAssembler::new(),
            resampler,
            endpointer,
            samples: Vec::new(),
            resampled: Vec::new(),
            ear: Ear::default(),
            ear_engine: None,
            road,
            appointed: None,
            told_fallback: false,
            unheard: None,
            utterances: VecDeque::new(),
            quiet_since: Instant::now(),
            finals: Insistent::default(),
            edges: Insistent::default(),
            being_heard: None,
            leaving: false,
        }
    }

    fn show(&mut self) {
        let doing = match (self.utterances.is_empty(), self.ear.is_open()) {
            _ if self.unheard.is_some() => SourceState::Hearing,
            (true, false) => SourceState::Resting,
            (true, true) => SourceState::Listening,
            (false, true) => SourceState::Hearing,
            (false, false) => SourceState::Opening,
        };
        let lines = self.translating.values();
        let waiting = lines.map(|translating| translating.line.waiting());
        let longest = waiting.max().unwrap_or_default().as_millis() as u64;
        self.order.gauge.show(doing, self.ear.lag_ms().max(longest));
        if self.utterances.is_empty() && self.unheard.is_none() {
            self.being_heard = None;
        } else if self.being_heard.is_none() {
            let heard = &self.order.environment.heard;
            self.being_heard = Some(heard.begin(&self.order.gauge));
        }
    }

    fn beat(&mut self, ctx: &mut Ctx<Self>) {
        let environment = Arc::clone(&self.order.environment);
        let settings = &environment.settings.source;
        let unread = |since: Instant| since.elapsed() >= settings.idle_after;
        if self.unread_since.is_some_and(unread) {
            return ctx.end("nobody reads");
        }
        self.end_what_fell_silent(ctx);
        if self.utterances.is_empty() && self.quiet_since.elapsed() >= settings.release_after {
            self.ear.release();
        }
        self.finals.retry(&self.order.room);
        self.edges.retry(&self.order.room);
        for translating in self.translating.values_mut() {
            translating.finals.retry(&translating.invoker);
            translating.retry_line();
        }
        self.feed_ear(ctx);
        self.show();
        self.end_when_all_is_said(ctx);
    }

    /// Once it is to end, it ends with its last final.
    fn end_when_all_is_said(&mut self, ctx: &mut Ctx<Self>) {
        if self.leaving && self.owes_nothing() {
            ctx.end("all is said");
        }
    }

    /// Whether all that was said has its final, and all finals have been told.
    fn owes_nothing(&self) -> bool {
        let translators = self.translating.values();
        self.utterances.is_empty()
            && !self.finals.is_waiting()
            && !translators
                .into_iter()
                .any(|translating| translating.finals.is_waiting() || !translating.line.is_empty())
    }
}

/// The endpointer that the settings ask for.
pub(super) fn endpointer(settings: &Settings) -> Endpointer {
    let speech = &settings.speech;
    let milliseconds = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
    let wanted = EndpointSettings {
        hang_ms: milliseconds(speech.hang),
        pre_roll_ms: milliseconds(speech.preroll),
        longest_ms: milliseconds(speech.max_utterance),
        threshold: speech.threshold,
        ..EndpointSettings::default()
    };
    let detector: Box<dyn VoiceDetector> = match speech.detector {
        Detector::Earshot => Box::new(NeuralDetector::new()),
        Detector::Energy => Box::new(EnergyDetector::new()),
    };
    Endpointer::new(wanted, detector).expect("the settings were validated against the same ranges")
}

impl Actor for Source {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        ctx.run_interval(BEAT, Self::beat);
        if ctx.life() > 0 {
            // What was understood goes where it would have gone, without a word from the room.
            self.take_routes(self.legacy.routes.get());
            self.end_unfinished();
        }
        // A room that does not take this now sends the routes with its next plan.
        let _ = self.order.room.tell(NeedRoutes);
        self.show();
    }

    /// What was just said still becomes a final: it ends when that has come, or with the patience of whoever stops it.
    fn stopping(&mut self, ctx: &mut Ctx<Self>) -> Running {
        self.leaving = true;
        self.finish_utterance(ctx);
        if self.owes_nothing() {
            Running::Stop
        } else {
            Running::Continue
        }
    }

    /// What has no final now never gets one from the engine: what was understood of it stands.
    fn stopped(&mut self, _: &mut Ctx<Self>) {
        while !self.utterances.is_empty() {
            self.drop_oldest();
        }
        self.original.cancel();
    }
}

/// How long a Source that is to end may wait for the final of what was just said.
pub const LAST_WORDS: Duration = Duration::from_secs(2);

/// The speaker is gone: what was said so far still becomes finals, and then the Source ends.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Finish;

impl Handler<Finish> for Source {
    type Result = ();

    fn handle(&mut self, _: Finish, ctx: &mut Ctx<Self>) {
        self.leaving = true;
        self.finish_utterance(ctx);
        ctx.run_later(LAST_WORDS, |source, ctx| {
            while !source.utterances.is_empty() {
                source.drop_oldest();
            }
            ctx.end("no final came");
        });
        self.end_when_all_is_said(ctx);
    }
}

impl Supervised for Source {
    const KIND: &'static str = "source";
}

impl Handler<SourceOrder> for Source {
    type Result = ();

    /// The speaker has another language, name, format or engine: what is being said ends here, and what comes is heard
    /// by a new ear. Routes stay.
    fn handle(&mut self, order: SourceOrder, ctx: &mut Ctx<Self>) {
        self.finish_utterance(ctx);
        while !self.utterances.is_empty() {
            self.drop_oldest();
        }
        self.legacy.order.change(|kept| *kept = order);
        let fresh = Self::new(self.legacy.clone());
        let former = std::mem::replace(self, fresh);
        self.epoch = former.epoch;
        self.translating = former.translating;
        self.unread_since = former.unread_since;
        self.finals = former.finals;
        self.edges = former.edges;
        self.ear = former.ear.renewed();
        self.told_fallback = former.told_fallback;
        self.show();
    }
}

impl Handler<SourceRoutes> for Source {
    type Result = ();

    fn handle(&mut self, routes: SourceRoutes, _: &mut Ctx<Self>) {
        if routes.epoch >= self.epoch {
            self.legacy.routes.change(|kept| *kept = routes.clone());
            self.take_routes(routes);
        }
    }
}

impl Source {
    fn take_routes(&mut self, routes: SourceRoutes) {
        self.epoch = routes.epoch;
        let mut before = std::mem::take(&mut self.translating);
        for Translator {
            language,
            invoker,
            gauge,
        } in routes.translators
        {
            let known = before.remove(&language);
            let (finals, line) = match known {
                Some(known) => (known.finals, known.line),
                None => (Insistent::default(), Backlog::new(INTERPRETATION_RATE)),
            };
            let translating = Translating {
                invoker,
                gauge,
                finals,
                line,
            };
            self.translating.insert(language, translating);
        }
        self.original.set_hearings(routes.original);
        self.unread_since =
            (!routes.anybody).then(|| self.unread_since.unwrap_or_else(Instant::now));
    }
}
