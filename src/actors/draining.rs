//! How the server lets go of its clients: room by room, each handed over whole, and not all in the same moment, so that
//! thousands do not come back at once.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    environment::Environment,
    outbox::Closing,
    room::{
        Room,
        draining::{Drain, HANDOVER},
    },
    socket::{Close, Socket},
};
use crate::supervision::{Filter, Ref, Supervised};

/// How long a room may take to say that it heard.
const ANSWER: Duration = Duration::from_secs(1);

/// How long clients may take to close after they were told to.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// Tells every client to come back (1012), `rate` of them a second, those of one room together; waits until they have
/// gone and their rooms are free, at most until `deadline`.
pub async fn drain(environment: &Environment, rate: u32, deadline: Instant) {
    let mut pace = Pace::new(rate, deadline);
    let rooms: Vec<Ref<Room>> = all(environment);
    for room in &rooms {
        // One that does not answer, and those in it, are told below.
        let told = room.ask(Drain, ANSWER).await.unwrap_or(0);
        pace.told(told).await;
    }
    let ends = rooms.iter().map(|room| room.ended());
    // A room that does not end by itself ends with the tree.
    let patience = deadline.min(Instant::now() + HANDOVER + ANSWER);
    let _ = tokio::time::timeout_at(patience, futures_util::future::join_all(ends)).await;

    let sockets: Vec<Ref<Socket>> = all(environment);
    for socket in &sockets {
        if socket.tell(Close(Closing::RESTARTING)).is_err() {
            socket.stop("server restarts");
        }
        pace.told(1).await;
    }
    let ends = sockets.iter().map(|socket| socket.ended());
    let patience = deadline.min(Instant::now() + CLOSE_PATIENCE);
    // Whoever has not closed by then is closed with the tree.
    let _ = tokio::time::timeout_at(patience, futures_util::future::join_all(ends)).await;
}

fn all<A: Supervised>(environment: &Environment) -> Vec<Ref<A>> {
    let running = environment.tree.snapshot(&Filter::all().kind(A::KIND));
    running
        .into_iter()
        .filter_map(|row| environment.tree.lookup::<A>(row.path.as_str()))
        .collect()
}

/// Spreads what is told over time; faster where the deadline asks for it.
struct Pace {
    rate: u32,
    begun: Instant,
    told: u32,
    /// After half of the time left, nobody is waited for any more.
    until: Instant,
}

impl Pace {
    fn new(rate: u32, deadline: Instant) -> Self {
        let begun = Instant::now();
        Self {
            rate,
            begun,
            told: 0,
            until: begun + deadline.saturating_duration_since(begun) / 2,
        }
    }

    async fn told(&mut self, clients: usize) {
        self.told = self
            .told
            .saturating_add(u32::try_from(clients).unwrap_or(u32::MAX));
        let due = Duration::from_secs(1) * self.told / self.rate.max(1);
        // Timers count milliseconds.
        if due > self.begun.elapsed() + Duration::from_millis(1) {
            tokio::time::sleep_until(self.until.min(self.begun + due)).await;
        }
    }
}
