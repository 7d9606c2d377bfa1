//! The way out of a session: every event gets its id here, is counted, and meets the faults.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    complaint::Complaint,
    fault::{Kind, SessionFaults},
    invoice::Bill,
};

/// Events that may wait for a client that does not read; then the session waits, and with it its client's input.
pub const PLACES: usize = 64;

/// What goes out on a connection.
#[derive(Debug)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// A binary frame; the real service sends none.
    Binary(Bytes),
    /// The end, with a code and a reason.
    Close(u16, String),
}

/// The session is over: its client is gone, or it was closed.
#[derive(Debug)]
pub struct Over;

/// Optional fields that a server in a bad mood leaves `null`, wherever they stand.
const OPTIONAL: [&str; 22] = [
    "elapsed_ms",
    "sample_rate",
    "channels",
    "format",
    "obfuscation",
    "logprobs",
    "status_details",
    "usage",
    "metadata",
    "conversation_id",
    "transcript",
    "transcription",
    "noise_reduction",
    "turn_detection",
    "prompt",
    "tracing",
    "include",
    "code",
    "param",
    "expires_at",
    "previous_item_id",
    "max_output_tokens",
];

/// Writes one session's events.
pub struct Outlet {
    wire: mpsc::Sender<Outgoing>,
    faults: SessionFaults,
    bill: Bill,
    limit_text: String,
    events: u64,
    audio_deltas: u64,
    responses: u64,
    nulls: bool,
    unknown: bool,
    stalled: bool,
    slowness: f64,
}

impl Outlet {
    /// A way out to this connection. `limit_text` is what an expired session is told.
    pub fn new(
        wire: mpsc::Sender<Outgoing>,
        faults: SessionFaults,
        bill: Bill,
        limit_text: String,
    ) -> Self {
        Self {
            wire,
            faults,
            bill,
            limit_text,
            events: 0,
            audio_deltas: 0,
            responses: 0,
            nulls: false,
            unknown: false,
            stalled: false,
            slowness: 1.0,
        }
    }

    /// How many times slower than usual audio is to be sent.
    pub fn slowness(&self) -> f64 {
        self.slowness
    }

    /// What the session costs.
    pub fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Whether the response that now begins is to fail for the rate of its client.
    pub fn limits_response(&mut self) -> bool {
        self.responses += 1;
        self.faults
            .happens(Kind::RateLimit, self.responses)
            .is_some()
    }

