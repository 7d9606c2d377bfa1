//! Signatures of every request that was captured, and what a connection string and an endpoint may be.

use interpres::links::acs::signing::{
    AccessKey, ConnectionString, ConnectionStringError, Endpoint, EndpointError,
};
use time::{PrimitiveDateTime, macros::format_description};

use super::golden::{json, names, text};
use super::service::KEY;

#[test]
fn every_captured_request_has_the_signature_that_is_made_here() {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    for name in names("requests") {
        let golden = json(&format!("requests/{name}.json"));
        let (signing, headers) = (&golden["signing"], &golden["headers"]);
        let date = PrimitiveDateTime::parse(text(headers, "x-ms-date"), format).unwrap();
        let key = AccessKey::parse(&text(signing, "access_key").into()).unwrap();
        let signature = key.sign(
            text(&golden, "method"),
            text(&golden, "request_target"),
            text(signing, "host"),
            date.assume_utc(),
            text(&golden, "body_raw").as_bytes(),
        );
        assert_eq!(signature.date, text(headers, "x-ms-date"), "{name}");
        let hash = text(headers, "x-ms-content-sha256");
        assert_eq!(signature.content_hash, hash, "{name}");
        let authorization = text(headers, "authorization");
        assert_eq!(signature.authorization, authorization, "{name}");
    }
}

#[test]
fn a_connection_string_is_read_with_its_traps() {
    let parse = |text: String| ConnectionString::parse(&text.into());
    let endpoint = Endpoint::parse("https://contoso.communication.azure.com").unwrap();
    for text in [
        format!("endpoint=https://contoso.communication.azure.com/;accesskey={KEY}"),
        format!("AccessKey={KEY};EndPoint=https://contoso.communication.azure.com//;"),
        format!(" endpoint = https://contoso.communication.azure.com ; accesskey = {KEY}\n"),
        format!("endpoint=https://CONTOSO.communication.azure.com:443/;x;y=z;accesskey={KEY}"),
    ] {
        assert_eq!(parse(text).unwrap().endpoint, endpoint);
    }
    let secret = "c2VjcmV0LWtleQ==";
    for (text, error) in [
        (String::new(), ConnectionStringError::Missing("endpoint")),
        (
            "endpoint=https://a.example".to_owned(),
            ConnectionStringError::Missing("accesskey"),
        ),
        (
            format!("endpoint=http://a.example;accesskey={secret}"),
            EndpointError::Insecure.into(),
        ),
        (
            format!("endpoint=https://a.example;accesskey={secret};AccessKey={secret}"),
            ConnectionStringError::Twice("accesskey"),
        ),
    ] {
        let refused = parse(text).unwrap_err();
        assert_eq!(refused, error);
        assert!(refused.code().starts_with("acs_"));
    }
    for key in ["", "no base64", "c2VjcmV0LWtleQ"] {
        let refused = parse(format!("endpoint=https://a.example;accesskey={key}")).unwrap_err();
        assert!(matches!(refused, ConnectionStringError::Key(_)), "{key}");
    }
}

#[test]
fn a_key_is_shown_nowhere() {
    let whole = format!("endpoint=https://a.example;accesskey={KEY}");
    let shown = format!("{:?}", ConnectionString::parse(&whole.into()).unwrap());
    assert!(!shown.contains(&KEY[..8]), "{shown}");
}

#[test]
fn an_endpoint_is_encrypted_or_here_and_nothing_follows_it() {
    for good in [
        "https://contoso.communication.azure.com",
        "https://contoso.communication.azure.com/",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080",
        "http://localhost",
    ] {
        assert!(Endpoint::parse(good).is_ok(), "{good}");
    }
    for (bad, error) in [
        ("", EndpointError::NoAddress),
        ("contoso.communication.azure.com", EndpointError::NoAddress),
        ("ftp://127.0.0.1", EndpointError::NoAddress),
        ("http://contoso.example", EndpointError::Insecure),
        ("http://127.0.0.1.example", EndpointError::Insecure),
        ("http://10.0.0.1", EndpointError::Insecure),
        ("https://user:word@contoso.example", EndpointError::Insecure),
        ("https://contoso.example/path", EndpointError::Path),
        ("https://contoso.example?a=b", EndpointError::Path),
        ("https://contoso.example#a", EndpointError::Path),
    ] {
        assert_eq!(Endpoint::parse(bad), Err(error), "{bad}");
    }
}
