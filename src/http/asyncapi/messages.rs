//! The messages of the document and their schemas, taken from what serde is told of the types on the wire.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::domain::{client_message::ClientRequest, server_message::ServerMessage};

/// What a client's message is answered with, besides `error`: its type, the types of its answers.
pub(super) const ANSWERS: [(&str, &[&str]); 16] = [
    ("ping", &["pong"]),
    ("heartbeat", &["heartbeat_received"]),
    ("create_session", &["session_created"]),
    ("join_session", &["session_joined"]),
    ("recover_session", &["session_recovered"]),
    ("leave_session", &["session_left"]),
    ("configure", &["session_configured"]),
    ("join_room", &["room_joined"]),
    ("leave_room", &["room_left"]),
    ("transcription_stream", &["transcription_received"]),
    ("speaker_stream", &["speaker_received"]),
    (
        "translation_stream",
        &["translation_received", "translation"],
    ),
    ("subscribe", &["subscribed"]),
    ("unsubscribe", &["unsubscribed"]),
    ("service_message", &["service_response"]),
    ("test_message", &["test_message"]),
];

/// Sent back as it came, so that it is a message of both sides.
const ECHO: &str = "test_message";

/// What has a number in a room's log, and so may have been sent before it was stored.
const LOGGED: [&str; 5] = [
    "participant_joined",
    "participant_updated",
    "participant_left",
    "transcription",
    "translation",
];

/// Both messages are a `Caption`, of which one never lacks the first of these fields, and never has the others.
const CAPTIONS: [(&str, &[&str], &[&str]); 2] = [
    (
        "transcription",
        &["room_id", "speaker"],
        &["source_language", "source_text"],
    ),
    ("translation", &["source_language"], &[]),
];

/// The schema of what a room's log holds.
pub(super) const LOGGED_MESSAGE: &str = "LoggedMessage";

/// The names of the two binary frames among the messages.
pub(super) const CLIENT_AUDIO: &str = "ClientAudio";
pub(super) const SERVER_AUDIO: &str = "ServerAudio";

/// Where schemas lie in the document.
const SCHEMAS: &str = "#/components/schemas/";

/// All messages and their schemas.
pub(super) struct Contract {
    /// By name: `SessionCreated`.
    pub(super) messages: Map<String, Value>,
    /// By name: those of the messages, of both unions, and of all that they refer to.
    pub(super) schemas: Map<String, Value>,
    /// The types of the text messages from clients.
    pub(super) from_client: Vec<String>,
    /// The types of the text messages to clients.
    pub(super) from_server: Vec<String>,
}

/// Makes them of [`ClientRequest`] and [`ServerMessage`].
pub(super) fn contract() -> Contract {
    let mut known = Vec::new();
    ServerMessage::schemas(&mut known);
    ClientRequest::schemas(&mut known);
    let known: Map<String, Value> = known
        .into_iter()
        .map(|(name, schema)| (name, plain(schema)))
        .collect();

    let mut contract = Contract {
        messages: Map::new(),
        schemas: Map::new(),
        from_client: Vec::new(),
        from_server: Vec::new(),
    };
    for variant in variants(ClientRequest::schema()) {
        let (kind, mut schema) = flattened(&variant, &known);
        let id = json!({"$ref": format!("{SCHEMAS}Reference"), "description": "Its answer carries this as `ref`."});
        put_field(&mut schema, "id", id);
        contract.add(&kind, schema);
        contract.from_client.push(kind);
    }
    for variant in variants(ServerMessage::schema()) {
        let (kind, mut schema) = flattened(&variant, &known);
        if answers_something(&kind) {
            let reference = json!({"$ref": format!("{SCHEMAS}Reference"), "description": "The `id` of what it answers."});
            put_field(&mut schema, "ref", reference);
        }
        if let Some((_, always, never)) = CAPTIONS.iter().find(|(of, ..)| *of == kind) {
            narrow(&mut schema, always, never);
        }
        if LOGGED.contains(&kind.as_str()) {
            let durable = json!({
                "type": "boolean",
                "const": false,
                "description": "There if it was sent before the store had taken it.",
            });
            put_field(&mut schema, "durable", durable);
        }
        contract.add(&kind, schema);
        contract.from_server.push(kind);
    }
    contract.from_server.push(ECHO.to_owned());
    contract.add_unions();
    contract.add_audio();
    contract.add_what_is_referred_to(&known);
    contract
}

impl Contract {
    fn add(&mut self, kind: &str, schema: Map<String, Value>) {
        let name = name_of(kind);
        let message = json!({
            "name": kind,
            "title": name,
            "summary": schema.get("description").cloned().unwrap_or_default(),
            "contentType": "application/json",
            "payload": {"$ref": format!("{SCHEMAS}{name}")},
        });
        self.messages.insert(name.clone(), message);
        self.schemas.insert(name, schema.into());
    }

    fn add_unions(&mut self) {
        for (name, kinds, description) in [
            (
                "ClientMessage",
                &self.from_client,
                "Any text message from a client.",
            ),
            (
                "ServerMessage",
                &self.from_server,
                "Any text message to a client.",
            ),
        ] {
            let any: Vec<Value> = kinds
                .iter()
                .map(|kind| json!({"$ref": format!("{SCHEMAS}{}", name_of(kind))}))
                .collect();
            // In AsyncAPI this is the name of the field alone, and the constants tell the rest.
            let union = json!({"description": description, "oneOf": any, "discriminator": "type"});
            self.schemas.insert(name.to_owned(), union);
        }
        let logged: Vec<Value> = LOGGED
            .iter()
            .map(|kind| json!({"$ref": format!("{SCHEMAS}{}", name_of(kind))}))
            .collect();
        let logged = json!({
            "description": "A message with a number in a room's log: what transcripts and recoveries consist of.",
            "oneOf": logged,
        });
        self.schemas.insert(LOGGED_MESSAGE.to_owned(), logged);
        let reference = json!({
            "description": "Chosen by the client, to know the answer by: a text of at most 256 bytes, or a number.",
            "type": ["string", "number"],
        });
        self.schemas.insert("Reference".to_owned(), reference);
    }

