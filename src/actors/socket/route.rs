//! The road of audio: from the Socket straight to the speaker's Source, without session or room in between.

use std::{collections::VecDeque, time::Duration};

use actix::{Handler, Message};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::Socket;
use crate::{
    actors::{
        environment::Counters,
        session::{Session, commands::NeedSource},
        source::{
            Source,
            listening::{EndUtterance, Listen},
        },
    },
    domain::{
        identity::{ConnectionId, SessionId},
        server_message::ServerMessage,
    },
    supervision::{Ctx, Ref, TellError},
};

/// The largest binary frame (API.md section 1).
pub const LARGEST_FRAME: usize = 64 * 1024;

/// Audio held until the way to the Source is known, in bytes: two seconds at 48 kHz.
const MOST_HELD: usize = 2 * 2 * 48_000;

/// How long a Socket waits for a route before it asks again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How often at most a client is told that its audio goes nowhere (API.md section 1).
const TOLD_AGAIN: Duration = Duration::from_secs(1);

/// The Room's answer about the way to a speaker's Source. Older epochs and other sessions are ignored.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SourceRoute {
    /// Rises with every change of routes.
    pub epoch: u64,
    /// Whose.
    pub session_id: SessionId,
    /// Which way.
    pub way: AudioWay,
}

/// A way for audio.
pub enum AudioWay {
    /// To this Source.
    Open(Ref<Source>),
    /// There is none; it can be asked for again.
    Gone,
    /// Audio is not listened to; the client has been told why.
    Refused,
}

#[derive(Default)]
enum Way {
    #[default]
    Unknown,
    Asked(Instant),
    Known(Ref<Source>),
    Refused,
}

/// Over which connection somebody speaks, and whose voice it is.
pub(in crate::actors) struct Microphone<'a> {
    pub(in crate::actors) connection: &'a ConnectionId,
    pub(in crate::actors) session: &'a Ref<Session>,
    pub(in crate::actors) counters: &'a Counters,
}

/// What waits for the way to be known.
enum Held {
    Audio(Bytes),
    EndOfUtterance,
}

/// Where the audio of one participant goes, and what is held while that is found out.
#[derive(Default)]
pub(in crate::actors) struct AudioPath {
    epoch: u64,
    way: Way,
    held: VecDeque<Held>,
    held_bytes: usize,
}

impl AudioPath {
    fn hold(&mut self, bytes: Bytes) {
        self.held_bytes += bytes.len();
        self.held.push_back(Held::Audio(bytes));
        while self.held_bytes > MOST_HELD {
            if let Some(Held::Audio(oldest)) = self.held.pop_front() {
                self.held_bytes -= oldest.len();
            }
        }
    }

    fn hold_end(&mut self) {
        if matches!(self.held.back(), Some(Held::Audio(_))) {
            self.held.push_back(Held::EndOfUtterance);
        }
    }

    /// Heeds what the Room says of the way, unless it said something newer before.
    pub(in crate::actors) fn take(&mut self, route: SourceRoute, microphone: &Microphone<'_>) {
        if route.epoch < self.epoch {
            return;
        }
        self.epoch = route.epoch;
        match route.way {
            AudioWay::Open(source) => {
                self.way = Way::Known(source);
                self.held_bytes = 0;
                for held in std::mem::take(&mut self.held) {
                    match held {
                        Held::Audio(bytes) => self.send(bytes, microphone),
                        Held::EndOfUtterance => self.end_utterance(),
                    }
                }
            }
            AudioWay::Gone => self.way = Way::Unknown,
            AudioWay::Refused => {
                self.way = Way::Refused;
                self.held.clear();
                self.held_bytes = 0;
            }
        }
    }

    /// Sends audio on its way, or asks for one.
    pub(in crate::actors) fn send(&mut self, bytes: Bytes, microphone: &Microphone<'_>) {
        if let Way::Known(source) = &self.way {
            let listen = Listen {
                connection: microphone.connection.clone(),
                bytes,
            };
            match source.tell(listen) {
                Ok(()) => {}
                // The Source does not keep up: audio that comes too late is of no use.
                Err(TellError::Full(_) | TellError::Unavailable(_)) => {
                    Counters::add(&microphone.counters.audio_frames_discarded, 1);
                }
                Err(TellError::Gone(listen)) => {
                    self.way = Way::Unknown;
                    self.hold(listen.bytes);
                    self.ask(microphone.session);
                }
            }
        } else if !matches!(self.way, Way::Refused) {
            self.hold(bytes);
            self.ask(microphone.session);
        }
    }

    fn ask(&mut self, session: &Ref<Session>) {
        let due = match self.way {
            Way::Unknown => true,
            Way::Asked(when) => when.elapsed() >= ASK_AGAIN,
            Way::Known(_) | Way::Refused => false,
        };
        if due {
            self.way = Way::Asked(Instant::now());
            // A session that does not take this is asked again with later audio.
            let _ = session.tell(NeedSource);
        }
    }

    /// Ends the current utterance, after the audio that came before.
    fn end_utterance(&mut self) {
        match &self.way {
            // A Source that is full ends the utterance when no more audio comes.
            Way::Known(source) => drop(source.tell(EndUtterance)),
            Way::Unknown | Way::Asked(_) => self.hold_end(),
            Way::Refused => {}
        }
    }

    /// Asks for the way again with the next audio: the configuration has changed.
    pub(super) fn forget_refusal(&mut self) {
        if matches!(self.way, Way::Refused) {
            self.way = Way::Unknown;
        }
    }
}

impl Handler<SourceRoute> for Socket {
    type Result = ();

    fn handle(&mut self, route: SourceRoute, _: &mut Ctx<Self>) {
        if let Some(bound) = self
            .bound
            .as_ref()
            .filter(|bound| bound.id == route.session_id)
        {
            let microphone = Microphone {
                connection: &self.id,
                session: &bound.session,
                counters: &self.environment.counters,
            };
            self.audio.take(route, &microphone);
        }
    }
}

impl Socket {
    /// Takes audio from the client.
    pub(super) fn on_audio(&mut self, bytes: Bytes) {
        Counters::add(&self.environment.counters.audio_frames_received, 1);
        if bytes.len() > LARGEST_FRAME {
            let message = format!(
                "a binary frame holds at most {LARGEST_FRAME} bytes of PCM; this one had {}",
                bytes.len()
            );
            return self.send(&ServerMessage::error("frame_too_big", message), None);
        }
        let Some(bound) = &self.bound else {
            return self.refuse_audio_without_session(None);
        };
        if !bytes.is_empty() {
            let microphone = Microphone {
                connection: &self.id,
                session: &bound.session,
                counters: &self.environment.counters,
            };
            self.audio.send(bytes, &microphone);
        }
    }

    /// Ends the current utterance, after the audio that came before.
    pub(super) fn on_audio_end(&mut self) {
        self.audio.end_utterance();
    }

    /// Audio without a session: said at most once a second for binary frames, always for a message with an id.
    pub(super) fn refuse_audio_without_session(&mut self, reference: Option<&Value>) {
        let now = Instant::now();
        let told = self.unauthorised_audio_told;
        if reference.is_none() && told.is_some_and(|when| now - when < TOLD_AGAIN) {
            return;
        }
        self.unauthorised_audio_told = Some(now);
        self.send(&no_session(), reference);
    }
}

/// What is answered to those who need a session and have none.
pub(super) fn no_session() -> ServerMessage {
    ServerMessage::error(
        "no_session",
        "there is no session on this connection; send create_session first",
    )
}
