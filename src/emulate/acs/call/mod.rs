//! A call: people, the legs of ours in it, and what is told to each when something changes.

pub mod callee;
pub mod directory;
pub mod ending;
pub mod leg;
pub mod person;
pub mod start;

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::{leg::Leg, person::Person};
use super::{
    callback::{Callback, Ids, Outcome},
    courier::Courier,
    fault::CallFaults,
    grid::{self, Event, RoomCall},
    identifier,
    service::Service,
};

/// How a call comes to be, and what becomes of it when people go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// Somebody calls us; it ends when fewer than two are in it.
    Incoming,
    /// We call somebody; it ends likewise.
    Outgoing,
    /// A call in a room, which lives while anybody is in it.
    Room(String),
    /// A group call, likewise.
    Group(String),
}

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has answered.
    Ringing,
    /// People are in it.
    Live,
    /// It is over.
    Ended(&'static str),
}

/// What changes in a call.
pub struct State {
    pub phase: Phase,
    pub people: Vec<Person>,
    pub legs: Vec<Leg>,
    /// Ids of invitations that were not accepted yet.
    pub invitations: Vec<String>,
    /// Whether people are heard, so that they begin to speak.
    pub heard: bool,
    /// How many were in it at most.
    most: usize,
    sequence: u64,
    /// Reports of legs that have ended.
    ended_legs: Vec<Value>,
    billed: f64,
}

/// A call.
pub struct Call {
    /// What people call it.
    pub id: String,
    pub server_call: String,
    pub correlation: String,
    pub lifecycle: Lifecycle,
    /// Raw ids of who calls and who is called; of who began a room call, and nobody.
    pub from: String,
    pub to: String,
    /// `incomingCallContext`; empty for calls that did not come in.
    pub context: String,
    pub began: Instant,
    pub faults: Arc<CallFaults>,
    pub courier: Courier,
    pub state: Mutex<State>,
}

/// How many ended legs of one call are remembered.
const MOST_ENDED_LEGS: usize = 50;

impl State {
    /// Nobody is in it yet.
    pub fn new(phase: Phase) -> Self {
        Self {
            phase,
            people: Vec::new(),
            legs: Vec::new(),
            invitations: Vec::new(),
            heard: false,
            most: 0,
            sequence: 0,
            ended_legs: Vec::new(),
            billed: 0.0,
        }
    }

    /// The leg with this id.
    pub fn leg(&mut self, connection: &str) -> Option<&mut Leg> {
        self.legs
            .iter_mut()
            .find(|leg| leg.ids.connection == connection)
    }

    /// How many are in it.
    pub fn size(&self) -> usize {
        self.people.len() + self.legs.len()
    }

    /// Everybody in it, legs that are still connecting left out.
    pub fn participants(&self) -> Vec<Value> {
        let legs = self.legs.iter().filter(|leg| leg.connected.is_some());
        self.people
            .iter()
            .map(Person::model)
            .chain(legs.map(Leg::participant))
            .collect()
    }

    /// Tells every connected leg who is in it.
    pub fn tell_participants(&mut self, courier: &Courier) {
        self.most = self.most.max(self.size());
        self.sequence += 1;
        let callback = Callback::new("ParticipantsUpdated", Outcome::FINE)
            .with("participants", self.participants())
            .with("sequenceNumber", self.sequence);
        for leg in self.legs.iter().filter(|leg| leg.connected.is_some()) {
            leg.call_back(courier, &callback, None);
        }
    }
}

impl Call {
    /// The ids of a leg of it.
    pub fn ids(&self, connection: &str) -> Ids {
        Ids {
            connection: connection.to_owned(),
            server_call: self.server_call.clone(),
            correlation: self.correlation.clone(),
        }
    }

    /// Whether it lives while anybody is in it.
    pub fn is_meeting(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::Room(_) | Lifecycle::Group(_))
    }

    /// What events about it say.
    pub fn in_events(&self) -> RoomCall<'_> {
        let (room, group) = match &self.lifecycle {
            Lifecycle::Room(room) => (room.as_str(), ""),
            Lifecycle::Group(group) => ("", group.as_str()),
            _ => ("", ""),
        };
        RoomCall {
            started_by: &self.from,
            server_call: &self.server_call,
            correlation: &self.correlation,
            room,
            group,
        }
    }

    /// Tells whoever wants events that somebody came into a room call or left it; of users of the resource only.
    pub fn publish_participant(
        self: &Arc<Self>,
        service: &Arc<Service>,
        kind: &'static str,
        person: &Person,
    ) {
        if self.is_meeting() && identifier::is_user(&person.raw_id) {
            let call = self.in_events();
            let event = Event::participant(
                kind,
                &call,
                &person.raw_id,
                &person.display_name,
                &person.participant,
            );
            grid::publish(service, &self.id, &self.faults, event);
        }
    }

    /// Somebody comes into it, unless it is over.
    pub fn admit(self: &Arc<Self>, service: &Arc<Service>, person: Person) {
        if matches!(self.state.lock().phase, Phase::Ended(_)) {
            return;
        }
        service
            .timeline
            .tell(Some(&self.id), format!("{} joins", person.raw_id));
        self.publish_participant(service, "CallParticipantAdded", &person);
        let mut state = self.state.lock();
        state.people.push(person);
        state.tell_participants(&self.courier);
    }

    /// For who asks the emulator.
    pub fn report(&self, service: &Service) -> Value {
        let state = self.state.lock();
        let (phase, reason) = match state.phase {
            Phase::Ringing => ("ringing", None),
            Phase::Live => ("live", None),
            Phase::Ended(reason) => ("ended", Some(reason)),
        };
        let room = match &self.lifecycle {
            Lifecycle::Room(room) => Some(room),
            _ => None,
        };
        let lifecycle = match &self.lifecycle {
            Lifecycle::Incoming => "incoming",
            Lifecycle::Outgoing => "outgoing",
            Lifecycle::Room(_) => "room",
            Lifecycle::Group(_) => "group",
        };
        let people: Vec<Value> = state.people.iter().map(Person::report).collect();
        let mut legs = state.ended_legs.clone();
        legs.extend(state.legs.iter().map(|leg| leg.report(service.pace, None)));
        let open: f64 = state
            .legs
            .iter()
            .map(|leg| leg.billed(service.pace).as_secs_f64())
            .sum();
        json!({
            "id": self.id,
            "lifecycle": lifecycle,
            "state": phase,
            "ended_because": reason,
            "from": self.from,
            "to": self.to,
            "room_id": room,
            "server_call_id": self.server_call,
            "correlation_id": self.correlation,
            "seconds": service.pace.since(self.began).as_secs_f64(),
            "seconds_billed": state.billed + open,
            "people": people,
            "legs": legs,
        })
    }
}
