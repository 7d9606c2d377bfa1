//! What engines were used for: audio, tokens, what it cost, and how much of it a room may use.

use std::{collections::BTreeMap, fmt::Debug, iter::Sum, time::Duration};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// A budget in the figures of people: how much a room may use, or what is left of that. Either may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetFigures {
    /// Minutes of audio given to engines, counted once for each of their streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub minutes: Option<f64>,
    /// US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub cost_usd: Option<f64>,
}

/// How much a room may use before its translation stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Audio given to engines, in milliseconds.
    pub audio_ms: Option<u64>,
    /// Money.
    pub cost: Option<Cost>,
}

/// Of a minute.
const MILLISECONDS: f64 = 60_000.0;

/// The largest budget, in minutes or dollars: more than anybody means, and exact as a number.
const LARGEST_BUDGET: f64 = 1e9;

/// A budget that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("budget has minutes, cost_usd or both, each a number from 0 to 1000000000")]
pub struct InvalidBudget;

impl TryFrom<BudgetFigures> for Budget {
    type Error = InvalidBudget;

    fn try_from(figures: BudgetFigures) -> Result<Self, InvalidBudget> {
        let limits = [figures.minutes, figures.cost_usd];
        let fits = |limit: f64| (0.0..=LARGEST_BUDGET).contains(&limit);
        let is_one = limits.iter().any(Option::is_some);
        if !is_one || !limits.into_iter().flatten().all(fits) {
            return Err(InvalidBudget);
        }
        Ok(Self {
            audio_ms: figures
                .minutes
                .map(|minutes| (minutes * MILLISECONDS).round() as u64),
            cost: figures.cost_usd.map(Cost::from_usd),
        })
    }
}

impl From<Budget> for BudgetFigures {
    fn from(budget: Budget) -> Self {
        Self {
            minutes: budget
                .audio_ms
                .map(|audio_ms| audio_ms as f64 / MILLISECONDS),
            cost_usd: budget.cost.map(Cost::usd),
        }
    }
}

impl Budget {
    /// What is left of it when so much was used; never less than nothing.
    #[must_use]
    pub fn left(&self, used: &Amount) -> Self {
        Self {
            audio_ms: self.audio_ms.map(|all| all.saturating_sub(used.audio_ms)),
            cost: self.cost.map(|all| Cost(all.0.saturating_sub(used.cost.0))),
        }
    }

    /// Whether nothing is left of one of its parts.
    pub fn is_exhausted(&self, used: &Amount) -> bool {
        let left = self.left(used);
        left.audio_ms == Some(0) || left.cost == Some(Cost(0))
    }
}

/// What was used in a room, and what it may use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoomUsage {
    by_engine: BTreeMap<&'static str, Amount>,
    budget: Option<Budget>,
    /// Used of the budget before this room was started.
    before: Amount,
}

impl RoomUsage {
    /// A room that may use this much, of which so much is used already.
    pub fn new(budget: Option<Budget>, before: Amount) -> Self {
        Self {
            by_engine: BTreeMap::new(),
            budget,
            before,
        }
    }

    /// It may use this much, of which so much was used before it was started.
    pub fn fund(&mut self, budget: Option<Budget>, before: Amount) {
        self.budget = budget;
        self.before = before;
    }

    /// One of its engines was used.
    pub fn add(&mut self, engine: &'static str, amount: Amount) {
        let so_far = self.by_engine.entry(engine).or_default();
        *so_far = so_far.and(amount);
    }

    /// What each engine was used for since this room was started.
    pub fn by_engine(&self) -> &BTreeMap<&'static str, Amount> {
        &self.by_engine
    }

    /// What it may use.
    pub fn budget(&self) -> Option<Budget> {
        self.budget
    }

    /// What is left of it.
    pub fn left(&self) -> Option<Budget> {
        Some(self.budget?.left(&self.used()))
    }

    /// Whether nothing is left of it.
    pub fn is_exhausted(&self) -> bool {
        self.budget
            .is_some_and(|budget| budget.is_exhausted(&self.used()))
    }

    fn used(&self) -> Amount {
        let since: Amount = self.by_engine.values().copied().sum();
        self.before.and(since)
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

    #[test]
    fn a_budget_is_used_up_by_what_was_used_before_too() {
        let budget = Budget {
            audio_ms: Some(60_000),
            cost: Some(Cost::from_usd(0.5)),
        };
        let before = Amount {
            audio_ms: 30_000,
            cost: Cost::from_usd(0.1),
            tokens: 0,
        };
        let mut usage = RoomUsage::new(Some(budget), before);
        let left = |usage: &RoomUsage| {
            let left = BudgetFigures::from(usage.left().unwrap());
            (left.minutes, left.cost_usd)
        };
        assert_eq!(left(&usage), (Some(0.5), Some(0.4)));
        usage.add("a", Amount::audio(15_000));
        usage.add("b", Amount::audio(14_999));
        assert!(!usage.is_exhausted());
        usage.add("a", Amount::audio(1));
        assert!(usage.is_exhausted());
        usage.add("a", Amount::audio(60_000));
        assert_eq!(left(&usage), (Some(0.0), Some(0.4)));
        assert_eq!(usage.by_engine()["a"].audio_ms, 75_001);
    }

    #[test]
    fn a_room_without_a_budget_may_use_whatever_it_likes() {
        let mut usage = RoomUsage::default();
        usage.add("a", Amount::audio(u64::MAX));
        usage.add("a", Amount::audio(1));
        assert!(!usage.is_exhausted());
        assert_eq!(usage.left(), None);
    }

    #[test]
    fn a_budget_is_a_number_of_minutes_or_dollars() {
        let of = |minutes, cost_usd| BudgetFigures { minutes, cost_usd };
        let budget = Budget::try_from(of(Some(1.5), Some(0.000_000_001)));
        assert_eq!(
            budget,
            Ok(Budget {
                audio_ms: Some(90_000),
                cost: Some(Cost(1))
            })
        );
        assert!(Budget::try_from(of(None, Some(0.0))).is_ok());
        let wrong = [
            of(None, None),
            of(Some(-1.0), None),
            of(Some(1.0), Some(f64::NAN)),
            of(None, Some(1e10)),
        ];
        for wrong in wrong {
            assert_eq!(Budget::try_from(wrong), Err(InvalidBudget), "{wrong:?}");
        }
    }
}
