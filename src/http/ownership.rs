//! What belongs to whom over HTTP: which sessions a caller may see and end, and which transcripts they may read.

use std::collections::HashSet;

use super::error::ApiError;
use crate::{
    actors::environment::Environment,
    domain::{
        access::{Access, Role},
        identity::{RoomId, SessionId},
        room_log::EntryKind,
        time::Timestamp,
    },
    store::record::SessionRecord,
};

/// Participants of a room that are looked up at most, those who came last first.
const MOST_PARTICIPANTS: usize = 1_000;

/// Whether `access` may see and end a session: its owner by the authenticated name may, and any operator.
///
/// # Errors
/// `forbidden`.
pub(super) fn may_use(access: &Access, session: &SessionRecord) -> Result<(), ApiError> {
    if access.role >= Role::Operator || owns(access, session) {
        return Ok(());
    }
    Err(ApiError::forbidden(
        "this session belongs to somebody else; use its owner's key, or an operator's",
    ))
}

/// Whether `access` may read what was said in a room: an operator may anywhere; a client where a session of their own is
/// or was, told by its coming in the room's log. Somebody without a name owns nothing, and an own session of the same id
/// that was made after that coming is another one.
///
/// # Errors
/// `forbidden`, or `store_unavailable` if that cannot be found out.
pub(super) async fn may_read(
    environment: &Environment,
    access: &Access,
    room: &RoomId,
) -> Result<(), ApiError> {
    if access.role >= Role::Operator {
        return Ok(());
    }
    if access.subject.is_some() {
        for (id, came_at) in participants(environment, room).await? {
            let session = environment.archive.peek(&id).await?;
            if session.is_some_and(|session| was_in(access, &session, came_at)) {
                return Ok(());
            }
        }
    }
    Err(ApiError::forbidden(
        "this transcript is for those who were in the room; use the key of a participant, or an operator's",
    ))
}

fn owns(access: &Access, session: &SessionRecord) -> bool {
    access.subject.is_some() && access.subject == session.owner
}

/// Whether it was this session that came at that time, and is the caller's own.
fn was_in(access: &Access, session: &SessionRecord, came_at: Timestamp) -> bool {
    owns(access, session) && session.created_at <= came_at
}

/// Who came into a room and when, the last first, each once.
async fn participants(
    environment: &Environment,
    room: &RoomId,
) -> Result<Vec<(SessionId, Timestamp)>, ApiError> {
    let log = environment.archive.store().presences(room, 0).await?;
    let mut known = HashSet::new();
    let comings = log
        .into_iter()
        .rev()
        .filter(|entry| entry.subject.kind == EntryKind::Present)
        .map(|entry| (entry.subject.speaker, entry.subject.at))
        .filter(|(id, _)| known.insert(id.clone()));
    Ok(comings.take(MOST_PARTICIPANTS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session_config::SessionConfig;

    fn access(role: Role, subject: Option<&str>) -> Access {
        Access {
            role,
            expires_at: None,
            subject: subject.map(str::to_owned),
        }
    }

    fn session(owner: Option<&str>, created_at: u64) -> SessionRecord {
        let created_at = Timestamp::from_unix_millis(created_at);
        SessionRecord {
            id: "one".parse().unwrap(),
            owner: owner.map(str::to_owned),
            config: SessionConfig::default(),
            data: None,
            private_room: "private".parse().unwrap(),
            cursor: 0,
            entered_at: None,
            created_at,
            active_at: created_at,
            holder: None,
            fence: 0,
        }
    }

    #[test]
    fn a_session_is_for_its_owner_and_for_operators() {
        let anas = session(Some("ana"), 0);
        let nobodys = session(None, 0);
        for (role, subject, session, allowed) in [
            (Role::Client, Some("ana"), &anas, true),
            (Role::Client, Some("eve"), &anas, false),
            (Role::Client, None, &anas, false),
            (Role::Client, Some("eve"), &nobodys, false),
            (Role::Client, None, &nobodys, false),
            (Role::Operator, Some("eve"), &anas, true),
            (Role::Operator, None, &nobodys, true),
            (Role::Admin, None, &anas, true),
        ] {
            assert_eq!(
                may_use(&access(role, subject), session).is_ok(),
                allowed,
                "{role:?} {subject:?} {:?}",
                session.owner
            );
        }
    }

    #[test]
    fn who_takes_the_id_of_one_who_was_there_was_not_there() {
        let came_at = Timestamp::from_unix_millis(2_000);
        let ana = access(Role::Client, Some("ana"));
        assert!(was_in(&ana, &session(Some("ana"), 1_000), came_at));
        assert!(was_in(&ana, &session(Some("ana"), 2_000), came_at));
        assert!(!was_in(&ana, &session(Some("ana"), 2_001), came_at));
        let eve = access(Role::Client, Some("eve"));
        assert!(!was_in(&eve, &session(Some("ana"), 1_000), came_at));
        assert!(!was_in(
            &access(Role::Client, None),
            &session(None, 0),
            came_at
        ));
    }
}
