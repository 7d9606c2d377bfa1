//! What a room uses is told to those in it, and when its budget is used up its translation stops.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix::{AsyncContext, Handler};
use serde_json::json;

use super::{Room, meter::Metered};
use crate::{
    actors::outbox::{Class, Parcel, Payload, Replaces},
    domain::{
        budget::BudgetFigures,
        server_message::{ServerMessage, UsageFigures},
    },
    supervision::Ctx,
};

/// How often the figures of use go out while they change.
const INTERVAL: Duration = Duration::from_secs(5);

/// The stable code of a room whose budget is used up.
pub const BUDGET_EXHAUSTED: &str = "budget_exhausted";

impl Handler<Metered> for Room {
    type Result = ();

    fn handle(&mut self, _: Metered, ctx: &mut Ctx<Self>) {
        self.meter.note_known();
        self.follow_usage(ctx);
        self.review_usage(ctx);
    }
}

impl Room {
    /// Tells what is used from now on, every few seconds.
    pub(super) fn follow_usage(&mut self, ctx: &mut Ctx<Self>) {
        if !std::mem::replace(&mut self.follows_usage, true) {
            ctx.run_interval(INTERVAL, Self::review_usage);
        }
    }

    fn review_usage(&mut self, ctx: &mut Ctx<Self>) {
        self.meter.look_at(&self.log);
        self.tell_usage();
        self.heed_budget(ctx);
    }

    /// The figures of each engine, for whoever asks or is in the room.
    pub(super) fn usage_figures(&self) -> Vec<UsageFigures> {
        let usage = self.meter.usage();
        let budget_left = usage.left().map(BudgetFigures::from);
        let mut lags: BTreeMap<&'static str, u64> = BTreeMap::new();
        self.kept.read(|state| {
            for gauge in state.invoked.values() {
                let lag = lags.entry(gauge.engine()).or_default();
                *lag = gauge.behind_ms().max(*lag);
            }
        });
        let figures = |(engine, amount): (&&'static str, _)| {
            let lag_ms = lags.get(engine).copied().unwrap_or_default();
            UsageFigures::new(engine, amount, lag_ms, budget_left)
        };
        usage.by_engine().iter().map(figures).collect()
    }

    fn tell_usage(&mut self) {
        let figures = self.usage_figures();
        if figures == self.usage_told {
            return;
        }
        for usage in &figures {
            self.everybody.finals.deliver(&self.usage_parcel(usage));
        }
        self.usage_told = figures;
    }

    /// What is told of the use of one engine.
    pub(super) fn usage_parcel(&self, usage: &UsageFigures) -> Parcel {
        let message = ServerMessage::Usage {
            room_id: self.id.clone(),
            usage: usage.clone(),
        };
        Parcel {
            payload: Payload::Text(message.encode(None)),
            class: Class::Newest(Arc::new(Replaces::Usage(usage.engine))),
        }
    }

    /// Stops what costs when nothing is left of the budget, and says so once.
    fn heed_budget(&mut self, ctx: &mut Ctx<Self>) {
        if !self.meter.is_exhausted() || !self.meter.note_told() {
            return;
        }
        tracing::info!(room = %self.id, "the room's budget is used up");
        self.everybody.finals.deliver(&budget_exhausted());
        self.environment
            .topics
            .publish(&self.topic(), json!({"kind": BUDGET_EXHAUSTED}));
        let state = self.kept.snapshot();
        for key in state.invoked.keys() {
            if let Some(invoker) = self.invoker(key, ctx) {
                invoker.stop(BUDGET_EXHAUSTED);
            }
        }
    }
}

/// What those in a room are told whose budget is used up.
pub(super) fn budget_exhausted() -> Parcel {
    let error = ServerMessage::error(
        BUDGET_EXHAUSTED,
        "the budget of this room is used up, so nothing more is translated in it; what is said is still written down \
         where that costs nothing",
    );
    Parcel::lasting(error.encode(None))
}
