//! One telephone: what its person wants, and what they are told of their call.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{
    broadcast::{self, error::TryRecvError},
    mpsc,
};

use super::{
    super::{
        call::{
            Call, Phase, ending,
            leg::Leg,
            person::{Person, Script},
            start::{self, Kind, Wanted},
        },
        callback::Outcome,
        identifier,
        media::line::Line,
        service::Service,
        timeline::Happening,
    },
    lines::Ringing,
};

/// How many calls may ring at once; all but the first are told that it is busy.
const MOST_RINGING: usize = 4;

/// The longest identifier or name.
const LONGEST_TEXT: usize = 200;

/// Tells telephones apart.
static TELEPHONES: AtomicU64 = AtomicU64::new(0);

/// What the page asks for.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    /// Calls somebody.
    Call {
        to: String,
        from: String,
        #[serde(default)]
        name: String,
    },
    /// Calls to this identifier ring here from now on, until it hangs up or another is said.
    Wait {
        identifier: String,
        #[serde(default)]
        name: String,
    },
    /// They do not any more.
    StopWaiting {},
    /// Answers the call that rings.
    Answer {},
    /// Does not want to.
    Decline {},
    /// Leaves the call.
    HangUp {},
    /// Presses a key.
    Key { tone: String },
}

/// The call that the person is in.
struct Own {
    call: Arc<Call>,
    raw: String,
    /// Whether they were seen in it: who answers comes into it a moment later.
    joined: bool,
}

/// A telephone in use.
pub struct Session {
    service: Arc<Service>,
    line: Arc<Line>,
    telephone: u64,
    happenings: broadcast::Receiver<Happening>,
    calls: mpsc::Sender<Ringing>,
    called: mpsc::Receiver<Ringing>,
    /// Who waits to be called: their raw id and name.
    waiting: Option<(String, String)>,
    ringing: Option<Ringing>,
    own: Option<Own>,
}

impl Session {
    /// A telephone at this line.
    pub fn new(service: &Arc<Service>, line: &Arc<Line>) -> Self {
        let (calls, called) = mpsc::channel(MOST_RINGING);
        Self {
            service: Arc::clone(service),
            line: Arc::clone(line),
            telephone: TELEPHONES.fetch_add(1, Ordering::Relaxed),
            happenings: service.timeline.watch(),
            calls,
            called,
            waiting: None,
            ringing: None,
            own: None,
        }
    }

    /// Says how the emulator is.
    pub fn greet(&self) {
        self.tell(&json!({
            "type": "hello",
            "number": self.service.number,
            "events": self.service.grid.is_some(),
            "ring_seconds": self.service.ring_for.as_secs_f64(),
            "time_scale": self.service.pace.factor(),
        }));
    }

    /// Waits for the next thing that is not the person's doing, and tells them of it.
    pub async fn news(&mut self) {
        tokio::select! {
            happening = self.happenings.recv() => {
                // If some were missed, how the call is now is seen all the same.
                self.look(happening.ok().as_ref());
                self.drop_what_is_over();
            }
            // There is always a sender: our own.
            Some(ringing) = self.called.recv() => self.ring(ringing),
            () = given_up(&mut self.ringing) => self.ring_out(),
        }
    }

    /// A call that ends while it rings rings no more.
    fn drop_what_is_over(&mut self) {
        let is_over = self
            .ringing
            .as_ref()
            .is_some_and(|ringing| matches!(ringing.call.state.lock().phase, Phase::Ended(_)));
        if is_over {
            self.ring_out();
        }
    }

    fn ring_out(&mut self) {
        self.ringing = None;
        self.tell(&json!({"type": "rang_out"}));
    }

