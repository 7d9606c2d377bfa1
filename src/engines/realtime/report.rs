//! What the two engines say about themselves.

use std::sync::Arc;

use super::{opening::Door, tally::Tally};
use crate::domain::engine::{EngineError, EnginePart, EngineReport, LanguagePair, PartRole};

/// What there is to say.
pub struct Described<'a> {
    /// The engine's name.
    pub name: &'static str,
    /// Its model.
    pub deployment: &'a str,
    /// Where it is, or what is to be set.
    pub door: Result<&'a Arc<Door>, &'a EngineError>,
    /// The languages it translates into; it hears them all.
    pub languages: &'a [&'static str],
    /// What went otherwise than it should.
    pub tally: &'a Tally,
}

/// The report of an engine.
pub fn of(described: &Described<'_>) -> EngineReport {
    let available = described.door.is_ok();
    let languages: Vec<String> = described
        .languages
        .iter()
        .filter(|_| available)
        .map(|language| (*language).to_owned())
        .collect();
    let pair = |source: &String, target: &String| LanguagePair {
        source: source.clone(),
        target: target.clone(),
        route: vec![described.deployment.to_owned()],
        experimental: false,
    };
    let pairs = languages.iter().flat_map(|source| {
        let targets = languages.iter().filter(move |target| *target != source);
        targets.map(move |target| pair(source, target))
    });
    EngineReport {
        name: described.name.to_owned(),
        available,
        parts: vec![EnginePart {
            name: described.deployment.to_owned(),
            role: PartRole::Interpreter,
            available,
            detail: match described.door {
                Ok(door) => format!("at {}", door.shown()),
                Err(error) => error.message.clone(),
            },
        }],
        recognizes: languages.clone(),
        speaks: languages.clone(),
        pairs: pairs.collect(),
        // Every session is one of the provider's, which has its own limits.
        talkers: 0,
        talker_limit: usize::MAX,
        counted: described.tally.counts(),
    }
}
