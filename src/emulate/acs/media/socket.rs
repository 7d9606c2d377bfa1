//! The media socket of a leg: the service dials it, sends its frames, and hears what comes.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest as _,
        http::{HeaderName, HeaderValue, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};
use url::{Host, Url};

use super::{
    super::{
        call::{
            Call,
            leg::{Leg, Outgoing, Streaming},
        },
        callback::{Callback, Outcome},
        fault::{Counter, Kind},
        keys::{Flaw, Use},
        service::Service,
    },
    Rate, frame,
};

/// How long the other side has for its 101, and for taking a frame; outside.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after its socket a stream is said to have started; recorded was a second after CallConnected.
const TOLD_AFTER: Duration = Duration::from_millis(300);

/// How long after a socket was cut it comes again.
const REDIALS_AFTER: Duration = Duration::from_secs(1);

/// Frames that may wait for a slow socket: five seconds of four speakers.
const MOST_WAITING: usize = 1_000;

/// The largest message that is read, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a socket is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The stream was to start.
    Start,
    /// The one before it was cut.
    Again,
    /// A second one, while the first is open.
    Twice,
}

/// A socket to be.
struct Dialling {
    service: Arc<Service>,
    call: Arc<Call>,
    connection: String,
    short: String,
    attempt: u64,
    cause: Cause,
    url: String,
    rate: Rate,
    subscription: String,
}

/// How a socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// We closed it.
    Ours,
    /// They closed it, or it broke.
    Theirs,
    /// A fault cut it.
    Cut { redials: bool },
}

/// Opens the media socket of a leg so long from now.
pub fn open(
    service: &Arc<Service>,
    call: &Arc<Call>,
    leg: &mut Leg,
    cause: Cause,
    delay: Duration,
) {
    let Some(media) = &leg.media else {
        return;
    };
    leg.attempt += 1;
    let before = std::mem::replace(&mut leg.streaming, Streaming::Opening);
    if let (Cause::Twice, Streaming::On(frames)) = (cause, before) {
        leg.replaced.push(frames);
    }
    let dialling = Dialling {
        service: Arc::clone(service),
        call: Arc::clone(call),
        connection: leg.ids.connection.clone(),
        short: leg.short().to_owned(),
        attempt: leg.attempt,
        cause,
        url: media.url.clone(),
        rate: media.rate,
        subscription: leg.subscription.clone(),
    };
    service.handle.spawn(dialling.run(delay));
}

/// Whether the service may dial this: a secure address, or one of this machine.
pub fn may_be_dialled(url: &str, schemes: [&str; 2]) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let [secure, plain] = schemes;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == secure || (url.scheme() == plain && is_loopback)
}

impl Dialling {
    async fn run(self, delay: Duration) {
        self.service.pace.sleep(delay).await;
        if !self.is_wanted() {
            return;
        }
        let faults = &self.call.faults;
        let count = faults.count(Counter::Sockets);
        if faults.happens(Kind::SocketNever, count).is_some() {
            self.tell("fault: the socket does not come");
            return;
        }
        let flaw = faults
            .happens(Kind::SocketBadToken, count)
            .map(|_| Flaw::Signature);
        let socket = match self.dial(flaw).await {
            Ok(socket) => socket,
            Err(why) => {
                self.tell(&format!("the socket cannot be opened: {why}"));
                self.fail("initialWebSocketConnectionFailed", Outcome::NO_SOCKET);
                return;
            }
        };
        let (sender, frames) = mpsc::channel(MOST_WAITING);
        if !self.opened(sender) {
            return;
        }
        self.tell(&format!("socket {} is open", self.attempt));
        self.tell_started();
        let end = self.pump(socket, frames).await;
        self.tell(&match end {
            End::Ours => format!("socket {} closed", self.attempt),
            End::Theirs => format!("socket {} was closed by the other side", self.attempt),
            End::Cut { .. } => format!("fault: socket {} is cut", self.attempt),
        });
        if end != End::Ours {
            self.fail("streamConnectionInterrupted", Outcome::SOCKET_BROKE);
        }
        if end == (End::Cut { redials: true }) {
            let mut state = self.call.state.lock();
            if let Some(leg) = state.leg(&self.connection)
                && leg.attempt == self.attempt
            {
                open(&self.service, &self.call, leg, Cause::Again, REDIALS_AFTER);
            }
        }
    }

    /// Whether the leg is still there and waits for this socket.
    fn is_wanted(&self) -> bool {
        let mut state = self.call.state.lock();
        state.leg(&self.connection).is_some_and(|leg| {
            leg.attempt == self.attempt && matches!(leg.streaming, Streaming::Opening)
        })
    }