    /// Does what the page asks for.
    pub async fn ask(&mut self, text: &[u8]) {
        match serde_json::from_slice(text) {
            Ok(Asked::Call { to, from, name }) => self.call(&to, &from, name).await,
            Ok(Asked::Wait { identifier, name }) => self.wait(&identifier, name),
            Ok(Asked::StopWaiting {}) => {
                self.waiting = None;
                self.service.lines.stop(self.telephone);
            }
            Ok(Asked::Answer {}) => self.answer(),
            Ok(Asked::Decline {}) => self.decline(),
            Ok(Asked::HangUp {}) => self.hang_up("hangs up"),
            Ok(Asked::Key { tone }) => self.press(&tone),
            Err(error) => self.refuse("message_unreadable", &error.to_string()),
        }
    }

    /// The page is gone.
    pub fn leave(&mut self) {
        self.service.lines.stop(self.telephone);
        self.decline();
        self.hang_up("hangs up: their page is gone");
    }

    async fn call(&mut self, to: &str, from: &str, name: String) {
        if self.own.is_some() || self.ringing.is_some() {
            return self.refuse("busy", "there is a call at this telephone already");
        }
        if !is_identifier(to) {
            return self.refuse("callee_unusable", NO_IDENTIFIER);
        }
        if !is_identifier(from) || name.len() > LONGEST_TEXT {
            return self.refuse("caller_unusable", NO_IDENTIFIER);
        }
        let person = Person::at_line(from, &name, Arc::clone(&self.line));
        let raw = person.raw_id.clone();
        let mut caller = Script::silent(from);
        caller.display_name = name;
        let wanted = Wanted {
            lifecycle: Kind::Incoming,
            caller,
            to: Some(to.to_owned()),
            people: Vec::new(),
            room_id: None,
            ring_for: None,
            custom_context: None,
        };
        match start::begin_with(&self.service, person, wanted).await {
            Ok(call) => self.enter(call, raw),
            Err(error) => self.refuse(error.code(), &error.to_string()),
        }
    }

    fn wait(&mut self, identifier: &str, name: String) {
        if !is_identifier(identifier) || name.len() > LONGEST_TEXT {
            return self.refuse("caller_unusable", NO_IDENTIFIER);
        }
        let raw = identifier::raw_id(identifier);
        self.service.lines.stop(self.telephone);
        self.service.lines.wait(&raw, self.telephone, &self.calls);
        self.waiting = Some((raw, name));
    }

    fn ring(&mut self, ringing: Ringing) {
        if self.own.is_some() || self.ringing.is_some() {
            // Whether they still wait for it does not matter.
            let _ = ringing.answer.send(Err(Outcome::BUSY));
            return;
        }
        let call = &ringing.call;
        self.service
            .timeline
            .tell(Some(&call.id), "rings at a telephone");
        let from = calls_as(call);
        self.tell(&json!({"type": "rings", "call": call.id, "from": from}));
        self.ringing = Some(ringing);
    }

    fn answer(&mut self) {
        let (Some(ringing), Some((raw, name))) = (self.ringing.take(), self.waiting.clone()) else {
            return self.refuse("nothing_rings", "there is no call to answer");
        };
        let person = Person::at_line(&raw, &name, Arc::clone(&self.line));
        if ringing.answer.send(Ok(person)).is_ok() {
            self.enter(ringing.call, raw);
        } else {
            self.ring_out();
        }
    }

    fn decline(&mut self) {
        if let Some(ringing) = self.ringing.take() {
            // Whether they still wait for it does not matter.
            let _ = ringing.answer.send(Err(Outcome::CANCELLED));
        }
    }

    fn enter(&mut self, call: Arc<Call>, raw: String) {
        self.own = Some(Own {
            call,
            raw,
            joined: false,
        });
        self.look(None);
    }

    fn hang_up(&mut self, how: &str) {
        if let Some(Own { call, raw, .. }) = &self.own {
            let there = ending::person_leaves(&self.service, call, raw, how);
            if !there {
                // They had answered and not come into it yet: then nobody comes.
                ending::settle(&self.service, call);
            }
            self.look(None);
            self.own = None;
        }
    }

