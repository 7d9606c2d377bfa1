//! Keys, tokens and encryption in the settings: what is taken, what is refused, and that nothing secret is shown.

use interpres::{
    config::{LoadOptions, Loaded},
    domain::access::Role,
};
use secrecy::ExposeSecret;
use serde_json::json;

const KEY: &str = "horse-battery-staple-key";
const SECRET: &str = "horse-battery-staple-secret-of-32-letters";

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    std::fs::write(folder.path().join("config/interpres.yaml"), file).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Loaded::load(LoadOptions {
        file: None,
        environment,
        working_dir: folder.path().into(),
    })
    .map_err(|error| error.to_string())
}

/// The line that stops the start, which tells nothing secret.
fn complaint(file: &str, environment: &[(&str, &str)]) -> String {
    let line = load(file, environment).expect_err("these settings must be refused");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(!line.contains("horse"), "{line}");
    line
}

#[test]
fn keys_come_as_yaml_or_as_json_and_are_shown_nowhere() {
    let yaml = format!("auth:\n  keys:\n    - {{key: {KEY}, role: operator, subject: olga}}\n");
    let twin = json!([{"key": KEY, "role": "operator", "subject": "olga"}]).to_string();
    for loaded in [
        load(&yaml, &[]),
        load("", &[("INTERPRES__AUTH__KEYS", &twin)]),
        // A stronger layer replaces the whole list.
        load(
            "auth: {keys: [{key: another-key-of-letters, role: admin, subject: x}]}",
            &[("INTERPRES__AUTH__KEYS", &twin)],
        ),
    ] {
        let loaded = loaded.unwrap();
        let [key] = &loaded.settings.auth.keys[..] else {
            panic!("one key");
        };
        assert_eq!(key.key.expose_secret(), KEY);
        assert_eq!((key.role, key.subject.as_str()), (Role::Operator, "olga"));
        let shown = format!("{}{loaded:?}", loaded.show());
        assert!(!shown.contains("horse"), "{shown}");
        assert!(
            loaded.show().contains(
                r#"  keys: [{key: "(set, not shown)", role: "operator", subject: "olga"}]"#
            ),
            "{shown}"
        );
    }
}

#[test]
fn a_wrong_key_is_told_by_its_place() {
    let with = |entry: &str| complaint(&format!("auth: {{keys: [{entry}]}}"), &[]);
    for (entry, told) in [
        (
            "{key: horse, role: client, subject: a}",
            "auth.keys[0].key: expected text of at least 16",
        ),
        (
            "{key: horse-battery-staple, role: root, subject: a}",
            "auth.keys[0].role: expected one of client, operator, admin",
        ),
        (
            "{key: horse-battery-staple, role: client}",
            "auth.keys[0].subject: expected text of 1 to 128",
        ),
        (
            "horse-battery-staple",
            "auth.keys[0]: expected an entry with key, role and subject",
        ),
        (
            "{key: horse-battery-staple, role: client, subject: a}, {key: horse-battery-staple, role: admin, subject: b}",
            "auth.keys[1].key: expected another key than that of auth.keys[0]",
        ),
    ] {
        let line = with(entry);
        assert!(
            line.starts_with(&format!("config/interpres.yaml: {told}")),
            "{line}"
        );
        assert!(line.ends_with("found a value that is not shown"), "{line}");
    }
    assert!(
        complaint("auth: {keys: horse-battery-staple}", &[])
            .starts_with("config/interpres.yaml: auth.keys: expected a list of keys")
    );
    assert!(
        complaint("", &[("INTERPRES__AUTH__KEYS", "[{\"key\": \"horse")])
            .starts_with("INTERPRES__AUTH__KEYS: auth.keys: expected a list of keys")
    );
    let twin =
        format!("auth: {{admin_key: {KEY}, keys: [{{key: {KEY}, role: client, subject: a}}]}}");
    assert!(
        complaint(&twin, &[])
            .contains("auth.admin_key: expected another key than that of auth.keys[0]")
    );
}

#[test]
fn tokens_need_an_issuer_an_audience_and_one_way_to_check_them() {
    let complete = format!("issuer: https://i.example, audience: interpres, secret: {SECRET}");
    let loaded = load(&format!("auth: {{jwt: {{{complete}}}}}"), &[]).unwrap();
    assert_eq!(loaded.settings.auth.jwt.role_claim, "role");
    let shown = format!("{}{loaded:?}", loaded.show());
    assert!(!shown.contains("horse"), "{shown}");
    for (jwt, told) in [
        (
            "issuer: a, audience: b",
            "auth.jwt.jwks_url: expected where the keys of auth.jwt are, or auth.jwt.secret",
        ),
        (
            &format!("{complete}, jwks_url: https://i.example/keys"),
            "auth.jwt.secret: expected nothing beside auth.jwt.jwks_url",
        ),
        (
            &format!("audience: b, secret: {SECRET}"),
            "auth.jwt.issuer: expected the issuer (iss)",
        ),
        (
            &format!("issuer: a, secret: {SECRET}"),
            "auth.jwt.audience: expected the audience (aud)",
        ),
        (
            "secret: horse-battery-staple",
            "auth.jwt.secret: expected text of at least 32 characters",
        ),
        (
            "jwks_url: http://i.example/keys",
            "auth.jwt.jwks_url: expected an address that begins with https://",
        ),
        (
            "jwks_url: https://me@i.example/keys",
            "auth.jwt.jwks_url: expected an address",
        ),
        (
            "role_claim: ''",
            "auth.jwt.role_claim: expected text that is not empty",
        ),
    ] {
        let line = complaint(&format!("auth: {{jwt: {{{jwt}}}}}"), &[]);
        assert!(line.contains(told), "{line}");
    }
    for here in [
        "http://localhost:8080/keys",
        "http://127.0.0.1/keys",
        "http://[::1]/keys",
    ] {
        let file = format!("auth: {{jwt: {{issuer: a, audience: b, jwks_url: '{here}'}}}}");
        assert_eq!(
            load(&file, &[])
                .unwrap()
                .settings
                .auth
                .jwt
                .jwks_url
                .as_deref(),
            Some(here)
        );
    }
}

#[test]
fn a_certificate_needs_its_key_and_a_key_its_certificate() {
    assert!(
        complaint("server: {tls: {cert: a.pem}}", &[])
            .contains("server.tls.key: expected the private key's file")
    );
    assert!(
        complaint("", &[("INTERPRES__SERVER__TLS__KEY", "a.pem")])
            .contains("server.tls.cert: expected the certificate's file")
    );
    let both = load("server: {tls: {cert: a.pem, key: b.pem}}", &[]).unwrap();
    assert_eq!(
        both.settings.server.tls.cert.unwrap().to_str(),
        Some("a.pem")
    );
}
