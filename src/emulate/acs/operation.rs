//! Which call of the REST surface a request is: its method and path, nothing else.

use url::form_urlencoded;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    Answer,
    Connect,
    Create,
    Redirect,
    Reject,
    /// Something of one leg, by its call connection id.
    Leg(String, LegOperation),
    CreateIdentity,
    IssueToken(String),
    RevokeTokens(String),
    DeleteIdentity(String),
    CreateRoom,
    ListRooms,
    GetRoom(String),
    UpdateRoom(String),
    DeleteRoom(String),
    ListRoomParticipants(String),
    UpdateRoomParticipants(String),
}

/// What is asked of one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegOperation {
    Get,
    HangUp,
    Terminate,
    ListParticipants,
    GetParticipant(String),
    Add,
    Remove,
    Mute,
    CancelAdd,
    Move,
    StartMedia,
    StopMedia,
    Play,
    CancelMedia,
    /// Taken and answered with this status; nothing happens.
    Idle(&'static str, u16),
}

/// Actions of a leg: the name after the colon, what it is.
fn action(name: &str) -> Option<LegOperation> {
    Some(match name {
        "terminate" => LegOperation::Terminate,
        "startMediaStreaming" => LegOperation::StartMedia,
        "stopMediaStreaming" => LegOperation::StopMedia,
        "play" => LegOperation::Play,
        "cancelAllMediaOperations" => LegOperation::CancelMedia,
        "startTranscription" => LegOperation::Idle("startTranscription", 202),
        "stopTranscription" => LegOperation::Idle("stopTranscription", 202),
        "updateTranscription" => LegOperation::Idle("updateTranscription", 202),
        "recognize" => LegOperation::Idle("recognize", 202),
        "sendDtmfTones" => LegOperation::Idle("sendDtmfTones", 202),
        "startContinuousDtmfRecognition" => {
            LegOperation::Idle("startContinuousDtmfRecognition", 200)
        }
        "stopContinuousDtmfRecognition" => LegOperation::Idle("stopContinuousDtmfRecognition", 200),
        "hold" => LegOperation::Idle("hold", 200),
        "unhold" => LegOperation::Idle("unhold", 200),
        "transferToParticipant" => LegOperation::Idle("transferToParticipant", 202),
        _ => return None,
    })
}

fn action_on_participants(name: &str) -> Option<LegOperation> {
    Some(match name {
        "add" => LegOperation::Add,
        "remove" => LegOperation::Remove,
        "mute" => LegOperation::Mute,
        "cancelAddParticipant" => LegOperation::CancelAdd,
        "moveHere" => LegOperation::Move,
        _ => return None,
    })
}

impl Operation {
    /// What a method and a path ask for, if it is anything.
    pub fn of(method: &str, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        match parts.as_slice() {
            ["calling", rest @ ..] => Self::of_calling(method, rest),
            ["identities", rest @ ..] => Self::of_identities(method, rest),
            ["rooms", rest @ ..] => Self::of_rooms(method, rest),
            _ => None,
        }
    }

    fn of_calling(method: &str, parts: &[&str]) -> Option<Self> {
        let operation = match (method, parts) {
            ("POST", ["callConnections"]) => Self::Create,
            ("POST", ["callConnections:answer"]) => Self::Answer,
            ("POST", ["callConnections:connect"]) => Self::Connect,
            ("POST", ["callConnections:redirect"]) => Self::Redirect,
            ("POST", ["callConnections:reject"]) => Self::Reject,
            ("GET", ["callConnections", leg]) => Self::Leg(decoded(leg), LegOperation::Get),
            ("DELETE", ["callConnections", leg]) => Self::Leg(decoded(leg), LegOperation::HangUp),
            ("POST", ["callConnections", leg]) => {
                let (leg, name) = leg.split_once(':')?;
                Self::Leg(decoded(leg), action(name)?)
            }
            ("GET", ["callConnections", leg, "participants"]) => {
                Self::Leg(decoded(leg), LegOperation::ListParticipants)
            }
            ("GET", ["callConnections", leg, "participants", raw]) => {
                Self::Leg(decoded(leg), LegOperation::GetParticipant(decoded(raw)))
            }
            ("POST", ["callConnections", leg, participants]) => {
                let name = participants.strip_prefix("participants:")?;
                Self::Leg(decoded(leg), action_on_participants(name)?)
            }
            _ => return None,
        };
        Some(operation)
    }