    async fn dial(&self, flaw: Option<Flaw>) -> Result<Socket, String> {
        if !may_be_dialled(&self.url, ["wss", "ws"]) {
            return Err("the address is no wss".into());
        }
        let mut request = self
            .url
            .as_str()
            .into_client_request()
            .map_err(|error| error.to_string())?;
        let token = self.service.keys.token(Use::Socket, flaw);
        let bearer = format!("Bearer {}", token.unwrap_or_default());
        for (name, text) in [
            (
                HeaderName::from_static("x-ms-call-connection-id"),
                self.connection.as_str(),
            ),
            (
                HeaderName::from_static("x-ms-call-correlation-id"),
                self.call.correlation.as_str(),
            ),
            (AUTHORIZATION, bearer.as_str()),
        ] {
            let value = HeaderValue::from_str(text).map_err(|error| error.to_string())?;
            request.headers_mut().insert(name, value);
        }
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST));
        match timeout(
            PATIENCE,
            connect_async_with_config(request, Some(config), true),
        )
        .await
        {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer".into()),
        }
    }

    /// Has the frames of the leg go this way. Returns whether the leg still wants them.
    fn opened(&self, frames: mpsc::Sender<Outgoing>) -> bool {
        let mut state = self.call.state.lock();
        let Some(leg) = state.leg(&self.connection).filter(|leg| {
            leg.attempt == self.attempt && matches!(leg.streaming, Streaming::Opening)
        }) else {
            return false;
        };
        let metadata = Outgoing {
            text: frame::metadata(&self.subscription, self.rate),
            sounds: false,
        };
        // The first in an empty channel.
        let _ = frames.try_send(metadata);
        leg.streaming = Streaming::On(frames);
        leg.dialled.send_replace(true);
        state.heard = true;
        true
    }

    /// Says that the stream has started, once the leg is connected.
    fn tell_started(&self) {
        let details = match self.cause {
            Cause::Start => "subscriptionStarted",
            Cause::Again | Cause::Twice => "streamConnectionReestablished",
        };
        let (service, call) = (Arc::clone(&self.service), Arc::clone(&self.call));
        let (connection, attempt) = (self.connection.clone(), self.attempt);
        self.service.handle.spawn(async move {
            loop {
                service.pace.sleep(TOLD_AFTER).await;
                let mut state = call.state.lock();
                let Some(leg) = state.leg(&connection).filter(|leg| leg.attempt == attempt) else {
                    return;
                };
                if !matches!(leg.streaming, Streaming::On(_)) {
                    return;
                }
                if leg.connected.is_some() {
                    let callback =
                        Callback::media(&leg.ids, "MediaStreamingStarted", details, Outcome::DONE)
                            .about(leg.streaming_context.as_deref());
                    leg.call_back(&call.courier, &callback, None);
                    return;
                }
            }
        });
    }

    async fn pump(&self, socket: Socket, mut frames: mpsc::Receiver<Outgoing>) -> End {
        let (mut sink, mut stream) = socket.split();
        let mut sounding = 0;
        loop {
            tokio::select! {
                frame = frames.recv() => {
                    let Some(Outgoing { text, sounds }) = frame else {
                        // Nobody is left to hear it; the answer to our close is waited for, but not long.
                        let _ = timeout(PATIENCE, sink.close()).await;
                        let rest = async { while let Some(Ok(_)) = stream.next().await {} };
                        let _ = timeout(Duration::from_secs(1), rest).await;
                        return End::Ours;
                    };
                    match timeout(PATIENCE, sink.send(Message::text(text))).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) | Err(_) => return End::Theirs,
                    }
                    if sounds {
                        sounding += 1;
                        if let Some(end) = self.fault(sounding) {
                            return end;
                        }
                    }
                }
                message = stream.next() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(frame::read(&text)),
                    Some(Ok(Message::Binary(_))) => self.hear(frame::Sent::Unreadable),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Theirs,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    fn fault(&self, sounding: u64) -> Option<End> {
        let happens = |kind| self.call.faults.happens(kind, sounding).is_some();
        if happens(Kind::SocketCut) {
            return Some(End::Cut { redials: false });
        }
        if happens(Kind::SocketRedial) {
            return Some(End::Cut { redials: true });
        }
        if happens(Kind::SocketTwice) {
            self.tell("fault: a second socket");
            let mut state = self.call.state.lock();
            if let Some(leg) = state.leg(&self.connection) {
                open(&self.service, &self.call, leg, Cause::Twice, Duration::ZERO);
            }
        }
        None
    }

    fn hear(&self, sent: frame::Sent) {
        let mut state = self.call.state.lock();
        let Some(leg) = state
            .leg(&self.connection)
            .filter(|leg| leg.attempt == self.attempt)
        else {
            return;
        };
        let hears = leg.media.as_ref().is_some_and(|media| media.bidirectional);
        match sent {
            frame::Sent::Audio(bytes) if hears => {
                let samples = bytes
                    .chunks_exact(2)
                    .map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                leg.heard.push(samples);
            }
            frame::Sent::Stop if hears => {
                leg.heard.stop();
                drop(state);
                self.tell("StopAudio");
            }
            frame::Sent::Audio(_) | frame::Sent::Stop | frame::Sent::Other => {}
            frame::Sent::Unreadable => leg.heard.count_unreadable(),
        }
    }

    /// The stream is over without anybody having wanted it.
    fn fail(&self, details: &str, outcome: Outcome) {
        let mut state = self.call.state.lock();
        if let Some(leg) = state
            .leg(&self.connection)
            .filter(|leg| leg.attempt == self.attempt)
        {
            leg.streaming = Streaming::Off;
            leg.dialled.send_replace(true);
            let callback = Callback::media(&leg.ids, "MediaStreamingFailed", details, outcome)
                .about(leg.streaming_context.as_deref());
            leg.call_back(&self.call.courier, &callback, None);
        }
    }

    fn tell(&self, what: &str) {
        let what = format!("leg {}: {what}", self.short);
        self.service.timeline.tell(Some(&self.call.id), what);
    }
}
