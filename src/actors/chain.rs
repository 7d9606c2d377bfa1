//! Which engine serves a speaker when the one they chose does not: the others in their order, and what is known of each.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::environment::assumed_language;
use crate::domain::{
    breaker::{Breaker, Permit},
    engine::{Engine, EngineError, Trouble},
    language::Language,
};

/// The breakers of all engines, shared by all rooms: an engine that fails one speaker fails the next.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<HashMap<&'static str, Breaker>>);

impl Breakers {
    /// Whether everybody may ask this engine.
    pub fn is_closed(&self, engine: &'static str) -> bool {
        self.0.lock().get(engine).is_none_or(Breaker::is_closed)
    }

    /// Whether who asks may ask this engine now; a trial is theirs alone.
    pub fn permit(&self, engine: &'static str) -> Permit {
        self.with(engine, |breaker| breaker.permit(Instant::now()))
    }

    /// Something good came of this engine.
    pub fn succeeded(&self, engine: &'static str) {
        if let Some(breaker) = self.0.lock().get_mut(engine) {
            breaker.succeeded();
        }
    }

    /// It failed or refused.
    pub fn failed(&self, engine: &'static str, error: &EngineError) {
        let (now, chance) = (Instant::now(), rand::random());
        self.with(engine, |breaker| match error.trouble {
            Trouble::Failed | Trouble::Timeout => breaker.failed(now, chance),
            Trouble::Unavailable | Trouble::Overloaded => breaker.refused(now, chance),
            // What it never does, what is wrong with a request, and a stream that came to its limit say nothing about
            // the next one.
            Trouble::Unsupported | Trouble::Invalid | Trouble::Expired => breaker.abandoned(now),
        });
    }

    /// A trial came to no end.
    pub fn abandoned(&self, engine: &'static str) {
        self.with(engine, |breaker| breaker.abandoned(Instant::now()));
    }

    fn with<R>(&self, engine: &'static str, act: impl FnOnce(&mut Breaker) -> R) -> R {
        act(self.0.lock().entry(engine).or_default())
    }
}

/// The engines that serve one speaker, the one chosen first.
#[derive(Clone)]
pub struct Chain {
    engines: Arc<[Arc<dyn Engine>]>,
    breakers: Arc<Breakers>,
}

impl Chain {
    /// A chain of at least one engine.
    pub fn new(
        first: Arc<dyn Engine>,
        others: Vec<Arc<dyn Engine>>,
        breakers: Arc<Breakers>,
    ) -> Self {
        Self {
            engines: std::iter::once(first).chain(others).collect(),
            breakers,
        }
    }

    /// The one chosen.
    pub fn first(&self) -> &Arc<dyn Engine> {
        &self.engines[0]
    }

    /// All, in order.
    pub fn engines(&self) -> impl DoubleEndedIterator<Item = &Arc<dyn Engine>> {
        self.engines.iter()
    }

    /// What is known of each.
    pub fn breakers(&self) -> &Breakers {
        &self.breakers
    }

    /// The first that fits and may be asked by everybody; where none may, the last that fits, whose own pauses protect it.
    pub fn choose(&self, fits: impl Fn(&dyn Engine) -> bool) -> Option<&Arc<dyn Engine>> {
        let fitting = || self.engines().filter(|engine| fits(&***engine));
        fitting()
            .find(|engine| self.breakers.is_closed(engine.name()))
            .or_else(|| fitting().next_back())
    }

    /// The same for one who is about to ask: it may be given the trial of an engine that was left alone.
    pub fn ask(&self, fits: impl Fn(&dyn Engine) -> bool) -> Option<&Arc<dyn Engine>> {
        let mut fitting = self.engines().filter(|engine| fits(&***engine)).peekable();
        while let Some(engine) = fitting.next() {
            if fitting.peek().is_none() || self.breakers.permit(engine.name()) != Permit::No {
                return Some(engine);
            }
        }
        None
    }