    /// Sends an event, and whatever a fault puts around it.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn send(&mut self, event: Value) -> Result<(), Over> {
        self.events += 1;
        let count = self.events;
        self.nulls |= self.faults.happens(Kind::Nulls, count).is_some();
        self.unknown |= self.faults.happens(Kind::UnknownEvents, count).is_some();
        self.stalled |= self.faults.happens(Kind::Stall, count).is_some();
        if self.faults.happens(Kind::SessionExpired, count).is_some() {
            return Err(self.expire().await);
        }
        if self.faults.happens(Kind::Error, count).is_some() {
            self.put(trouble()).await?;
        }
        if self.faults.happens(Kind::Garbage, count).is_some() {
            self.garbage().await?;
        }
        if self.unknown {
            let strange = json!({"type": "session.weather.updated", "weather": {"sky": "clear", "degrees": 21.5}, "delta": 7});
            self.put(strange).await?;
        }
        self.put(event).await
    }

    /// Sends a delta of audio: the event without it, its bytes, and how many of them make a second.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn send_audio(
        &mut self,
        mut event: Value,
        audio: &[u8],
        bytes_per_second: u32,
    ) -> Result<(), Over> {
        self.audio_deltas += 1;
        if let Some(factor) = self.faults.happens(Kind::SlowAudio, self.audio_deltas) {
            self.slowness = factor;
        }
        if let Some(code) = self.faults.happens(Kind::Close, self.audio_deltas) {
            return Err(self.break_off(code).await);
        }
        event["delta"] = Value::String(STANDARD.encode(audio));
        self.send(event).await?;
        if !self.stalled {
            self.bill
                .sent_audio(audio.len() as f64 / f64::from(bytes_per_second));
        }
        Ok(())
    }

    /// Sends a complaint about a client's event.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn complain(
        &mut self,
        complaint: &Complaint,
        client_event: Option<&str>,
    ) -> Result<(), Over> {
        self.send(complaint.event(client_event)).await
    }

    /// Lets happen what happens by time alone; to be called a few times in a second.
    ///
    /// # Errors
    /// When the session is over by it.
    pub async fn tick(&mut self) -> Result<(), Over> {
        if self.wire.is_closed() {
            return Err(Over);
        }
        if self.faults.is_time_for(Kind::SessionExpired).is_some() {
            return Err(self.expire().await);
        }
        if let Some(code) = self.faults.is_time_for(Kind::Close) {
            return Err(self.break_off(code).await);
        }
        if self.faults.is_time_for(Kind::Error).is_some() {
            self.put(trouble()).await?;
        }
        if self.faults.is_time_for(Kind::Garbage).is_some() {
            self.garbage().await?;
        }
        self.stalled |= self.faults.is_time_for(Kind::Stall).is_some();
        Ok(())
    }

    /// Ends the session because it has lasted too long.
    pub async fn expire(&mut self) -> Over {
        let told = Complaint::new("session_expired", self.limit_text.clone()).event(None);
        if self.put(told).await.is_ok() && !self.stalled {
            let reason = self.limit_text.clone();
            let _ = self.wire.send(Outgoing::Close(1_001, reason)).await;
        }
        Over
    }

    /// Refuses the session for good.
    pub async fn refuse(&mut self, complaint: &Complaint, code: u16) -> Over {
        refuse(&self.wire, complaint, code).await;
        Over
    }

    /// Ends the session as it should end.
    pub async fn close(&mut self) -> Over {
        if !self.stalled {
            let _ = self.wire.send(Outgoing::Close(1_000, String::new())).await;
        }
        Over
    }

    /// Lets go of the connection: at once, or when its client does if it has stalled.
    pub async fn leave(self) {
        if self.stalled {
            self.wire.closed().await;
        }
    }

    async fn break_off(&mut self, code: f64) -> Over {
        // A fault's code is from 1000 to 4999.
        let closing = Outgoing::Close(code as u16, "emulated fault".to_owned());
        let _ = self.wire.send(closing).await;
        Over
    }

    async fn garbage(&mut self) -> Result<(), Over> {
        let frames = [
            Outgoing::Text("{\"type\": \"session.upd".to_owned()),
            Outgoing::Text("[]".to_owned()),
            Outgoing::Text("{}".to_owned()),
            Outgoing::Text("{\"type\": 7}".to_owned()),
            Outgoing::Binary(Bytes::from_static(&[0xff, 0x00, 0xfe])),
        ];
        for frame in frames {
            if !self.stalled {
                self.wire.send(frame).await.map_err(|_| Over)?;
            }
        }
        Ok(())
    }

    async fn put(&mut self, mut event: Value) -> Result<(), Over> {
        if self.stalled {
            return if self.wire.is_closed() {
                Err(Over)
            } else {
                Ok(())
            };
        }
        if let Value::Object(fields) = &mut event {
            let id = format!("event_{}", uuid::Uuid::now_v7().simple());
            fields.insert("event_id".to_owned(), Value::String(id));
            if self.unknown {
                fields.insert("not_known_yet".to_owned(), json!({"x": [1, null]}));
            }
        }
        if self.nulls {
            void(&mut event);
        }
        self.wire
            .send(Outgoing::Text(event.to_string()))
            .await
            .map_err(|_| Over)
    }
}

/// Tells a client why it may not stay, and closes with a reason that names the complaint's code.
pub async fn refuse(wire: &mpsc::Sender<Outgoing>, complaint: &Complaint, code: u16) {
    let mut told = complaint.event(None);
    told["event_id"] = json!(super::session::new_id("event"));
    if wire.send(Outgoing::Text(told.to_string())).await.is_ok() {
        let reason = format!(
            "invalid_request_error.{}",
            complaint.code().unwrap_or_default()
        );
        // A client that is gone needs no close.
        let _ = wire.send(Outgoing::Close(code, reason)).await;
    }
}

fn trouble() -> Value {
    Complaint::server("The server had an error while processing your request. Sorry about that!")
        .event(None)
}

/// Sets every optional field to `null`.
fn void(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if OPTIONAL.contains(&name.as_str()) {
                    *field = Value::Null;
                } else {
                    void(field);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(void),
        _ => {}
    }
}
