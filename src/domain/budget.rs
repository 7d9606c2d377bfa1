//! How much a room may use, what it has used of that, and what is left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::usage::{Amount, Cost};

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
            cost: self.cost.map(|all| all.less(used.cost)),
        }
    }

    /// Whether nothing is left of one of its parts.
    pub fn is_exhausted(&self, used: &Amount) -> bool {
        let left = self.left(used);
        left.audio_ms == Some(0) || left.cost == Some(Cost::default())
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
                cost: Some(Cost::from_nanodollars(1))
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
