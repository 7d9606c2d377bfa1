//! The documents themselves: what they refer to is there, and they are what their specifications ask for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::asyncapi;
use crate::support::contract::{kinds, openapi};

/// Every `$ref` in a document, with what it is to resolve to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(words) => {
            found.extend(words.get("$ref").map(|at| at.as_str().unwrap().to_owned()));
            for said in words.values() {
                references(said, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                references(item, found);
            }
        }
        _ => {}
    }
}

fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

#[test]
fn every_reference_resolves_and_no_schema_lies_about_unused() {
    for (document, of_its_own) in [
        (
            asyncapi(),
            ["ClientMessage", "ServerMessage", "LoggedMessage"].as_slice(),
        ),
        (openapi().clone(), [].as_slice()),
    ] {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 30, "{found:?}");
        for reference in &found {
            assert!(resolve(&document, reference).is_some(), "{reference}");
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            let at = format!("#/components/schemas/{name}");
            assert!(
                found.contains(&at) || of_its_own.contains(&name.as_str()),
                "nothing refers to {name}"
            );
        }
    }
}

#[test]
fn asyncapi_says_who_sends_what_and_what_is_answered() {
    let document = asyncapi();
    assert_eq!(document["asyncapi"], "3.0.0");
    for field in ["title", "version"] {
        assert!(document["info"][field].is_string(), "{field}");
    }
    let channel = &document["channels"]["socket"];
    assert_eq!(channel["address"], "/ws");
    let query = &channel["bindings"]["ws"]["query"]["properties"];
    assert!(query["user_id"].is_object() && query["token"].is_object());
    let codes: BTreeSet<u64> = channel["x-close-codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|end| end["code"].as_u64().unwrap())
        .collect();
    for code in [1000, 1001, 1008, 1009, 1011, 1012, 1013, 4001] {
        assert!(codes.contains(&code), "{code}");
        assert!(
            channel["description"]
                .as_str()
                .unwrap()
                .contains(&code.to_string())
        );
    }

    let name = |reference: &Value| {
        let at = reference["$ref"].as_str().unwrap();
        at.strip_prefix("#/channels/socket/messages/")
            .unwrap()
            .to_owned()
    };
    let operations = document["operations"].as_object().unwrap();
    let mut received = BTreeSet::new();
    let mut sent = BTreeSet::new();
    for operation in operations.values() {
        assert_eq!(operation["channel"]["$ref"], "#/channels/socket");
        let messages = operation["messages"].as_array().unwrap().iter().map(name);
        match operation["action"].as_str().unwrap() {
            "receive" => received.extend(messages),
            "send" => sent.extend(messages),
            other => panic!("{other}"),
        }
    }
    // A reply is among what the server sends.
    for operation in operations.values() {
        for reply in operation["reply"]["messages"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert!(sent.contains(&name(reply)), "{reply}");
        }
    }
    for (side, union, audio) in [
        (&received, "ClientMessage", "ClientAudio"),
        (&sent, "ServerMessage", "ServerAudio"),
    ] {
        let mut all: BTreeSet<String> = kinds(&document, union)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        all.insert(audio.to_owned());
        assert_eq!(*side, all);
    }
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let is_audio = name.ends_with("Audio");
        let kind = match is_audio {
            true => "application/octet-stream",
            false => "application/json",
        };
        assert_eq!(message["contentType"], kind, "{name}");
        let summary = message["summary"].as_str();
        assert!(
            summary.is_some_and(|text| text.len() > 5),
            "{name} says nothing"
        );
    }
}

#[test]
fn openapi_names_every_operation_once_and_every_answer() {
    let document = openapi();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        assert!(!path.contains(':'), "{path}");
        for (method, operation) in operations.as_object().unwrap() {
            let told = format!("{method} {path}");
            assert!(
                names.insert(operation["operationId"].as_str().unwrap()),
                "{told}"
            );
            for (status, response) in operation["responses"].as_object().unwrap() {
                let content = response["content"].as_object();
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                let has_none = ["202", "204"].contains(&status.as_str());
                assert_eq!(content.is_none(), has_none, "{told} {status}");
                if status.starts_with(['4', 'd']) {
                    assert_eq!(schema, "#/components/schemas/ErrorBody", "{told} {status}");
                }
            }
            let taken = path.matches('{').count();
            let parameters = operation["parameters"].as_array();
            let of_path = parameters
                .into_iter()
                .flatten()
                .filter(|one| one["in"] == "path");
            assert_eq!(of_path.count(), taken, "{told}");
        }
    }
}
