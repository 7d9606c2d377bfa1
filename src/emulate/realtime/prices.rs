//! What the emulated services would cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Dialect, invoice::Spent};

/// Prices of one model, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Price {
    /// A minute of audio that came in, silence included.
    pub audio_minute: f64,
    /// A minute of that audio which was transcribed besides.
    pub transcription_minute: f64,
    /// A million text tokens that went in, and those of them that were cached.
    pub text_in: f64,
    /// See [`Price::text_in`].
    pub text_cached: f64,
    /// A million audio tokens that went in, and those of them that were cached.
    pub audio_in: f64,
    /// See [`Price::audio_in`].
    pub audio_cached: f64,
    /// A million text tokens that came out.
    pub text_out: f64,
    /// A million audio tokens that came out.
    pub audio_out: f64,
}

/// The service's published prices: by the minute for translation (reference, section 1.4), by the token for
/// conversation (`gpt-realtime`'s price list).
const TRANSLATION: Price = Price {
    audio_minute: 0.034,
    transcription_minute: 0.017,
    text_in: 0.0,
    text_cached: 0.0,
    audio_in: 0.0,
    audio_cached: 0.0,
    text_out: 0.0,
    audio_out: 0.0,
};

const CONVERSATION: Price = Price {
    audio_minute: 0.0,
    // Of gpt-4o-transcribe, the usual model beside it.
    transcription_minute: 0.006,
    text_in: 4.0,
    text_cached: 0.4,
    audio_in: 32.0,
    audio_cached: 0.4,
    text_out: 16.0,
    audio_out: 64.0,
};

/// Prices by the beginning of a model's name; without a match, those of the dialect.
#[derive(Debug, Clone, Default)]
pub struct Prices(BTreeMap<String, Price>);

/// A price table that does not read.
#[derive(Debug, thiserror::Error)]
#[error("not a price table: {0}; write {{\"MODEL\": {{\"audio_minute\": 0.034, …}}}}")]
pub struct PriceError(#[from] serde_json::Error);

impl Prices {
    /// Reads a table: an object of models, each with the prices that docs/emulators.md names; what a model lacks is free.
    ///
    /// # Errors
    /// When it is not such a table.
    pub fn read(table: &str) -> Result<Self, PriceError> {
        Ok(Self(serde_json::from_str(table)?))
    }

    /// The prices of a model: those of the longest name it begins with.
    pub fn of(&self, dialect: Dialect, model: &str) -> Price {
        let named = self
            .0
            .iter()
            .filter(|(name, _)| model.starts_with(name.as_str()))
            .max_by_key(|(name, _)| name.len());
        match (named, dialect) {
            (Some((_, price)), _) => *price,
            (None, Dialect::Translation) => TRANSLATION,
            (None, Dialect::Conversation) => CONVERSATION,
        }
    }
}

impl Price {
    /// What this costs, in US dollars.
    pub fn cost(&self, spent: &Spent) -> f64 {
        let minutes = spent.audio_in_seconds / 60.0 * self.audio_minute
            + spent.transcribed_seconds / 60.0 * self.transcription_minute;
        let tokens = &spent.tokens;
        let fresh = |all: u64, cached: u64| all.saturating_sub(cached) as f64;
        let millions = fresh(tokens.text_in, tokens.text_cached) * self.text_in
            + tokens.text_cached as f64 * self.text_cached
            + fresh(tokens.audio_in, tokens.audio_cached) * self.audio_in
            + tokens.audio_cached as f64 * self.audio_cached
            + tokens.text_out as f64 * self.text_out
            + tokens.audio_out as f64 * self.audio_out;
        minutes + millions / 1e6
    }
}