    fn of_identities(method: &str, parts: &[&str]) -> Option<Self> {
        Some(match (method, parts) {
            ("POST", []) => Self::CreateIdentity,
            ("DELETE", [id]) => Self::DeleteIdentity(decoded(id)),
            ("POST", [id, ":issueAccessToken"]) => Self::IssueToken(decoded(id)),
            ("POST", [id, ":revokeAccessTokens"]) => Self::RevokeTokens(decoded(id)),
            _ => return None,
        })
    }

    fn of_rooms(method: &str, parts: &[&str]) -> Option<Self> {
        Some(match (method, parts) {
            ("POST", []) => Self::CreateRoom,
            ("GET", []) => Self::ListRooms,
            ("GET", [id]) => Self::GetRoom(decoded(id)),
            ("PATCH", [id]) => Self::UpdateRoom(decoded(id)),
            ("DELETE", [id]) => Self::DeleteRoom(decoded(id)),
            ("GET", [id, "participants"]) => Self::ListRoomParticipants(decoded(id)),
            ("PATCH", [id, "participants"]) => Self::UpdateRoomParticipants(decoded(id)),
            _ => return None,
        })
    }

    /// Whether the service keeps its answer for those who ask the same again (`Repeatability-Request-ID`).
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::Answer
            | Self::Connect
            | Self::Create
            | Self::Redirect
            | Self::Reject
            | Self::CreateRoom => true,
            Self::Leg(_, operation) => matches!(
                operation,
                LegOperation::Terminate
                    | LegOperation::Add
                    | LegOperation::Remove
                    | LegOperation::Mute
                    | LegOperation::CancelAdd
                    | LegOperation::Move
                    | LegOperation::Idle("sendDtmfTones" | "transferToParticipant", _)
            ),
            _ => false,
        }
    }

    /// Its name in a few letters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Connect => "connect",
            Self::Create => "create",
            Self::Redirect => "redirect",
            Self::Reject => "reject",
            Self::Leg(_, operation) => operation.name(),
            Self::CreateIdentity => "create identity",
            Self::IssueToken(_) => "issue token",
            Self::RevokeTokens(_) => "revoke tokens",
            Self::DeleteIdentity(_) => "delete identity",
            Self::CreateRoom => "create room",
            Self::ListRooms => "list rooms",
            Self::GetRoom(_) => "get room",
            Self::UpdateRoom(_) => "update room",
            Self::DeleteRoom(_) => "delete room",
            Self::ListRoomParticipants(_) => "list room participants",
            Self::UpdateRoomParticipants(_) => "update room participants",
        }
    }
}

impl LegOperation {
    fn name(&self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::HangUp => "hang up",
            Self::Terminate => "terminate",
            Self::ListParticipants => "list participants",
            Self::GetParticipant(_) => "get participant",
            Self::Add => "add participant",
            Self::Remove => "remove participant",
            Self::Mute => "mute",
            Self::CancelAdd => "cancel add",
            Self::Move => "move here",
            Self::StartMedia => "start media streaming",
            Self::StopMedia => "stop media streaming",
            Self::Play => "play",
            Self::CancelMedia => "cancel media",
            Self::Idle(name, _) => name,
        }
    }
}

/// A part of a path without its percent signs; a plus stays one.
fn decoded(part: &str) -> String {
    let guarded = part
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    form_urlencoded::parse(guarded.as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_is_asked_for() {
        let of = Operation::of;
        assert_eq!(
            of("POST", "/calling/callConnections:answer"),
            Some(Operation::Answer)
        );
        assert_eq!(
            of("POST", "/calling/callConnections/x:terminate"),
            Some(Operation::Leg("x".into(), LegOperation::Terminate))
        );
        for raw in ["4%3A%2B1", "4:+1"] {
            let path = format!("/calling/callConnections/x/participants/{raw}");
            let wanted = LegOperation::GetParticipant("4:+1".into());
            assert_eq!(of("GET", &path), Some(Operation::Leg("x".into(), wanted)));
        }
        assert_eq!(
            of("POST", "/identities/8%3Aacs%3Ax/:issueAccessToken"),
            Some(Operation::IssueToken("8:acs:x".into()))
        );
        assert_eq!(of("POST", "/calling/callConnections/x:unmute"), None);
        assert_eq!(of("PUT", "/rooms"), None);
        assert_eq!(of("GET", "/"), None);
    }
}
