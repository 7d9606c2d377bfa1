//! How those on a call come into its room: as sessions, made with their first sound and found again with a later socket.

use std::sync::Arc;

use serde_json::json;

use super::{commands::bring, ticket::Ticket};
use crate::{
    actors::{
        environment::Environment,
        refusal::Refusal,
        room::entering::Purpose,
        session::{
            Attached, Session,
            attaching::Attach,
            making::{NewSession, new_record},
        },
        socket::attaching::{Target, reach},
    },
    domain::{
        access::{Access, Role},
        identity::{RoomId, SessionId},
        session_config::ConfigPatch,
    },
    store::{archive::ArchiveError, record::SessionRecord},
    supervision::Ref,
};

/// Who of a call takes a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// Who speaks and hears over it.
    Party,
    /// Our ear and mouth in a call of others: it hears the translations of all, and says nothing of its own.
    Interpreter,
    /// One who is heard alone, of this name; what they hear is said to the whole call.
    Speaker(String),
}

/// Brings somebody into the call's room, over this line.
pub(super) async fn seat(
    environment: Arc<Environment>,
    ticket: Arc<Ticket>,
    who: Who,
    id: SessionId,
    attached: Attached,
    rate: u32,
) -> Result<Ref<Session>, Refusal> {
    let room = ticket.state.read(|state| state.room.clone());
    let config = config_of(&environment, &ticket, &room, &who, rate)?;
    // While the store does not work nobody can have a session of this name but those who are here.
    let known = match environment.archive.peek(&id).await {
        Err(ArchiveError::Store(_)) => None,
        known => known?,
    };
    let (target, fresh, patch) = match known {
        Some(known) => (target_of(known), None, Some(config)),
        None => {
            let wanted = NewSession {
                session_id: Some(id.clone()),
                config: Some(config.clone()),
                ..NewSession::default()
            };
            // Nobody is of this name, so that nobody else can attach to it.
            let call = Access {
                role: Role::Client,
                subject: Some(format!("call/{}", ticket.id)),
                expires_at: None,
            };
            let record = new_record(&environment, &call, wanted)?;
            let target = Target {
                id: record.id.clone(),
                holder: None,
                private_room: record.private_room.clone(),
            };
            match environment.archive.create_session(record).await {
                Ok(row) => (target, Some(row), None),
                // The socket before this one made it just now.
                Err(ArchiveError::Exists) => {
                    let known = environment.archive.peek(&id).await?;
                    let known = known.ok_or(ArchiveError::Exists)?;
                    (target_of(known), None, Some(config))
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    let attach = Attach {
        attached,
        purpose: match fresh {
            Some(_) => Purpose::Created,
            None => Purpose::Joined,
        },
        reference: None,
        patch,
        fresh: fresh.is_some(),
    };
    let session = reach(Arc::clone(&environment), target, fresh, attach).await?;
    // The call may have been ordered elsewhere while they sat down.
    let wanted = ticket.state.read(|state| state.room.clone());
    if wanted != room {
        bring(&environment, &id, &wanted).await?;
    }
    Ok(session)
}

fn target_of(known: SessionRecord) -> Target {
    Target {
        id: known.id,
        holder: known.holder,
        private_room: known.private_room,
    }
}

fn config_of(
    environment: &Environment,
    ticket: &Ticket,
    room: &RoomId,
    who: &Who,
    rate: u32,
) -> Result<ConfigPatch, Refusal> {
    let config = ticket.state.read(|state| {
        let name = match who {
            Who::Speaker(name) => name,
            Who::Party | Who::Interpreter => &state.name,
        };
        let hears = match who {
            Who::Speaker(_) => &[][..],
            Who::Party | Who::Interpreter => &state.hears,
        };
        json!({
            "room_id": room,
            "name": name,
            "speaks": state.speaks,
            "hears": hears,
            "speech": !hears.is_empty(),
            "translation_enabled": !hears.is_empty(),
            "audio_enabled": *who != Who::Interpreter,
            "audio": {"sample_rate": rate},
            "partials": false,
            "barge_in": environment.settings.acs.barge_in,
        })
    });
    serde_json::from_value(config)
        .map_err(|error| Refusal::new("invalid_config", error.to_string()))
}
