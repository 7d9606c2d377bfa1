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
    domain::server_message::ServerMessage,
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

/// The Room's answer about the way to a speaker's Source. Older epochs are ignored.
#[derive(Message)]
#[rtype(result = "()")]
pub enum SourceRoute {
    /// The way, or that it has gone.
    Open {
        /// Rises with every change of routes.
        epoch: u64,
        /// Where audio goes.
        source: Option<Ref<Source>>,
    },
    /// Audio is not listened to; the client has been told why.
    Refused {
        /// Rises with every change of routes.
        epoch: u64,
    },
}

#[derive(Default)]
enum Way {
    #[default]
    Unknown,
    Asked(Instant),
    Known(Ref<Source>),
    Refused,
}

/// Where this socket's audio goes, and what is held while that is found out.
#[derive(Default)]
pub(super) struct AudioPath {
    epoch: u64,
    way: Way,
    held: VecDeque<Bytes>,
    held_bytes: usize,
}

impl AudioPath {
    fn hold(&mut self, bytes: Bytes) {
        self.held_bytes += bytes.len();
        self.held.push_back(bytes);
        while self.held_bytes > MOST_HELD {
            self.held_bytes -= self.held.pop_front().map_or(0, |oldest| oldest.len());
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
        let (SourceRoute::Open { epoch, .. } | SourceRoute::Refused { epoch }) = route;
        if epoch < self.audio.epoch {
            return;
        }
        self.audio.epoch = epoch;
        match route {
            SourceRoute::Open {
                source: Some(source),
                ..
            } => {
                self.audio.way = Way::Known(source);
                self.audio.held_bytes = 0;
                for bytes in std::mem::take(&mut self.audio.held) {
                    self.on_audio(bytes);
                }
            }
            SourceRoute::Open { source: None, .. } => self.audio.way = Way::Unknown,
            SourceRoute::Refused { .. } => {
                self.audio.way = Way::Refused;
                self.audio.held.clear();
                self.audio.held_bytes = 0;
            }
        }
    }
}

impl Socket {
    /// Sends audio on its way, or asks for one.
    pub(super) fn on_audio(&mut self, bytes: Bytes) {
        let counters = &self.environment.counters;
        Counters::add(&counters.audio_frames_received, 1);
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
        if let Way::Known(source) = &self.audio.way {
            let listen = Listen {
                connection: self.id.clone(),
                bytes,
            };
            match source.tell(listen) {
                Ok(()) => {}
                // The Source does not keep up: audio that comes too late is of no use.
                Err(TellError::Full(_) | TellError::Unavailable(_)) => {
                    Counters::add(&counters.audio_frames_discarded, 1);
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

    /// Ends the current utterance.
    pub(super) fn on_audio_end(&mut self) {
        if let Way::Known(source) = &self.audio.way {
            // A Source that is full ends the utterance by its silence.
            let _ = source.tell(EndUtterance);
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
