//! What engines were used for: audio, tokens, and what it cost.

use std::{fmt::Debug, iter::Sum, time::Duration};

use serde::Deserialize;

/// What of a provider was used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// Audio that went in and is billed by its length.
    pub audio_in: Duration,
    /// Of that, what the provider wrote down besides, where that is billed by its length.
    pub transcribed: Duration,
    /// Audio that came out.
    pub audio_out: Duration,
    /// How long the connection was open, where that is billed.
    pub connected: Duration,
    /// Tokens of text and audio, in and out, where those are billed.
    pub tokens: Tokens,
}

/// Tokens by kind. None is counted twice: those that were cached are not among the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is a number of tokens of the kind its name says"
)]
pub struct Tokens {
    pub text_in: u64,
    pub text_in_cached: u64,
    pub audio_in: u64,
    pub audio_in_cached: u64,
    pub text_out: u64,
    pub audio_out: u64,
}

/// What a provider asks for what was used, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// For a minute of audio that goes in.
    pub minute_in: f64,
    /// For a minute of what is written down.
    pub minute_transcribed: f64,
    /// For a minute of audio that comes out.
    pub minute_out: f64,
    /// For a minute in which the connection is open.
    pub minute_connected: f64,
    /// For a million tokens of each kind.
    pub million_tokens: TokenPrices,
}

/// What a million tokens cost, by kind, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "each is the price of the kind of token its name says"
)]
pub struct TokenPrices {
    pub text_in: f64,
    pub text_in_cached: f64,
    pub audio_in: f64,
    pub audio_in_cached: f64,
    pub text_out: f64,
    pub audio_out: f64,
}

impl Prices {
    /// What this cost, in US dollars.
    pub fn of(&self, used: &Used) -> f64 {
        let minutes = |time: Duration| time.as_secs_f64() / 60.0;
        let (tokens, each) = (&used.tokens, &self.million_tokens);
        let of_tokens = [
            (tokens.text_in, each.text_in),
            (tokens.text_in_cached, each.text_in_cached),
            (tokens.audio_in, each.audio_in),
            (tokens.audio_in_cached, each.audio_in_cached),
            (tokens.text_out, each.text_out),
            (tokens.audio_out, each.audio_out),
        ]
        .map(|(number, million)| number as f64 * million / 1e6);
        minutes(used.audio_in) * self.minute_in
            + minutes(used.transcribed) * self.minute_transcribed
            + minutes(used.audio_out) * self.minute_out
            + minutes(used.connected) * self.minute_connected
            + of_tokens.iter().sum::<f64>()
    }
}

/// Counts what one engine is used for in one room. Whoever talks to a provider holds one, so that nothing that was
/// billed is lost with whoever wanted it.
pub trait Meter: Debug + Send + Sync {
    /// So much more was used.
    fn used(&self, used: &Used);
}

/// Money, in billionths of a US dollar: a token costs some thousands of them, and 64 bits hold 18 thousand million dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost(u64);

/// Of one dollar.
const NANODOLLARS: f64 = 1e9;

impl Cost {
    /// So many billionths of a US dollar.
    pub const fn from_nanodollars(nanodollars: u64) -> Self {
        Self(nanodollars)
    }

    /// So many US dollars, to the nearest billionth; less than none is none.
    pub fn from_usd(usd: f64) -> Self {
        // A cast from a float stays within the range of the integer.
        Self((usd * NANODOLLARS).round() as u64)
    }

    /// In billionths of a US dollar.
    pub const fn nanodollars(self) -> u64 {
        self.0
    }

    /// What is left of it when the other is taken away; never less than nothing.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// In US dollars.
    pub fn usd(self) -> f64 {
        self.0 as f64 / NANODOLLARS
    }
}

/// What an engine was used for so far, as people and ledgers count it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Audio the engine was given, in milliseconds, once for each of its streams.
    pub audio_ms: u64,
    /// Tokens of all kinds.
    pub tokens: u64,
    /// What it cost.
    pub cost: Cost,
}

impl Amount {
    /// Audio that costs nothing.
    pub fn audio(audio_ms: u64) -> Self {
        Self {
            audio_ms,
            ..Self::default()
        }
    }

    /// What was used, at these prices.
    pub fn of(used: &Used, prices: Option<&Prices>) -> Self {
        let Tokens {
            text_in,
            text_in_cached,
            audio_in,
            audio_in_cached,
            text_out,
            audio_out,
        } = used.tokens;
        Self {
            audio_ms: used.audio_in.as_millis() as u64,
            tokens: text_in + text_in_cached + audio_in + audio_in_cached + text_out + audio_out,
            cost: Cost::from_usd(prices.map_or(0.0, |prices| prices.of(used))),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            audio_ms: self.audio_ms.saturating_add(other.audio_ms),
            tokens: self.tokens.saturating_add(other.tokens),
            cost: Cost(self.cost.0.saturating_add(other.cost.0)),
        }
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Self::and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_the_sum_of_what_each_kind_costs() {
        let prices = Prices {
            minute_in: 0.034,
            minute_transcribed: 0.017,
            minute_out: 0.5,
            minute_connected: 0.25,
            million_tokens: TokenPrices {
                text_in: 4.0,
                audio_in_cached: 0.4,
                audio_out: 64.0,
                ..TokenPrices::default()
            },
        };
        let used = Used {
            audio_in: Duration::from_secs(600),
            transcribed: Duration::from_secs(60),
            audio_out: Duration::from_secs(30),
            connected: Duration::from_secs(120),
            tokens: Tokens {
                text_in: 500_000,
                audio_in_cached: 1_000_000,
                audio_out: 250_000,
                text_out: 7,
                ..Tokens::default()
            },
        };
        let expected = 0.34 + 0.017 + 0.25 + 0.5 + 2.0 + 0.4 + 16.0;
        assert!((prices.of(&used) - expected).abs() < 1e-9);
    }

    #[test]
    fn what_was_used_is_counted_in_time_tokens_and_money() {
        let used = Used {
            audio_in: Duration::from_millis(1_500),
            tokens: Tokens {
                text_out: 3,
                audio_in_cached: 4,
                ..Tokens::default()
            },
            ..Used::default()
        };
        let free = Amount::of(&used, None);
        assert_eq!((free.audio_ms, free.tokens, free.cost), (1_500, 7, Cost(0)));
        let prices = Prices {
            minute_in: 0.034,
            ..Prices::default()
        };
        assert_eq!(Amount::of(&used, Some(&prices)).cost, Cost(850_000));
        assert_eq!(Cost::from_usd(-1.0), Cost(0));
    }
}
