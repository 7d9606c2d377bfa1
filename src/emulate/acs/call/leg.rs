//! A leg: our side of a call, by its call connection id. While it is connected it is billed.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
    time::Instant,
};

use super::super::{
    callback::{Callback, Ids},
    courier::{Courier, Parcel},
    identifier,
    media::{Rate, heard::Heard},
    pace::Pace,
};

/// How a media stream is to be: `mediaStreamingOptions`.
#[derive(Debug, Clone)]
pub struct MediaOptions {
    pub url: String,
    pub unmixed: bool,
    pub rate: Rate,
    pub starts: bool,
    pub bidirectional: bool,
    pub dtmf: bool,
}

/// Where a media stream is.
pub enum Streaming {
    /// There is none.
    Off,
    /// Its socket is being opened.
    Opening,
    /// Frames go through this; when it is dropped the socket is closed.
    On(mpsc::Sender<Outgoing>),
}

/// A frame on its way to a media socket.
#[derive(Debug)]
pub struct Outgoing {
    pub text: String,
    /// Whether something can be heard in it.
    pub sounds: bool,
}

/// How many frames went to a leg's sockets, or found no room there.
#[derive(Debug, Default)]
pub struct Sent {
    pub frames: u64,
    pub missed: u64,
}

/// A leg of a call.
pub struct Leg {
    pub ids: Ids,
    /// Who we are in the call.
    pub raw_id: String,
    pub callback_uri: String,
    /// The version of the interface that the leg was made with.
    pub version: String,
    /// The context of the operation that made it.
    pub context: Option<String>,
    /// The callback that says that it did not come to be connected.
    pub failure: &'static str,
    /// What `get` says besides what changes.
    pub properties: Value,
    pub media: Option<MediaOptions>,
    pub subscription: String,
    pub streaming: Streaming,
    /// Whether a socket was opened, or could not be.
    pub dialled: watch::Sender<bool>,
    /// Counts openings of sockets, so that one that ends late is not taken for its successor.
    pub attempt: u64,
    /// The context of the operation that started the stream.
    pub streaming_context: Option<String>,
    /// Sockets that were replaced and stay open.
    pub replaced: Vec<mpsc::Sender<Outgoing>>,
    pub sent: Sent,
    pub heard: Heard,
    pub connected: Option<Instant>,
    /// What it is playing: its context, and the task that will say that it ended.
    pub playing: Option<(Option<String>, AbortHandle)>,
}

impl Leg {
    /// The first letters of its id, for people.
    pub fn short(&self) -> &str {
        self.ids.connection.get(..8).unwrap_or_default()
    }

    /// Sends a callback to its address, or another one. Returns whether there was room for it.
    pub fn call_back(&self, courier: &Courier, callback: &Callback, uri: Option<&str>) -> bool {
        courier.hand_in(Parcel {
            uri: uri.unwrap_or(&self.callback_uri).to_owned(),
            kind: callback.kind,
            leg: self.short().to_owned(),
            body: callback.body(&self.ids, &self.version),
        })
    }

    /// What it has cost until now.
    pub fn billed(&self, pace: Pace) -> Duration {
        self.connected
            .map_or(Duration::ZERO, |then| pace.since(then))
    }

    fn state(&self) -> &'static str {
        match self.connected {
            Some(_) => "connected",
            None => "connecting",
        }
    }

    fn streaming_state(&self) -> &'static str {
        match self.streaming {
            Streaming::On(_) => "active",
            _ => "inactive",
        }
    }

    /// `CallConnectionProperties`.
    pub fn model(&self) -> Value {
        let mut model = self.properties.clone();
        model["callConnectionId"] = self.ids.connection.as_str().into();
        model["serverCallId"] = self.ids.server_call.as_str().into();
        model["correlationId"] = self.ids.correlation.as_str().into();
        model["callbackUri"] = self.callback_uri.as_str().into();
        model["callConnectionState"] = self.state().into();
        if self.media.is_some() {
            model["mediaStreamingSubscription"] = json!({
                "id": self.subscription,
                "state": self.streaming_state(),
                "subscribedContentTypes": ["audio"],
            });
        }
        model
    }

    /// As a participant of its call.
    pub fn participant(&self) -> Value {
        json!({
            "identifier": identifier::model(&self.raw_id),
            "isMuted": false,
            "isOnHold": false,
        })
    }

    /// For who asks the emulator; of a leg that ended, with the sub-code that says why.
    pub fn report(&self, pace: Pace, ended: Option<u32>) -> Value {
        let state = match ended {
            Some(_) => "disconnected",
            None => self.state(),
        };
        json!({
            "call_connection_id": self.ids.connection,
            "identifier": self.raw_id,
            "state": state,
            "sub_code": ended,
            "media": self.streaming_state(),
            "mixed": self.media.as_ref().map(|media| !media.unmixed),
            "sockets": self.attempt,
            "seconds_billed": self.billed(pace).as_secs_f64(),
            "sent": {"frames": self.sent.frames, "frames_missed": self.sent.missed},
            "heard": self.heard.report(),
        })
    }
}
