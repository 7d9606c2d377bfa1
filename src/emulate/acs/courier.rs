//! Who carries callbacks: for each call one after the other, unless a fault says otherwise.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    fault::{CallFaults, Counter, Kind},
    keys::{Flaw, Use},
    service::Service,
};

/// How many callbacks of one call may wait; more are lost, and said to be.
const MOST_WAITING: usize = 256;

/// How long a callback that is to come late waits for another to come before it.
const LONGEST_HELD: Duration = Duration::from_secs(2);

/// A callback on its way.
#[derive(Debug)]
pub struct Parcel {
    /// Where to.
    pub uri: String,
    /// What it is, in a word.
    pub kind: &'static str,
    /// Which leg it is about, in short.
    pub leg: String,
    /// What is in it.
    pub body: Value,
}

/// Where callbacks of a call are handed in. When it is dropped, what was handed in is still carried.
#[derive(Debug, Clone)]
pub struct Courier(mpsc::Sender<Parcel>);

impl Courier {
    /// Begins to carry for a call.
    pub fn start(service: &Arc<Service>, call: &str, faults: &Arc<CallFaults>) -> Self {
        let (sender, parcels) = mpsc::channel(MOST_WAITING);
        let round = Round {
            service: Arc::clone(service),
            call: call.to_owned(),
            faults: Arc::clone(faults),
        };
        service.handle.spawn(round.carry(parcels));
        Self(sender)
    }

    /// Hands a callback in. Returns whether there was room.
    pub fn hand_in(&self, parcel: Parcel) -> bool {
        self.0.try_send(parcel).is_ok()
    }
}

#[derive(Clone)]
struct Round {
    service: Arc<Service>,
    call: String,
    faults: Arc<CallFaults>,
}

impl Round {
    async fn carry(self, mut parcels: mpsc::Receiver<Parcel>) {
        let mut held: Option<Parcel> = None;
        loop {
            let next = match &held {
                None => parcels.recv().await,
                Some(_) => {
                    let longest = self.service.pace.outside(LONGEST_HELD);
                    tokio::time::timeout(longest, parcels.recv())
                        .await
                        .unwrap_or_default()
                }
            };
            match next {
                Some(parcel) => {
                    let count = self.faults.count(Counter::Callbacks);
                    if held.is_none() && self.faults.happens(Kind::CallbackReorder, count).is_some()
                    {
                        self.tell(&parcel, "fault: held back");
                        held = Some(parcel);
                        continue;
                    }
                    self.deliver(parcel, count).await;
                    if let Some(late) = held.take() {
                        self.post(&late, None).await;
                    }
                }
                None => match held.take() {
                    // Nothing came that it could come after; others may still come.
                    Some(late) => self.post(&late, None).await,
                    None => return,
                },
            }
        }
    }

    async fn deliver(&self, parcel: Parcel, count: u64) {
        let happens = |kind| self.faults.happens(kind, count);
        if happens(Kind::CallbackDrop).is_some() {
            self.tell(&parcel, "fault: dropped");
            return;
        }
        let flaw = happens(Kind::BadToken)
            .map(|_| Flaw::Signature)
            .or_else(|| happens(Kind::ExpiredToken).map(|_| Flaw::Expired))
            .or_else(|| happens(Kind::WrongAudience).map(|_| Flaw::Audience));
        let twice = happens(Kind::CallbackDuplicate).is_some();
        let rotates = happens(Kind::KeyRotation).is_some();
        if let Some(seconds) = happens(Kind::CallbackDelay) {
            self.tell(&parcel, "fault: delayed");
            let late = self.clone();
            // The others do not wait for it.
            self.service.handle.spawn(async move {
                let delay = Duration::from_secs_f64(seconds);
                late.service.pace.sleep(delay).await;
                late.post(&parcel, flaw).await;
            });
        } else {
            self.post(&parcel, flaw).await;
            if twice {
                self.tell(&parcel, "fault: once more");
                self.post(&parcel, None).await;
            }
        }
        if rotates {
            let name = self.service.keys.rotate();
            self.service
                .timeline
                .tell(Some(&self.call), format!("fault: {name} signs now"));
        }
    }

    async fn post(&self, parcel: &Parcel, flaw: Option<Flaw>) {
        let mut request = self.service.http.post(&parcel.uri).json(&parcel.body);
        if let Some(token) = self.service.keys.token(Use::Callback, flaw) {
            request = request.bearer_auth(token);
        }
        let outcome = match request.send().await {
            Ok(answer) => answer.status().as_u16().to_string(),
            // The address holds a secret, so it is not said.
            Err(error) => error.without_url().to_string(),
        };
        let what = match flaw {
            Some(flaw) => format!("{outcome} (fault: token with a wrong {flaw:?})"),
            None => outcome,
        };
        self.tell(parcel, &what);
    }

    fn tell(&self, parcel: &Parcel, what: &str) {
        let Parcel { kind, leg, .. } = parcel;
        self.service
            .timeline
            .tell(Some(&self.call), format!("leg {leg}: {kind} -> {what}"));
    }
}
