//! Who is who: by the raw id alone, by details alone, and by both.

use interpres::links::acs::wire::identifier::{Cloud, Identifier, Kind};
use serde_json::{Value, json};

fn read(value: Value) -> Option<Identifier> {
    serde_json::from_value(value).ok()
}

fn teams_user(user_id: &str, is_anonymous: bool, cloud: Cloud) -> Kind {
    Kind::TeamsUser {
        user_id: user_id.to_owned(),
        is_anonymous,
        cloud,
    }
}

fn phone(value: &str, asserted: Option<&str>) -> Kind {
    Kind::PhoneNumber {
        value: value.to_owned(),
        asserted_id: asserted.map(str::to_owned),
    }
}

#[test]
fn a_raw_id_says_what_somebody_is_by_the_rules_of_the_sdk() {
    let app = |cloud| Kind::TeamsApp {
        app_id: "app".to_owned(),
        cloud,
    };
    let extension = |cloud| Kind::TeamsExtensionUser {
        user_id: "user".to_owned(),
        tenant_id: "tenant".to_owned(),
        resource_id: "resource".to_owned(),
        cloud,
    };
    for (raw_id, kind) in [
        ("4:+14255550123", phone("+14255550123", None)),
        ("4:anonymous", phone("anonymous", None)),
        ("4:+1_asserted", phone("+1_asserted", Some("asserted"))),
        ("4:+1_", phone("+1_", None)),
        ("8:acs:resource_user", Kind::CommunicationUser),
        ("8:spool:resource_user", Kind::CommunicationUser),
        ("8:dod-acs:resource_user", Kind::CommunicationUser),
        ("8:gcch-acs:resource_user", Kind::CommunicationUser),
        ("8:acs:resource_tenant_user", extension(Cloud::Public)),
        ("8:dod-acs:resource_tenant_user", extension(Cloud::Dod)),
        ("8:gcch-acs:resource_tenant_user", extension(Cloud::Gcch)),
        ("8:orgid:user", teams_user("user", false, Cloud::Public)),
        ("8:dod:user", teams_user("user", false, Cloud::Dod)),
        ("8:gcch:user", teams_user("user", false, Cloud::Gcch)),
        ("8:teamsvisitor:u", teams_user("u", true, Cloud::Public)),
        ("28:orgid:app", app(Cloud::Public)),
        ("28:dod:app", app(Cloud::Dod)),
        ("28:gcch:app", app(Cloud::Gcch)),
        ("28:app", Kind::Unknown),
        ("8:acs:one:more", Kind::Unknown),
        ("8:other:user", Kind::Unknown),
        ("", Kind::Unknown),
        ("anything", Kind::Unknown),
    ] {
        let identifier = Identifier::from_raw(raw_id);
        assert_eq!(identifier.kind, kind, "{raw_id}");
        assert_eq!(identifier.raw_id, raw_id);
        if raw_id.is_empty() {
            continue;
        }
        // What is written is read as the same, whole and by its parts.
        let written = serde_json::to_value(&identifier).unwrap();
        assert_eq!(written["rawId"], raw_id);
        assert_eq!(read(written.clone()), Some(identifier.clone()), "{raw_id}");
        assert_eq!(
            read(json!({"rawId": raw_id})),
            Some(identifier.clone()),
            "{raw_id}"
        );
        let mut parts = written;
        parts.as_object_mut().unwrap().remove("rawId");
        let by_parts = (identifier.kind != Kind::Unknown).then_some(identifier);
        assert_eq!(read(parts), by_parts, "{raw_id}");
    }
}

#[test]
fn numbers_are_written_with_their_plus_sign() {
    for number in ["+14255550123", "14255550123"] {
        let phone = Identifier::phone(number);
        assert_eq!(phone.raw_id, "4:+14255550123");
        assert_eq!(phone.phone_number(), Some("+14255550123"));
    }
    let hidden = Identifier::phone("anonymous");
    assert_eq!(
        (&hidden.raw_id[..], hidden.phone_number()),
        ("4:anonymous", None)
    );
}

#[test]
fn what_is_null_or_of_another_type_is_as_if_it_were_not_there() {
    let user = Identifier::from_raw("8:acs:one_two");
    for value in [
        json!({"rawId": "8:acs:one_two", "kind": null, "phoneNumber": null}),
        json!({"rawId": "8:acs:one_two", "kind": 5, "phoneNumber": 5, "more": {}}),
        json!({"rawId": null, "communicationUser": {"id": "8:acs:one_two", "more": 1}}),
        json!({"rawId": 7, "communicationUser": {"id": "8:acs:one_two"}}),
    ] {
        assert_eq!(read(value.clone()), Some(user.clone()), "{value}");
    }
    for value in [
        json!({}),
        json!({"rawId": ""}),
        json!({"kind": "phoneNumber"}),
        json!(null),
    ] {
        assert_eq!(read(value.clone()), None, "{value}");
    }
    // Microsoft's own redaction: the kind is known although the raw id shows none.
    let redacted = read(json!({"rawId": "Sanitized", "communicationUser": {"id": "Sanitized"}}));
    assert_eq!(redacted.unwrap().kind, Kind::CommunicationUser);
}
