//! A telephone exchange: the service as a server of ours sees it, by a script. It answers requests, tells of events and
//! callbacks, and opens media sockets, in whatever order a test wants.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::service::{Answer, Asked, KEY, Service};
use crate::support::{
    client::{Client, Incoming},
    server::{Server, outcome},
};

pub const CALLER: &str = "4:+15550199";
pub const CALLEE: &str = "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000001";
pub const EVENT_SECRET: &str = "the-secret-of-event-grid";

/// How long a test waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers that a test wants instead of the usual ones: the end of a target, how often, and the answer.
type Wanted = Arc<Mutex<Vec<(&'static str, Answer)>>>;

/// Answers from now on: the method, the end of a target, and the answer.
type Refusals = Arc<Mutex<Vec<(&'static str, String, Answer)>>>;

/// The legs there are, each with the address at which it is told of.
type Legs = Arc<Mutex<Vec<(String, Value)>>>;

/// The exchange, and a server that it serves.
pub struct Exchange {
    pub service: Service,
    pub server: Server,
    wanted: Wanted,
    legs: Legs,
    refusals: Refusals,
    told: usize,
}

/// The addresses that a server gave for one call, as paths.
#[derive(Debug, Clone)]
pub struct Line {
    pub leg: String,
    pub callback: String,
    pub media: String,
    pub body: Value,
}

fn path_of(url: &Value) -> String {
    let url = url::Url::parse(url.as_str().unwrap()).unwrap();
    url[url::Position::BeforePath..].to_owned()
}

impl Exchange {
    /// A server with these settings, which asks for no tokens and has an engine that answers at once.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::serving(settings, Server::with).await
    }

    /// One whose log can be read.
    pub async fn logged(settings: &[(&str, &str)]) -> Self {
        Self::serving(settings, Server::logged).await
    }

    async fn serving(settings: &[(&str, &str)], start: fn(&[(&str, &str)]) -> Server) -> Self {
        let wanted = Wanted::default();
        let known = Arc::clone(&wanted);
        let refusals = Refusals::default();
        let refused = Arc::clone(&refusals);
        let legs = Legs::default();
        let callbacks = Arc::clone(&legs);
        let service = Service::answering(move |asked| {
            let path = asked.target.split('?').next().unwrap();
            for (method, end, answer) in refused.lock().unwrap().iter() {
                if *method == asked.method && path.ends_with(end) {
                    return answer.clone();
                }
            }
            let mut known = known.lock().unwrap();
            if let Some(place) = known.iter().position(|(end, _)| path.ends_with(end)) {
                return known.remove(place).1;
            }
            let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
            let mut callbacks = callbacks.lock().unwrap();
            let state = |leg: &str, callback: &Value, state: &str| {
                json!({
                    "callConnectionId": leg, "serverCallId": "server-call", "callbackUri": callback,
                    "callConnectionState": state, "correlationId": "correlation",
                    "source": {"rawId": CALLER, "kind": "phoneNumber", "phoneNumber": {"value": "+15550199"}},
                    "targets": [{"rawId": CALLEE, "kind": "communicationUser", "communicationUser": {"id": CALLEE}}],
                })
                .to_string()
            };
            let mut created = |status| {
                let leg = format!("leg-{}", callbacks.len() + 1);
                let callback = body["callbackUri"].clone();
                let answer = Answer::says(status, state(&leg, &callback, "connecting"));
                callbacks.push((leg, callback));
                answer
            };
            match (asked.method.as_str(), path) {
                ("POST", "/calling/callConnections") => created(201),
                ("POST", "/calling/callConnections:answer" | "/calling/callConnections:connect") => {
                    created(200)
                }
                ("POST", "/calling/callConnections:reject") => Answer::says(204, ""),
                ("DELETE", _) => Answer::says(204, ""),
                ("GET", _) => {
                    let leg = path.rsplit('/').next().unwrap();
                    match callbacks.iter().find(|(known, _)| known == leg) {
                        Some((leg, callback)) => Answer::says(200, state(leg, callback, "connected")),
                        None => gone(),
                    }
                }
                _ => Answer::says(202, ""),
            }
        })
        .await;
        let string = format!("endpoint={}/;accesskey={KEY}", service.base());
        let mut all = vec![
            ("ACS_CONNECTION_STRING", string.as_str()),
            ("ACS_AUTH", "off"),
            ("PUBLIC_URL", "https://interpres.example"),
            ("INTERPRES__ACS__EVENTS__SECRET", EVENT_SECRET),
            ("INTERPRES__ENGINES__DEFAULT", "null"),
            ("INTERPRES__ADMIN__FAULT_INJECTION", "true"),
            ("INTERPRES__ACS__DEFAULT__SPEAKS", "en"),
            ("INTERPRES__ACS__DEFAULT__HEARS", "en"),
        ];
        all.extend_from_slice(settings);
        Self {
            server: start(&all),
            service,
            wanted,
            legs,
            refusals,
            told: 0,
        }
    }

    /// What the next request to a target that ends so is answered.
    pub fn answers(&self, end: &'static str, answer: Answer) {
        self.wanted.lock().unwrap().push((end, answer));
    }

    /// What all requests to a target that ends so are answered, until [`Self::relents`].
    pub fn refuses(&self, method: &'static str, end: &str, answer: Answer) {
        let mut refusals = self.refusals.lock().unwrap();
        refusals.push((method, end.to_owned(), answer));
    }

    /// Answers as usual again.
    pub fn relents(&self) {
        self.refusals.lock().unwrap().clear();
    }

    /// There is no such leg any more, and nobody says so.
    pub fn forget(&self, line: &Line) {
        let mut legs = self.legs.lock().unwrap();
        legs.retain(|(leg, _)| *leg != line.leg);
    }

    /// Requests so far whose target ends so, queries apart.
    pub fn asked(&self, method: &str, end: &str) -> Vec<Asked> {
        let all = self.service.asked().into_iter();
        all.filter(|asked| {
            asked.method == method && asked.target.split('?').next().unwrap().ends_with(end)
        })
        .collect()
    }

    /// Waits for so many of them.
    pub async fn until_asked(&self, method: &str, end: &str, times: usize) -> Vec<Asked> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let asked = self.asked(method, end);
            if asked.len() >= times {
                return asked;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{method} {end} was not asked {times} times: {:#?}",
                self.service
                    .asked()
                    .iter()
                    .map(|asked| format!("{} {}", asked.method, asked.target))
                    .collect::<Vec<_>>()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A number that no event has had.
    fn next(&mut self) -> usize {
        self.told += 1;
        self.told
    }

    /// An event of Event Grid.
    pub fn event(&mut self, kind: &str, data: Value) -> Value {
        let number = self.next();
        json!({
            "id": format!("event-{number}"), "topic": "/subscriptions/x", "subject": "call",
            "eventType": format!("Microsoft.Communication.{kind}"), "data": data, "dataVersion": "1.0",
            "metadataVersion": "1", "eventTime": now(),
        })
    }

    /// A call that rings.
    pub fn ringing(&mut self) -> Value {
        let number = self.next();
        let data = json!({
            "to": {"kind": "communicationUser", "rawId": CALLEE, "communicationUser": {"id": CALLEE}},
            "from": {"kind": "phoneNumber", "rawId": CALLER, "phoneNumber": {"value": "+15550199"}},
            "serverCallId": format!("server-call-{number}"), "callerDisplayName": "Ana",
            "incomingCallContext": format!("context-{number}"), "correlationId": format!("correlation-{number}"),
        });
        self.event("IncomingCall", data)
    }

    /// Posts events, and gives status and body.
    pub async fn post_events(&self, events: &Value) -> (u16, Value) {
        let path = format!("/incoming-call?secret={EVENT_SECRET}");
        let request = self.server.request("POST", &path).json(events);
        outcome(request.send().await.unwrap()).await
    }

    /// Has a call ring that is answered, and gives its line.
    pub async fn ring(&mut self) -> Line {
        let before = self.asked("POST", ":answer").len();
        let ringing = self.ringing();
        assert_eq!(self.post_events(&json!([ringing])).await.0, 200);
        let asked = self.until_asked("POST", ":answer", before + 1).await;
        self.line(asked.last().unwrap())
    }

    /// Places or joins a call as an operator does, and gives status and body.
    pub async fn place(&self, wanted: Value) -> (u16, Value) {
        self.server.post("/api/calls", &wanted).await
    }

    /// The line of a call that was asked for.
    pub fn line(&self, asked: &Asked) -> Line {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let legs = self.legs.lock().unwrap();
        let told_at = |(_, callback): &&(String, Value)| *callback == body["callbackUri"];
        let (leg, _) = legs.iter().find(told_at).expect("a leg");
        self.unanswered(asked, leg)
    }

    /// The line of a call that was asked for, and has this leg although nobody has said so yet.
    pub fn unanswered(&self, asked: &Asked, leg: &str) -> Line {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        Line {
            leg: leg.to_owned(),
            callback: path_of(&body["callbackUri"]),
            media: path_of(&body["mediaStreamingOptions"]["transportUrl"]),
            body,
        }
    }

    /// A callback.
    pub fn callback(&mut self, line: &Line, kind: &str, more: Value) -> Value {
        let number = self.next();
        let leg = &line.leg;
        let mut data = json!({
            "callConnectionId": leg, "serverCallId": "server-call", "correlationId": "correlation",
            "version": "2024-09-15", "publicEventType": kind,
            "resultInformation": {"code": 200, "subCode": 0, "message": ""},
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        json!({
            "id": format!("callback-{number}"), "source": format!("calling/callConnections/{leg}"),
            "type": format!("Microsoft.Communication.{kind}"), "data": data, "time": now(), "specversion": "1.0",
            "datacontenttype": "application/json", "subject": format!("calling/callConnections/{leg}"),
        })
    }

    /// Tells something of a call.
    pub async fn tell(&mut self, line: &Line, kind: &str, more: Value) {
        let callback = self.callback(line, kind, more);
        self.post_callback(line, &callback).await;
    }

    pub async fn post_callback(&self, line: &Line, callback: &Value) {
        let request = self
            .server
            .request("POST", &line.callback)
            .json(&json!([callback]));
        assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    }

    /// Who is in the call now.
    pub async fn tell_roster(&mut self, line: &Line, number: u64, people: &[&str]) {
        let people: Vec<_> = people
            .iter()
            .map(|raw_id| json!({"identifier": {"rawId": raw_id}, "isMuted": false, "isOnHold": false}))
            .collect();
        let more = json!({"participants": people, "sequenceNumber": number});
        self.tell(line, "ParticipantsUpdated", more).await;
    }

    /// The other side hangs up.
    pub async fn remote_hangs_up(&mut self, line: &Line) {
        let more =
            json!({"resultInformation": {"code": 200, "subCode": 5001, "message": "remote"}});
        self.tell(line, "CallDisconnected", more).await;
    }

    /// Opens the media socket of a call, at this rate.
    pub async fn dial(&self, line: &Line, rate: u32) -> Media {
        let headers = [("x-ms-call-connection-id", line.leg.as_str())];
        let client = self.server.upgrade(&line.media, &headers).await.unwrap();
        let mut media = Media { client, rate };
        media
            .client
            .send(json!({"kind": "AudioMetadata", "audioMetadata": {
                "subscriptionId": "s", "encoding": "PCM", "sampleRate": rate, "channels": 1, "length": rate / 25}}))
            .await;
        media
    }

    /// The call with this leg, once it is as `wanted`.
    pub async fn call(&self, line: &Line, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/calls/{}", line.leg);
        self.server.eventually(&path, wanted).await
    }

    /// The call once it has ended, and why.
    pub async fn ended(&self, line: &Line) -> String {
        let call = self.call(line, |call| call["state"] == "ended").await;
        call["reason"].as_str().unwrap().to_owned()
    }

    /// A call that is up, with its sound.
    pub async fn answered(&mut self) -> (Line, Media) {
        let line = self.ring().await;
        let media = self.dial(&line, 16_000).await;
        self.tell(&line, "CallConnected", json!({})).await;
        self.call(&line, |call| call["state"] == "media").await;
        (line, media)
    }

    /// How many events or callbacks came to this.
    pub async fn counted(&self, post: &str, fate: &str) -> u64 {
        let answer = self.server.request("GET", "/metrics").send().await.unwrap();
        let text = answer.text().await.unwrap();
        let name = format!("interpres_acs_posts_total{{fate=\"{fate}\",post=\"{post}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap_or_else(|| panic!("{name} of {text}"))
            .parse()
            .unwrap()
    }
}

/// No such call.
pub fn gone() -> Answer {
    let body =
        json!({"error": {"code": "8522", "message": "Call not found. DiagCode: 404#8522.@"}});
    Answer::says(404, body.to_string())
}

fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    now.format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}

/// The service's end of a media socket.
pub struct Media {
    pub client: Client,
    rate: u32,
}

/// What our leg says.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Audio(Vec<i16>),
    Stop,
    Closed(Option<u16>),
}

impl Media {
    /// Says a frame of 20 ms.
    pub async fn say(&mut self, participant: Option<&str>, samples: &[i16]) {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD
            .encode(interpres::audio::pcm::to_bytes(samples));
        self.client
            .send(json!({"kind": "AudioData", "audioData": {
                "timestamp": now(), "participantRawID": participant, "data": data, "silent": false}}))
            .await;
    }

    /// Says somebody's words, at the pace at which they are spoken.
    pub async fn speak(&mut self, participant: Option<&str>, samples: &[i16]) {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        for frame in samples.chunks(self.rate as usize / 50) {
            tick.tick().await;
            self.say(participant, frame).await;
        }
    }

    /// What our leg says next.
    pub async fn hear(&mut self) -> Heard {
        use base64::Engine as _;
        match self.client.next_raw().await {
            Incoming::Message(frame) => match frame["Kind"].as_str() {
                Some("AudioData") => {
                    assert!(frame["StopAudio"].is_null(), "{frame}");
                    let data = frame["AudioData"]["Data"].as_str().unwrap();
                    let bytes = base64::engine::general_purpose::STANDARD
                        .decode(data)
                        .unwrap();
                    let pairs = bytes.chunks_exact(2);
                    Heard::Audio(
                        pairs
                            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                            .collect(),
                    )
                }
                Some("StopAudio") => Heard::Stop,
                _ => panic!("{frame}"),
            },
            Incoming::Audio(_) => panic!("the service takes text only"),
            Incoming::Closed(reason) => Heard::Closed(reason.map(|(code, _)| code)),
        }
    }

    /// Waits for the end of the socket.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }
}
