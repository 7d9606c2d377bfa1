//! From an address to a session: the socket, the provider's greeting, and our settings confirmed.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    runtime::Handle,
    time::{Instant, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    credential::Credential,
    ending::{is_fatal, meaning},
    endpoint::{Dialect, Endpoint},
    settings::Account,
    socket::{Received, Socket},
    tally::{Tally, one},
    wire::{Malformed, Objection},
};
use crate::domain::engine::{EngineError, Trouble};

/// How long a session lasts whose provider does not say so: what OpenAI and Azure allow.
const USUAL_LIFE: Duration = Duration::from_secs(3_600);

/// Beyond this a provider's word is a mistake.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// Messages that are no events, in a row, after which the other side does not speak our language.
pub const MOST_MALFORMED: u32 = 32;

/// What of an answer counts while a session is being opened.
#[derive(Debug)]
pub enum Greeting {
    /// The key is good and the model is there.
    Created,
    /// Our settings hold.
    Updated {
        /// When the provider will end it, in seconds since 1970.
        expires_at: Option<f64>,
    },
    /// The provider objects.
    Error(Objection),
    /// Anything else.
    Other,
}

/// Where sessions of an engine are opened: everything that stays the same from one to the next.
pub struct Door {
    endpoint: Endpoint,
    credential: Credential,
    limit: Duration,
    tally: Arc<Tally>,
}

/// An open session.
pub struct Opened {
    /// The socket, on which nothing has been said but the greeting.
    pub socket: Socket,
    /// When the provider will end it.
    pub expires_at: Instant,
}

impl Door {
    /// The door of an account to a model.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`], with what is to be set.
    pub fn new(
        account: &Account,
        dialect: Dialect,
        deployment: &str,
        tally: Arc<Tally>,
    ) -> Result<Self, EngineError> {
        let missing = |what: &str| EngineError::new(Trouble::Unavailable, what);
        let base = account.endpoint.as_deref().ok_or_else(|| {
            missing("not configured: set engines.azure_openai.endpoint (AZURE_OPENAI_ENDPOINT)")
        })?;
        let credential = account.credential.clone().ok_or_else(|| {
            missing(
                "not configured: set engines.azure_openai.api_key (AZURE_OPENAI_API_KEY), or entra or managed_identity there",
            )
        })?;
        let endpoint = Endpoint::new(base, account.provider, dialect, deployment)
            .map_err(|error| missing(&format!("{error}: engines.azure_openai.endpoint")))?;
        Ok(Self {
            endpoint,
            credential: Credential::new(account, credential)?,
            limit: account.connect_timeout,
            tally,
        })
    }

    /// Where it leads, for people.
    pub fn shown(&self) -> String {
        self.endpoint.shown()
    }

    /// Opens a session on `io`: says `settings` when it is greeted, and waits for them to be confirmed.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`] if another try is no better, [`Trouble::Overloaded`] at a rate limit, else
    /// [`Trouble::Failed`] or [`Trouble::Timeout`].
    pub async fn open(
        self: &Arc<Self>,
        io: &Handle,
        settings: String,
        read: fn(&str) -> Result<Greeting, Malformed>,
    ) -> Result<Opened, EngineError> {
        let door = Arc::clone(self);
        let opening = async move {
            let limit = door.limit;
            let opened = timeout(limit, door.enter(settings, read)).await;
            opened
                .map(|opened| opened.map_err(not_begun))
                .unwrap_or_else(|_| {
                    Err(EngineError::new(
                        Trouble::Timeout,
                        format!("no session within {}", humantime::format_duration(limit)),
                    ))
                })
        };
        let opened = AbortOnDropHandle::new(io.spawn(opening)).await;
        let opened = opened.unwrap_or_else(|_| {
            Err(EngineError::new(
                Trouble::Failed,
                "opening the session broke off",
            ))
        });
        match &opened {
            Ok(_) => one(&self.tally.sessions_opened),
            Err(error) => {
                one(&self.tally.sessions_refused);
                tracing::warn!(at = self.shown(), %error, "no session with the provider");
            }
        }
        opened
    }

    async fn enter(
        &self,
        settings: String,
        read: fn(&str) -> Result<Greeting, Malformed>,
    ) -> Result<Opened, EngineError> {
        let who = self.credential.headers().await?;
        let mut socket = Socket::connect(&self.endpoint, who).await?;
        let mut settings = Some(settings);
        let mut objected: Option<Objection> = None;
        let mut malformed = 0;
        loop {
            let greeting = match socket.receive().await {
                Received::Text(text) => read(&text),
                Received::Binary => Err(Malformed::NoEvent),
                Received::Closed(ending) => return Err(ending.meaning(objected.as_ref())),
                Received::Broken(error) => {
                    return Err(match objected {
                        Some(objection) => meaning(&objection),
                        None => error,
                    });
                }
            };
            match greeting {
                Ok(Greeting::Created) => {
                    if let Some(settings) = settings.take() {
                        socket.send(settings).await?;
                    }
                }
                Ok(Greeting::Updated { expires_at }) if settings.is_none() => {
                    return Ok(Opened {
                        socket,
                        expires_at: ends(expires_at),
                    });
                }
                Ok(Greeting::Error(objection)) => {
                    one(&self.tally.objections);
                    if is_fatal(&objection) {
                        return Err(meaning(&objection));
                    }
                    if settings.is_none() {
                        return Err(refused_settings(&objection));
                    }
                    // The close that follows says more.
                    objected = Some(objection);
                }
                Ok(Greeting::Updated { .. } | Greeting::Other) => {}
                Err(_) => {
                    one(&self.tally.messages_malformed);
                    malformed += 1;
                    if malformed == MOST_MALFORMED {
                        return Err(no_language());
                    }
                }
            }
        }
    }
}

/// A session of which nothing came cannot be at its end: that is a fault, after which no other is opened at once.
pub fn not_begun(error: EngineError) -> EngineError {
    match error.trouble {
        Trouble::Expired => EngineError::new(Trouble::Failed, error.message),
        _ => error,
    }
}

/// The other side speaks another language.
pub fn no_language() -> EngineError {
    EngineError::new(
        Trouble::Failed,
        "what the provider sends is nothing that is known here",
    )
}

/// An objection to our settings: the same ones will be refused again.
fn refused_settings(objection: &Objection) -> EngineError {
    let error = meaning(objection);
    match error.trouble {
        Trouble::Failed if objection.family.as_deref() == Some("invalid_request_error") => {
            EngineError::new(Trouble::Unavailable, error.message)
        }
        _ => error,
    }
}

/// When a session ends of which the provider says so much.
fn ends(expires_at: Option<f64>) -> Instant {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let left = expires_at
        .and_then(|at| Duration::try_from_secs_f64(at - since_1970.as_secs_f64()).ok())
        .filter(|left| !left.is_zero() && *left <= LONGEST_LIFE);
    Instant::now() + left.unwrap_or(USUAL_LIFE)
}
