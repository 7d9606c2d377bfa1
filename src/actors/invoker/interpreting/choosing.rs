//! Which engine of the chain serves, and when a better one that was left alone is tried again.

use std::{sync::Arc, time::Duration};

use super::Invoker;
use crate::{
    actors::invoker::InvokerOrder,
    domain::{breaker::Permit, engine::Engine},
};

/// How long after the speaker's last words an engine that was left alone is tried.
const LATELY: Duration = Duration::from_secs(10);

/// The engine that is to serve an order now.
pub(in crate::actors::invoker) fn interpreter(order: &InvokerOrder) -> Arc<dyn Engine> {
    let chain = &order.chain;
    Arc::clone(chain.translator(&order.source, &order.target))
}

impl Invoker {
    /// The engine that is to serve now: the first of the chain that does, or one that is being tried.
    pub(super) fn wanted(&self) -> Arc<dyn Engine> {
        let order = &self.order;
        if let Some(trial) = self.interpreting.trial {
            let mut engines = order.chain.engines();
            if let Some(engine) = engines.find(|engine| engine.name() == trial) {
                return Arc::clone(engine);
            }
        }
        interpreter(order)
    }

    /// Shows what the Source is to give from the next utterance on.
    pub(in crate::actors::invoker) fn choose_engine(&mut self) {
        self.try_a_better_one();
        let wanted = self.wanted();
        let takes_sound = wanted.interprets().is_some() && !self.leaving;
        // While it is only being tried it is given nothing yet.
        let on_trial =
            self.interpreting.trial == Some(wanted.name()) && !self.interpreting.is_open();
        if !on_trial {
            self.order.show_engine(&wanted, takes_sound);
        }
    }

    /// An engine that should serve and was left alone for a while is opened beside the one that does, while somebody
    /// speaks; it is given sound when it is ready.
    fn try_a_better_one(&mut self) {
        let serving = interpreter(&self.order);
        let spoken_lately = self.interpreting.came.elapsed() <= LATELY
            || self.last_text.is_some_and(|at| at.elapsed() <= LATELY);
        if self.interpreting.trial.is_some() || !spoken_lately || self.leaving {
            return;
        }
        let order = &self.order;
        let mut better = order
            .chain
            .engines()
            .take_while(|engine| engine.name() != serving.name())
            .filter(|engine| engine.interprets().is_some())
            .filter(|engine| engine.translates(&order.source, &order.target));
        let permitted =
            |engine: &&Arc<dyn Engine>| order.chain.breakers().permit(engine.name()) != Permit::No;
        self.interpreting.trial = better.find(permitted).map(|engine| engine.name());
        if self.interpreting.trial.is_some() {
            self.interpreting.not_before = None;
        }
    }

    /// Nothing came of the trial that counts for or against the engine.
    pub(super) fn end_trial(&mut self) {
        if let Some(engine) = self.interpreting.trial.take() {
            self.order.chain.breakers().abandoned(engine);
        }
    }
}
