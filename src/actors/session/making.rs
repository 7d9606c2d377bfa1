//! What a new session is made of, over whichever road it comes, and who may come back to it.

use serde_json::Value;

use crate::{
    actors::{environment::Environment, refusal::Refusal},
    domain::{
        access::Access,
        client_message::LARGEST_SESSION_DATA,
        identity::SessionId,
        session_config::{ConfigPatch, SessionConfig},
    },
    store::record::SessionRecord,
};

/// The longest `user_id`, in characters.
const LONGEST_USER: usize = 128;

/// What somebody wants of a new session.
#[derive(Debug, Default)]
pub struct NewSession {
    /// Its id, or one is made.
    pub session_id: Option<SessionId>,
    /// Their own word for who they are, of use only where no keys are configured.
    pub user_id: Option<String>,
    /// How it is to be served.
    pub config: Option<ConfigPatch>,
    /// What is to be kept and given back.
    pub data: Option<Value>,
}

/// The record of a new session for this caller.
///
/// # Errors
/// [`Refusal`] that names what is wrong with what they want.
pub fn new_record(
    environment: &Environment,
    access: &Access,
    wanted: NewSession,
) -> Result<SessionRecord, Refusal> {
    if let Some(data) = &wanted.data
        && data.to_string().len() > LARGEST_SESSION_DATA
    {
        return Err(Refusal::new(
            "data_too_large",
            format!("data holds at most {LARGEST_SESSION_DATA} bytes of JSON"),
        ));
    }
    let user = wanted.user_id.as_deref().unwrap_or_default();
    if user.chars().count() > LONGEST_USER {
        return Err(Refusal::new(
            "invalid_message",
            format!("create_session: user_id has at most {LONGEST_USER} characters"),
        ));
    }
    let now = environment.clock.now();
    Ok(SessionRecord {
        id: wanted
            .session_id
            .unwrap_or_else(|| environment.identities.next().into()),
        owner: access.subject.clone().or(wanted.user_id),
        config: match wanted.config {
            Some(patch) => SessionConfig::default().with(patch)?,
            None => SessionConfig::default(),
        },
        data: wanted.data,
        private_room: environment.identities.next().into(),
        cursor: 0,
        entered_at: None,
        created_at: now,
        active_at: now,
        holder: None,
        fence: 0,
    })
}

/// What somebody shows to be let into a session that exists.
pub struct Claim {
    /// Who was recognised.
    pub access: Access,
    /// Who they say they are.
    pub user_id: Option<String>,
    /// The session's token.
    pub token: Option<String>,
}

impl Claim {
    /// The rules of ownership (API.md section 1).
    pub fn holds(&self, environment: &Environment, session: &SessionRecord) -> bool {
        let token = self.token.as_deref();
        if token.is_some_and(|token| {
            environment
                .tokens
                .verify(&session.id, &session.private_room, token)
        }) {
            return true;
        }
        match (&session.owner, &self.access.subject) {
            (Some(owner), Some(subject)) => owner == subject,
            (Some(owner), None) => self.user_id.as_ref() == Some(owner),
            (None, subject) => subject.is_none(),
        }
    }
}
