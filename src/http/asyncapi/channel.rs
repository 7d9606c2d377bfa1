//! The WebSocket as the document shows it: its query, its end, and who sends what.

use serde_json::{Map, Value, json};

use super::messages::{ANSWERS, CLIENT_AUDIO, Contract, SERVER_AUDIO, name_of};
use crate::actors::outbox::Closing;

/// The name of the channel.
pub(super) const NAME: &str = "socket";

/// What a client is to do after a close: nothing more, or come back to its session.
const LEFT: &str = "Nothing: the client has left.";
const WAIT: &str = "Do not come back at once: a limit was met.";
const RECOVER: &str = "Connect again and send `recover_session`.";
const AUTHENTICATE: &str =
    "Ask for another key or token; with a new one, `recover_session` goes on.";

/// Close codes with their reasons, and what to do after each.
const ENDS: [(u16, &str, &str); 11] = [
    (1000, "left", LEFT),
    (Closing::IDLE.code, Closing::IDLE.reason, RECOVER),
    (Closing::NOT_TEXT.code, Closing::NOT_TEXT.reason, RECOVER),
    (
        Closing::TOO_MANY_CONNECTIONS.code,
        Closing::TOO_MANY_CONNECTIONS.reason,
        WAIT,
    ),
    (
        Closing::TOO_MANY_FROM_ADDRESS.code,
        Closing::TOO_MANY_FROM_ADDRESS.reason,
        WAIT,
    ),
    (
        Closing::TOO_MANY_MESSAGES.code,
        Closing::TOO_MANY_MESSAGES.reason,
        WAIT,
    ),
    (Closing::TOO_BIG.code, Closing::TOO_BIG.reason, RECOVER),
    (Closing::INTERNAL.code, Closing::INTERNAL.reason, RECOVER),
    (
        Closing::RESTARTING.code,
        Closing::RESTARTING.reason,
        RECOVER,
    ),
    (Closing::TOO_SLOW.code, Closing::TOO_SLOW.reason, RECOVER),
    (
        Closing::AUTHENTICATION.code,
        Closing::AUTHENTICATION.reason,
        AUTHENTICATE,
    ),
];

/// The channel with all its messages.
pub(super) fn channel(contract: &Contract) -> Value {
    let messages: Map<String, Value> = contract
        .messages
        .keys()
        .map(|name| {
            let at = format!("#/components/messages/{name}");
            (name.clone(), json!({"$ref": at}))
        })
        .collect();
    let ends: Vec<Value> = ENDS
        .iter()
        .map(|(code, reason, then)| json!({"code": code, "reason": reason, "then": then}))
        .collect();
    json!({
        "address": "/ws",
        "title": "The WebSocket",
        "description": description(),
        "messages": messages,
        "bindings": {"ws": {
            "method": "GET",
            "query": {
                "type": "object",
                "properties": {
                    "user_id": {
                        "type": "string",
                        "description": "Who owns the sessions that are made, on a server without keys.",
                    },
                    "token": {
                        "type": "string",
                        "description": "A key or token, where no header `Authorization: Bearer` can be set, as in browsers.",
                    },
                },
            },
        }},
        "x-close-codes": ends,
    })
}

fn description() -> String {
    let mut text = String::from(
        "An upgrade on `/` behaves as one on `/ws`. The first message is `connected`. Every message from a client may carry \
         an `id`, which its answer carries as `ref`. In place of `{\"type\":NAME,…}` the server takes \
         `{\"event\":NAME,\"data\":{…}}` too, and answers in the same way. A browser that shows no good key gets its WebSocket \
         and on it close code 4001; others get 401. A peer that goes without a close frame is seen as 1006: come back then \
         too.\n\nClose codes:\n",
    );
    for (code, reason, then) in ENDS {
        text += &format!("\n- {code} ({reason}): {then}");
    }
    text
}

/// Who sends what: an operation for each message of a client, with its answers, and one for all that the server sends.
pub(super) fn operations(contract: &Contract) -> Value {
    let on_channel = |name: &str| json!({"$ref": format!("#/channels/{NAME}/messages/{name}")});
    let channel = json!({"$ref": format!("#/channels/{NAME}")});
    let mut operations = Map::new();
    for kind in &contract.from_client {
        let mut operation = json!({
            "action": "receive",
            "channel": channel,
            "messages": [on_channel(&name_of(kind))],
        });
        let answers = ANSWERS.iter().find(|(asked, _)| asked == kind);
        if let Some((_, answers)) = answers {
            let answers = answers.iter().chain(&["error"]);
            let answers: Vec<Value> = answers.map(|kind| on_channel(&name_of(kind))).collect();
            operation["reply"] = json!({"channel": channel, "messages": answers});
        }
        operations.insert(kind.clone(), operation);
    }
    let audio = json!({
        "action": "receive",
        "channel": channel,
        "messages": [on_channel(CLIENT_AUDIO)],
    });
    operations.insert("audio".to_owned(), audio);
    let sent = contract.from_server.iter().map(|kind| name_of(kind));
    let sent: Vec<Value> = sent
        .chain([SERVER_AUDIO.to_owned()])
        .map(|name| on_channel(&name))
        .collect();
    let tell = json!({"action": "send", "channel": channel, "messages": sent});
    operations.insert("tell".to_owned(), tell);
    operations.into()
}