    fn press(&mut self, tone: &str) {
        let Some(Own { call, raw, .. }) = &self.own else {
            return;
        };
        let is_tone = tone.len() == 1 && tone.bytes().all(|key| b"0123456789*#ABCD".contains(&key));
        let mut state = call.state.lock();
        if let Some(person) = state.people.iter_mut().find(|who| who.raw_id == *raw)
            && is_tone
        {
            person.press_soon(tone);
        }
    }

    /// Tells how the own call is, after something happened, in it or elsewhere.
    fn look(&mut self, happening: Option<&Happening>) {
        let Some(own) = &mut self.own else {
            return;
        };
        if happening.is_some_and(|what| what.call.as_deref() != Some(&own.call.id)) {
            return;
        }
        let (phase, is_there) = {
            let state = own.call.state.lock();
            let is_there = state.people.iter().any(|who| who.raw_id == own.raw);
            (state.phase, is_there)
        };
        own.joined |= is_there;
        let has_left = own.joined && !is_there;
        let report = own.call.report(&self.service);
        let because = match phase {
            Phase::Ended(because) => Some(because),
            _ if has_left => Some("left the call"),
            _ => None,
        };
        let call = own.call.id.clone();
        if let Some(happening) = happening {
            self.tell_happening(happening);
        }
        if because.is_some() {
            // How it came to its end has happened already.
            while let Some(happening) = self.next_happening() {
                if happening.call.as_deref() == Some(&call) {
                    self.tell_happening(&happening);
                }
            }
        }
        self.tell(&json!({"type": "call", "call": report}));
        if let Some(because) = because {
            self.tell(&json!({"type": "ended", "because": because}));
            self.own = None;
        }
    }

    /// What has happened and was not seen yet.
    fn next_happening(&mut self) -> Option<Happening> {
        loop {
            match self.happenings.try_recv() {
                Ok(happening) => return Some(happening),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    fn tell_happening(&self, Happening { at, what, .. }: &Happening) {
        self.tell(&json!({"type": "happening", "at": at, "what": what}));
    }

    fn refuse(&self, code: &str, message: &str) {
        self.tell(&json!({"type": "refused", "code": code, "message": message}));
    }

    fn tell(&self, message: &Value) {
        self.line.tell(message.to_string());
    }
}

/// What is said of an identifier that is none.
const NO_IDENTIFIER: &str = "this is neither a phone number (+14255550123) nor a raw id (8:acs:…)";

/// Whether this is a phone number or a raw id.
fn is_identifier(text: &str) -> bool {
    let is_number = |number: &str| {
        (3..=20).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    match text.strip_prefix('+').or(text.strip_prefix("4:+")) {
        Some(number) => is_number(number),
        None => {
            let is_raw = ["4:", "8:", "28:", "48:"]
                .iter()
                .any(|kind| text.len() > kind.len() && text.starts_with(kind));
            is_raw && text.len() <= LONGEST_TEXT && text.bytes().all(|byte| byte.is_ascii_graphic())
        }
    }
}

/// What a telephone that rings shows: the number that our leg calls from, or who it is.
fn calls_as(call: &Call) -> String {
    let state = call.state.lock();
    let number = |leg: &Leg| {
        let number = &leg.properties["sourceCallerIdNumber"]["value"];
        number.as_str().map(identifier::raw_id)
    };
    let number = state.legs.first().and_then(number);
    number.unwrap_or_else(|| call.from.clone())
}

/// Waits until nobody waits any more for the answer to what rings; for ever if nothing rings.
async fn given_up(ringing: &mut Option<Ringing>) {
    match ringing {
        Some(ringing) => ringing.answer.closed().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::is_identifier;

    #[test]
    fn numbers_and_raw_ids_are_identifiers() {
        for text in ["+14255550123", "4:+112", "8:acs:a_b", "28:orgid:x", "48:y"] {
            assert!(is_identifier(text), "{text}");
        }
        for text in ["", "+", "+1", "14255550123", "+1425x", "8:", "8:a b", "9:x"] {
            assert!(!is_identifier(text), "{text}");
        }
    }
}
