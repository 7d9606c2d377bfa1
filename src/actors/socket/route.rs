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
        session::commands::NeedSource,
        source::{
            Source,
            listening::{EndUtterance, Listen},
        },
    },
    domain::{identity::SessionId, server_message::ServerMessage},
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

/// What waits for the way to be known.
enum Held {
    Audio(Bytes),
    EndOfUtterance,
}

/// Where this socket's audio goes, and what is held while that is found out.
#[derive(Default)]
pub(super) struct AudioPath {
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
        let bound = self.bound.as_ref().map(|bound| &bound.id);
        if route.epoch < self.audio.epoch || bound != Some(&route.session_id) {
            return;
        }
        self.audio.epoch = route.epoch;
        match route.way {
            AudioWay::Open(source) => {
                self.audio.way = Way::Known(source);
                self.audio.held_bytes = 0;
                for held in std::mem::take(&mut self.audio.held) {
                    match held {
                        Held::Audio(bytes) => self.forward_audio(bytes),
                        Held::EndOfUtterance => self.on_audio_end(),
                    }
                }
            }
            AudioWay::Gone => self.audio.way = Way::Unknown,
            AudioWay::Refused => {
                self.audio.way = Way::Refused;
                self.audio.held.clear();
                self.audio.held_bytes = 0;
            }
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
        if self.bound.is_none() {
            return self.refuse_audio_without_session(None);
        }
        if !bytes.is_empty() {
            self.forward_audio(bytes);
        }
    }

    /// Sends audio on its way, or asks for one.
    fn forward_audio(&mut self, bytes: Bytes) {
        if let Way::Known(source) = &self.audio.way {
            let listen = Listen {
                connection: self.id.clone(),
                bytes,
            };
            match source.tell(listen) {
                Ok(()) => {}
                // The Source does not keep up: audio that comes too late is of no use.
                Err(TellError::Full(_) | TellError::Unavailable(_)) => {
                    Counters::add(&self.environment.counters.audio_frames_discarded, 1);
                }
                Err(TellError::Gone(listen)) => {
                    self.audio.way = Way::Unknown;
                    self.audio.hold(listen.bytes);
                    self.ask_for_route();
                }
            }
        } else if !matches!(self.audio.way, Way::Refused) {
            self.audio.hold(bytes);
            self.ask_for_route();
        }
    }

    fn ask_for_route(&mut self) {
        let due = match self.audio.way {
            Way::Unknown => true,
            Way::Asked(when) => when.elapsed() >= ASK_AGAIN,
            Way::Known(_) | Way::Refused => false,
        };
        if due && let Some(bound) = &self.bound {
            self.audio.way = Way::Asked(Instant::now());
            // A session that does not take this is asked again with later audio.
            let _ = bound.session.tell(NeedSource);
        }
    }

    /// Ends the current utterance, after the audio that came before.
    pub(super) fn on_audio_end(&mut self) {
        match &self.audio.way {
            // A Source that is full ends the utterance when no more audio comes.
            Way::Known(source) => drop(source.tell(EndUtterance)),
            Way::Unknown | Way::Asked(_) => self.audio.hold_end(),
            Way::Refused => {}
        }
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
