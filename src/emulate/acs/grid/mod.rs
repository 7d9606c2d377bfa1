//! Event Grid: a subscription that is validated first, and deliveries that are tried again.

mod event;
mod handshake;

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use uuid::Uuid;

pub use self::{
    event::{Event, Ring, RoomCall, Schema},
    handshake::manual,
};
use super::{
    fault::{CallFaults, Counter, Kind},
    service::Service,
};

/// How long Event Grid waits before it tries again, the last of them as often as it takes.
const PAUSES: [u64; 7] = [10, 30, 60, 300, 600, 1_800, 3_600];

/// How often it tries.
const MOST_ATTEMPTS: usize = 30;

/// Statuses after which it does not try again.
const FINAL: [u16; 4] = [400, 401, 403, 413];

/// How long an event that is to come late waits for another to come before it.
const HELD: Duration = Duration::from_secs(20);

/// Where events go.
pub struct Grid {
    url: String,
    schema: Schema,
    /// What is to be shown if somebody validates by hand.
    code: String,
    validated: watch::Sender<bool>,
    /// How many events were delivered.
    passed: watch::Sender<u64>,
}

impl Grid {
    /// A subscription that is still to be validated.
    pub fn new(url: String, schema: Schema) -> Self {
        Self {
            url,
            schema,
            code: Uuid::from_u128(rand::random()).to_string(),
            validated: watch::Sender::new(false),
            passed: watch::Sender::new(0),
        }
    }

    /// Whether events are delivered.
    pub fn is_validated(&self) -> bool {
        *self.validated.borrow()
    }

    /// Waits until they are.
    pub async fn validated(&self) {
        // The sender is in here, so it cannot be gone.
        let _ = self.validated.subscribe().wait_for(|is| *is).await;
    }
}

/// Validates the subscription, as often as it takes.
pub async fn subscribe(service: Arc<Service>) {
    handshake::subscribe(&service).await;
}

/// Delivers an event about a call, if anybody wants events.
pub fn publish(service: &Arc<Service>, call: &str, faults: &Arc<CallFaults>, event: Event) {
    if service.grid.is_none() {
        return;
    }
    let delivery = Delivery {
        service: Arc::clone(service),
        call: call.to_owned(),
        event,
    };
    let count = faults.count(Counter::Events);
    let faults = Arc::clone(faults);
    service.handle.spawn(delivery.carry(faults, count));
}

#[derive(Clone)]
struct Delivery {
    service: Arc<Service>,
    call: String,
    event: Event,
}

impl Delivery {
    async fn carry(self, faults: Arc<CallFaults>, count: u64) {
        let service = Arc::clone(&self.service);
        let Some(grid) = &service.grid else {
            return;
        };
        grid.validated().await;
        if faults.happens(Kind::EventDrop, count).is_some() {
            self.tell("fault: dropped");
            return;
        }
        if let Some(seconds) = faults.happens(Kind::EventDelay, count) {
            self.tell("fault: delayed");
            let delay = Duration::from_secs_f64(seconds);
            service.pace.sleep(delay).await;
        }
        if faults.happens(Kind::EventReorder, count).is_some() {
            self.tell("fault: held back");
            let mut passed = grid.passed.subscribe();
            let another = passed.changed();
            let _ = tokio::time::timeout(service.pace.outside(HELD), another).await;
        }
        self.deliver(grid).await;
        if faults.happens(Kind::EventDuplicate, count).is_some() {
            self.tell("fault: once more");
            self.deliver(grid).await;
        }
    }

    async fn deliver(&self, grid: &Grid) {
        for attempt in 0..MOST_ATTEMPTS {
            let status = self.post(grid, attempt).await;
            if matches!(status, Some(200..=204)) {
                grid.passed.send_modify(|passed| *passed += 1);
                return;
            }
            if status.is_some_and(|status| FINAL.contains(&status)) {
                self.tell("not tried again");
                return;
            }
            let pause = PAUSES[attempt.min(PAUSES.len() - 1)];
            self.service.pace.sleep(Duration::from_secs(pause)).await;
        }
        self.tell("given up");
    }

    async fn post(&self, grid: &Grid, attempt: usize) -> Option<u16> {
        let content = match grid.schema {
            Schema::EventGrid => "application/json; charset=utf-8",
            Schema::CloudEvents => "application/cloudevents+json; charset=utf-8",
        };
        let body = self.event.body(grid.schema).to_string();
        let mut request = self
            .service
            .http
            .post(&grid.url)
            .header("content-type", content)
            .header("aeg-event-type", "Notification")
            .header("aeg-subscription-name", "EMULATED")
            .header("aeg-delivery-count", attempt.to_string());
        if grid.schema == Schema::EventGrid {
            request = request
                .header("aeg-data-version", "1.0")
                .header("aeg-metadata-version", "1");
        }
        match request.body(body).send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                self.tell(&status.to_string());
                Some(status)
            }
            Err(error) => {
                // The address may hold a secret, so it is not said.
                self.tell(&error.without_url().to_string());
                None
            }
        }
    }

    fn tell(&self, what: &str) {
        let what = format!("{} -> {what}", self.event.kind);
        self.service.timeline.tell(Some(&self.call), what);
    }
}