    fn add_audio(&mut self) {
        for (name, summary, description) in [
            (
                CLIENT_AUDIO,
                "Audio to be interpreted.",
                "PCM, signed 16-bit little-endian, mono, at the `audio.sample_rate` of the session; at most 64 KiB a frame. \
                 An odd byte at the end is put before the next frame.",
            ),
            (
                SERVER_AUDIO,
                "20 ms of translated speech.",
                "`u8` kind = 1, `u8` 0, `u16` little-endian length of this header = 12, `u32` little-endian `stream_id` as in \
                 `audio_start`, `u32` little-endian number of the frame from 0 in each stream (gaps are frames that were left \
                 out); then PCM, signed 16-bit little-endian, mono, at the `sample_rate` of `audio_start`. Frames are sent at \
                 the pace at which they are heard.",
            ),
        ] {
            let message = json!({
                "name": name,
                "title": name,
                "summary": summary,
                "description": description,
                "contentType": "application/octet-stream",
                "payload": {"type": "string", "format": "binary", "description": description},
            });
            self.messages.insert(name.to_owned(), message);
        }
    }

    /// A schema and all that it refers to.
    pub(super) fn schemas_below(&self, name: &str) -> Map<String, Value> {
        let mut found = Map::new();
        let mut names = vec![name.to_owned()];
        while let Some(name) = names.pop() {
            if let (Some(schema), false) = (self.schemas.get(&name), found.contains_key(&name)) {
                let mut more = BTreeSet::new();
                collect_references(schema, &mut more);
                names.extend(more);
                found.insert(name, schema.clone());
            }
        }
        found
    }

    /// Adds the schemas that those at hand refer to, and those that these refer to.
    fn add_what_is_referred_to(&mut self, known: &Map<String, Value>) {
        loop {
            let mut named = BTreeSet::new();
            for schema in self.schemas.values() {
                collect_references(schema, &mut named);
            }
            let missing: Vec<_> = named
                .into_iter()
                .filter(|name| !self.schemas.contains_key(name))
                .filter_map(|name| known.get(&name).map(|schema| (name, schema.clone())))
                .collect();
            if missing.is_empty() {
                return;
            }
            self.schemas.extend(missing);
        }
    }
}

/// The name of a message's schema: `SessionCreated` for `session_created`.
pub(super) fn name_of(kind: &str) -> String {
    kind.split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

fn answers_something(kind: &str) -> bool {
    kind == "error" || ANSWERS.iter().any(|(_, answers)| answers.contains(&kind))
}

fn plain(schema: RefOr<Schema>) -> Value {
    // Schemas are maps, lists and texts: what can be in them can be in JSON.
    serde_json::to_value(schema).unwrap_or_default()
}

/// The schemas of an enum's variants.
fn variants(union: RefOr<Schema>) -> Vec<Value> {
    match plain(union).get_mut("oneOf").map(Value::take) {
        Some(Value::Array(variants)) => variants,
        _ => Vec::new(),
    }
}

/// The type of a message, and its schema as one object whose `type` is that constant.
fn flattened(variant: &Value, known: &Map<String, Value>) -> (String, Map<String, Value>) {
    let mut whole = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("required".to_owned(), json!([])),
        ("properties".to_owned(), json!({})),
    ]);
    merge(variant, known, &mut whole);
    let tag = &mut whole["properties"]["type"];
    let kind = tag["enum"][0].as_str().unwrap_or_default().to_owned();
    *tag = json!({"type": "string", "const": kind});
    (kind, whole)
}

/// Puts what `part` says into `whole`: its own words, and those of the parts it is made of.
fn merge(part: &Value, known: &Map<String, Value>, whole: &mut Map<String, Value>) {
    let referred = part["$ref"]
        .as_str()
        .and_then(|at| at.strip_prefix(SCHEMAS));
    if let Some(schema) = referred.and_then(|name| known.get(name)) {
        merge(schema, known, whole);
    }
    for part in part["allOf"].as_array().into_iter().flatten() {
        merge(part, known, whole);
    }
    for (word, said) in part.as_object().into_iter().flatten() {
        match (word.as_str(), said) {
            ("properties", Value::Object(more)) => {
                if let Some(properties) = whole["properties"].as_object_mut() {
                    properties.extend(more.clone());
                }
            }
            ("required", Value::Array(more)) => {
                if let Some(required) = whole["required"].as_array_mut() {
                    required.extend(more.clone());
                }
            }
            ("description" | "additionalProperties", said) => {
                whole.insert(word.clone(), said.clone());
            }
            _ => {}
        }
    }
}

fn put_field(schema: &mut Map<String, Value>, name: &str, field: Value) {
    schema["properties"][name] = field;
}

/// Says of an object that some of its fields are always there, and others never.
fn narrow(schema: &mut Map<String, Value>, always: &[&str], never: &[&str]) {
    if let Some(required) = schema["required"].as_array_mut() {
        required.extend(always.iter().map(|name| json!(name)));
    }
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !never.contains(&name.as_str()));
    }
}

fn collect_references(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(words) => {
            let at = words.get("$ref").and_then(Value::as_str);
            names.extend(
                at.and_then(|at| at.strip_prefix(SCHEMAS))
                    .map(str::to_owned),
            );
            for said in words.values() {
                collect_references(said, names);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect_references(item, names);
            }
        }
        _ => {}
    }
}
