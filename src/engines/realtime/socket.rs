//! The WebSocket to a provider: how it is opened, kept alive, written to, read and closed.
//!
//! Writing has a task of its own, so that what cannot be sent yet holds up nothing else: the caller sees by the writer's few
//! places whether the network takes what it is given. The send buffer of the kernel is small for the same reason: what
//! waits there can no longer be dropped.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt, stream::SplitSink, stream::SplitStream};
use socket2::SockRef;
use tokio::{
    net::TcpStream,
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout, timeout_at},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{
        Message, Utf8Bytes,
        client::IntoClientRequest,
        http::{HeaderMap, HeaderValue},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    encryption::encryption,
    ending::{Ending, broken, not_connected},
    endpoint::Endpoint,
};
use crate::domain::engine::{EngineError, Trouble};

/// Largest message and frame taken, in bytes: a second of audio is 64 KB, and providers send whole utterances at once.
const LARGEST: usize = 16 * 1024 * 1024;

/// How often we ask whether somebody is there, as the provider's own clients do.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Nothing heard for this long, three pings among it: nobody is there.
const QUIET: Duration = Duration::from_secs(65);

/// A message that the network does not take within this: nobody is there.
const SEND_LIMIT: Duration = Duration::from_secs(10);

/// How long the other side may take to say farewell.
const FAREWELL: Duration = Duration::from_secs(1);

/// Messages between the caller and the network.
const PLACES: usize = 2;

/// Bytes that the kernel keeps for the network: a second of audio as base64.
const SEND_BUFFER: usize = 64 * 1024;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open socket.
pub struct Socket {
    outgoing: mpsc::Sender<String>,
    incoming: SplitStream<Stream>,
    heard: Instant,
}

/// What came.
#[derive(Debug)]
pub enum Received {
    /// An event, or what is to be one.
    Text(Utf8Bytes),
    /// Bytes, of which no dialect has any.
    Binary,
    /// The provider closed.
    Closed(Ending),
    /// The connection is no more.
    Broken(EngineError),
}

impl Socket {
    /// Opens a socket. That it is open does not mean that the provider takes us: a bad key is told over it.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`] if another try is no better, else [`Trouble::Failed`].
    pub async fn connect(endpoint: &Endpoint, who: HeaderMap) -> Result<Self, EngineError> {
        let unreachable = |error: std::io::Error| {
            EngineError::new(
                Trouble::Failed,
                format!("{} cannot be reached: {}", endpoint.host(), error.kind()),
            )
        };
        let stream = TcpStream::connect((endpoint.host().as_str(), endpoint.port()))
            .await
            .map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        SockRef::from(&stream)
            .set_send_buffer_size(SEND_BUFFER)
            .map_err(unreachable)?;
        let mut request = endpoint
            .url()
            .as_str()
            .into_client_request()
            .map_err(|error| not_connected(&error))?;
        request.headers_mut().extend(who);
        request.headers_mut().insert(
            "user-agent",
            HeaderValue::from_static(concat!("interpres/", env!("CARGO_PKG_VERSION"))),
        );
        let limits = WebSocketConfig::default()
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST))
            .read_buffer_size(32 * 1024)
            .write_buffer_size(0);
        let connector = if endpoint.is_encrypted() {
            Connector::Rustls(encryption()?)
        } else {
            Connector::Plain
        };
        let (socket, _) =
            client_async_tls_with_config(request, stream, Some(limits), Some(connector))
                .await
                .map_err(|error| not_connected(&error))?;
        let (sink, incoming) = socket.split();
        let (outgoing, messages) = mpsc::channel(PLACES);
        tokio::spawn(write(sink, messages));
        Ok(Self {
            outgoing,
            incoming,
            heard: Instant::now(),
        })
    }

    /// Where events go; full while the network takes nothing, closed once it is broken.
    pub fn outgoing(&self) -> &mpsc::Sender<String> {
        &self.outgoing
    }

    /// Sends one event.
    ///
    /// # Errors
    /// If the connection is no more.
    pub async fn send(&self, event: String) -> Result<(), EngineError> {
        let sent = self.outgoing.send(event).await;
        sent.map_err(|_| takes_nothing())
    }

    /// What comes next. May be dropped and called again without a loss.
    pub async fn receive(&mut self) -> Received {
        loop {
            let next = timeout_at(self.heard + QUIET, self.incoming.next()).await;
            self.heard = Instant::now();
            return match next {
                Err(_) => Received::Broken(EngineError::new(
                    Trouble::Timeout,
                    "nothing is heard of the provider any more",
                )),
                Ok(None) => Received::Closed(Ending {
                    code: None,
                    reason: String::new(),
                }),
                Ok(Some(Ok(Message::Text(text)))) => Received::Text(text),
                Ok(Some(Ok(Message::Binary(_)))) => Received::Binary,
                Ok(Some(Ok(Message::Close(frame)))) => Received::Closed(Ending {
                    code: frame.as_ref().map(|frame| frame.code.into()),
                    reason: frame
                        .map(|frame| frame.reason.to_string())
                        .unwrap_or_default(),
                }),
                Ok(Some(Ok(_))) => continue,
                Ok(Some(Err(error))) => Received::Broken(broken(&error)),
            };
        }
    }

    /// Says farewell and waits a moment for the answer.
    pub async fn close(self) {
        let Self {
            outgoing,
            mut incoming,
            ..
        } = self;
        // Its writer says farewell when nobody writes to it any more.
        drop(outgoing);
        let answered = async { while let Some(Ok(_)) = incoming.next().await {} };
        // Whoever does not answer is left.
        let _ = timeout(FAREWELL, answered).await;
    }
}

/// The network takes nothing any more.
pub fn takes_nothing() -> EngineError {
    EngineError::new(
        Trouble::Failed,
        "the provider takes nothing of what is sent any more",
    )
}

/// Sends what it is given and asks now and then whether somebody is there, until nobody gives it anything any more.
async fn write(mut sink: SplitSink<Stream, Message>, mut messages: mpsc::Receiver<String>) {
    let mut pings = interval(PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    loop {
        let message = tokio::select! {
            message = messages.recv() => match message {
                Some(text) => Message::text(text),
                None => break,
            },
            _ = pings.tick() => Message::Ping(Default::default()),
        };
        match timeout(SEND_LIMIT, sink.send(message)).await {
            Ok(Ok(())) => {}
            // The reader sees what happened, or the sender that nobody takes its messages.
            Ok(Err(_)) | Err(_) => return,
        }
    }
    let farewell = Message::Close(Some(CloseFrame {
        code: CloseCode::Normal,
        reason: Utf8Bytes::default(),
    }));
    // Whoever does not take it is left.
    let _ = timeout(FAREWELL, sink.send(farewell)).await;
}
