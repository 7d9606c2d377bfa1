//! What a room uses: counted by whoever talks to an engine, past the Room's mailbox, so that nothing is lost with an
//! actor; stored at once; and held against the room's budget.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix::Message;
use parking_lot::Mutex;

use crate::{
    actors::environment::{Counters, Environment},
    domain::{
        budget::RoomUsage,
        engine::Engine,
        identity::RoomId,
        usage::{Amount, Meter, Prices, Used},
    },
    store::{durable_log::DurableLog, ledger::Ledger},
};

/// The room's use has begun, or its budget is used up.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Metered;

/// Counts what all engines of a room are used for. Outlives the Room's crash, and the Room while a connection to a
/// provider is being closed.
pub struct RoomMeter {
    environment: Arc<Environment>,
    id: RoomId,
    ledger: Ledger,
    usage: Mutex<RoomUsage>,
    /// Whether the Room knows that something was used.
    is_known: AtomicBool,
    /// Whether people were told that the budget is used up.
    is_told: AtomicBool,
}

impl RoomMeter {
    /// The meter of a room with this log.
    pub(super) fn new(environment: &Arc<Environment>, id: &RoomId, log: &DurableLog) -> Arc<Self> {
        let (budget, before) = log.funds();
        Arc::new(Self {
            environment: Arc::clone(environment),
            id: id.clone(),
            ledger: environment.archive.ledger(id),
            usage: Mutex::new(RoomUsage::new(budget, before)),
            is_known: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
        })
    }

    /// What was used so far.
    pub fn usage(&self) -> RoomUsage {
        self.usage.lock().clone()
    }

    /// Looks again what the room may use: a store that did not work when the room was started may have told meanwhile.
    pub(super) fn look_at(&self, log: &DurableLog) {
        let (budget, before) = log.funds();
        self.usage.lock().fund(budget, before);
    }

    /// Whether the room's budget is used up.
    pub fn is_exhausted(&self) -> bool {
        self.usage.lock().is_exhausted()
    }

    /// Notes that the Room knows of its use.
    pub(super) fn note_known(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// Whether the Room knows of its use, perhaps in a former life.
    pub(super) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Relaxed)
    }

    /// Notes that people are told that the budget is used up; whether it is the first time.
    pub(super) fn note_told(&self) -> bool {
        !self.is_told.swap(true, Ordering::Relaxed)
    }

    /// An engine was used for so much more.
    pub fn count(&self, engine: &'static str, amount: Amount) {
        let environment = &self.environment;
        Counters::add(&environment.counters.speech_milliseconds, amount.audio_ms);
        environment.engine_board.of(engine).add(amount);
        self.ledger.add(engine, amount);
        let ends = {
            let mut usage = self.usage.lock();
            let before = usage.is_exhausted();
            usage.add(engine, amount);
            usage.is_exhausted() && !before
        };
        if ends || !self.is_known() {
            // One that is too busy hears of it with the next count, or looks by itself within seconds.
            let _ = environment.room(&self.id).map(|room| room.tell(Metered));
        }
    }

    /// Counts for this engine.
    pub fn of(self: &Arc<Self>, engine: &dyn Engine) -> Arc<dyn Meter> {
        Arc::new(EngineMeter {
            room: Arc::clone(self),
            engine: engine.name(),
            prices: engine.prices(),
        })
    }
}

/// Counts for one engine of a room.
struct EngineMeter {
    room: Arc<RoomMeter>,
    engine: &'static str,
    prices: Option<Prices>,
}

impl std::fmt::Debug for EngineMeter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "EngineMeter({})", self.engine)
    }
}

impl Meter for EngineMeter {
    fn used(&self, used: &Used) {
        let amount = Amount::of(used, self.prices.as_ref());
        self.room.count(self.engine, amount);
    }
}