    /// The engine that is to translate what somebody says. Where none of parts can write their language down, one that
    /// interprets end to end goes before those that could only translate a text of it.
    pub fn translator(&self, source: &Language, target: &Language) -> &Arc<dyn Engine> {
        let translates = |engine: &dyn Engine| engine.translates(source, target);
        let written_down = self
            .engines()
            .any(|engine| engine.interprets().is_none() && engine.transcribes(source));
        let end_to_end = |engine: &dyn Engine| engine.interprets().is_some() && translates(engine);
        let heard = (!written_down).then(|| self.choose(end_to_end)).flatten();
        heard
            .or_else(|| self.choose(translates))
            .unwrap_or(self.first())
    }

    /// The engine of parts that fits, for one text or one recording by itself, which those that interpret end to end do
    /// not take; where none fits, the first of parts, which says why.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`] where there is none of parts, with what is to be set.
    pub fn of_parts(
        &self,
        fits: impl Fn(&dyn Engine) -> bool,
    ) -> Result<&Arc<dyn Engine>, EngineError> {
        let has_parts = |engine: &dyn Engine| engine.interprets().is_none();
        self.choose(|engine| has_parts(engine) && fits(engine))
            .or_else(|| self.engines().find(|engine| has_parts(&***engine)))
            .ok_or_else(|| {
                EngineError::new(
                    Trouble::Unavailable,
                    format!(
                        "{} interprets speech in rooms only; to translate texts and write down recordings, set engines.fallback to [local] (INTERPRES__ENGINES__FALLBACK='[\"local\"]')",
                        self.first().name()
                    ),
                )
            })
    }

    /// What `auto` is taken to be for one text or one recording.
    pub fn assumed_language(&self) -> Language {
        let engine = self.of_parts(|_| true).unwrap_or(self.first());
        assumed_language(&**engine)
    }

    /// Whether what is said in this language can be taken in at all.
    pub fn hears(&self, language: &Language) -> bool {
        self.engines()
            .any(|engine| engine.interprets().is_some() || engine.transcribes(language))
    }

    /// Whether anything is translated this way at all.
    pub fn translates(&self, source: &Language, target: &Language) -> bool {
        self.engines()
            .any(|engine| engine.translates(source, target))
    }

    /// Whether any of them interprets end to end.
    pub fn interprets(&self) -> bool {
        self.engines().any(|engine| engine.interprets().is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::{
        breaker::MOST_FAILURES,
        engine::{Engine, EngineReport},
        interpretation::InterpretationStyle,
    };

    /// Translates everything, and hears English, or end to end whatever comes.
    struct Known(&'static str, bool);

    #[async_trait::async_trait]
    impl Engine for Known {
        fn name(&self) -> &'static str {
            self.0
        }

        fn report(&self) -> EngineReport {
            unreachable!("nobody asks")
        }

        fn transcribes(&self, language: &Language) -> bool {
            !self.1 && language.to_string() == "en"
        }

        fn translates(&self, _: &Language, _: &Language) -> bool {
            true
        }

        fn speaks(&self, _: &Language) -> bool {
            true
        }

        fn interprets(&self) -> Option<InterpretationStyle> {
            self.1.then_some(InterpretationStyle {
                continuous: true,
                frame: Duration::from_millis(200),
                wants_silence: true,
                glossary: false,
            })
        }
    }

    #[test]
    fn speech_that_no_engine_of_parts_writes_down_goes_to_one_that_interprets_it() {
        let chain = |others: Vec<Arc<dyn Engine>>| {
            Chain::new(Arc::new(Known("parts", false)), others, Arc::default())
        };
        let (en, es) = ("en".parse().unwrap(), "es".parse().unwrap());
        let both = chain(vec![Arc::new(Known("whole", true))]);
        assert_eq!(both.translator(&en, &es).name(), "parts");
        assert_eq!(both.translator(&es, &en).name(), "whole");
        // Alone it translates what is typed at least.
        assert_eq!(chain(Vec::new()).translator(&es, &en).name(), "parts");
    }

    #[test]
    fn a_stream_that_came_to_its_limit_counts_for_nothing() {
        let after = |trouble| {
            let breakers = Breakers::default();
            for _ in 0..=MOST_FAILURES {
                breakers.failed("engine", &EngineError::new(trouble, "over"));
            }
            breakers.is_closed("engine")
        };
        assert!(after(Trouble::Expired));
        assert!(!after(Trouble::Failed));
    }
}
