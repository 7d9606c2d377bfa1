//! All calls: those that are alive by every id they have, and reports of the last that ended.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;

use super::{Call, Lifecycle};

/// How many reports of ended calls are kept.
const MOST_ENDED: usize = 1_000;

/// How many calls may be alive at once.
const MOST_CALLS: usize = 20_000;

/// All calls.
#[derive(Default)]
pub struct Directory(Mutex<Listed>);

#[derive(Default)]
struct Listed {
    calls: HashMap<String, Arc<Call>>,
    /// Ids of calls, by `incomingCallContext`, call connection id, `serverCallId`, and room or group.
    by_context: HashMap<String, String>,
    by_leg: HashMap<String, String>,
    by_server_call: HashMap<String, String>,
    by_meeting: HashMap<String, String>,
    ended: VecDeque<Value>,
    totals: Totals,
}

/// How much there was since the emulator started.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Totals {
    pub calls: u64,
    pub legs: u64,
    /// Of legs that ended.
    pub seconds_billed: f64,
}

/// By what a call is looked for.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    Id(&'a str),
    Context(&'a str),
    Leg(&'a str),
    ServerCall(&'a str),
    /// The id of a room or a group.
    Meeting(&'a str),
}

impl Directory {
    /// The number of a new call; nothing if there are too many.
    pub fn number(&self) -> Option<u64> {
        let mut listed = self.0.lock();
        if listed.calls.len() >= MOST_CALLS {
            return None;
        }
        listed.totals.calls += 1;
        Some(listed.totals.calls)
    }

    /// Lists a call.
    pub fn add(&self, call: &Arc<Call>) {
        let mut listed = self.0.lock();
        let id = call.id.clone();
        listed
            .by_server_call
            .insert(call.server_call.clone(), id.clone());
        if !call.context.is_empty() {
            listed.by_context.insert(call.context.clone(), id.clone());
        }
        if let Lifecycle::Room(meeting) | Lifecycle::Group(meeting) = &call.lifecycle {
            listed.by_meeting.insert(meeting.clone(), id.clone());
        }
        listed.calls.insert(id, Arc::clone(call));
    }

    /// Lists a leg of a call.
    pub fn add_leg(&self, call: &Call, connection: &str) {
        let mut listed = self.0.lock();
        listed.totals.legs += 1;
        listed.by_leg.insert(connection.to_owned(), call.id.clone());
    }

    /// A leg has ended, having cost so many seconds.
    pub fn remove_leg(&self, connection: &str, seconds: f64) {
        let mut listed = self.0.lock();
        listed.totals.seconds_billed += seconds;
        listed.by_leg.remove(connection);
    }

    /// A call has ended; this is kept of it.
    pub fn remove(&self, call: &Call, report: Value) {
        let mut listed = self.0.lock();
        listed.calls.remove(&call.id);
        listed.by_context.remove(&call.context);
        listed.by_server_call.remove(&call.server_call);
        if let Lifecycle::Room(meeting) | Lifecycle::Group(meeting) = &call.lifecycle
            && listed.by_meeting.get(meeting) == Some(&call.id)
        {
            listed.by_meeting.remove(meeting);
        }
        listed.ended.push_back(report);
        if listed.ended.len() > MOST_ENDED {
            listed.ended.pop_front();
        }
    }

    /// A call that is alive.
    pub fn find(&self, by: By<'_>) -> Option<Arc<Call>> {
        let listed = self.0.lock();
        let id = match by {
            By::Id(id) => return listed.calls.get(id).cloned(),
            By::Context(context) => listed.by_context.get(context),
            By::Leg(connection) => listed.by_leg.get(connection),
            By::ServerCall(server_call) => listed.by_server_call.get(server_call),
            By::Meeting(meeting) => listed.by_meeting.get(meeting),
        };
        id.and_then(|id| listed.calls.get(id)).cloned()
    }

    /// All that are alive, the oldest first.
    pub fn alive(&self) -> Vec<Arc<Call>> {
        let mut calls: Vec<_> = self.0.lock().calls.values().cloned().collect();
        calls.sort_by_key(|call| call.began);
        calls
    }

    /// Reports of the last that ended.
    pub fn ended(&self) -> Vec<Value> {
        self.0.lock().ended.iter().cloned().collect()
    }

    /// The report of a call that has ended, if it is still kept.
    pub fn ended_call(&self, is_it: impl Fn(&Value) -> bool) -> Option<Value> {
        let listed = self.0.lock();
        listed
            .ended
            .iter()
            .rev()
            .find(|report| is_it(report))
            .cloned()
    }

    /// Under how many names calls that are alive are found.
    pub fn names(&self) -> usize {
        let listed = self.0.lock();
        listed.calls.len()
            + listed.by_context.len()
            + listed.by_leg.len()
            + listed.by_server_call.len()
            + listed.by_meeting.len()
    }

    /// How much there was.
    pub fn totals(&self) -> Totals {
        self.0.lock().totals
    }
}
