//! Tokens signed with a shared secret: which are taken, which are forged, and what happens when one ends.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{
    CLIENT_KEY, asked,
    issuer::{SECRET, claims, in_seconds, shared_secret, signed_with_secret},
    keyed, refused,
};
use crate::support::server::Server;

/// A route that needs no more than being somebody.
const ANY: &str = "/api/languages";

fn server() -> Server {
    Server::with(&shared_secret(SECRET))
}

fn changed(field: &str, value: Value) -> Value {
    let mut claims = claims("ana", json!("client"));
    claims[field] = value;
    claims
}

async fn told(server: &Server, token: &str) -> (u16, String) {
    let (status, body) = asked(server, "GET", ANY, Some(token)).await;
    let message = body["error"]["message"].as_str().unwrap_or_default();
    assert!(!message.contains(token), "what was shown is not repeated");
    (status, message.to_owned())
}

#[tokio::test]
async fn a_good_token_opens_what_its_role_opens() {
    let server = server();
    for (role, statuses) in [
        (json!("client"), [200, 403, 403]),
        (json!("operator"), [200, 200, 403]),
        (json!("admin"), [200, 200, 200]),
        (json!(["janitor", "operator", "client"]), [200, 200, 403]),
    ] {
        let token = signed_with_secret(SECRET, &claims("ana", role.clone()));
        for (path, status) in [ANY, "/api/rooms", "/admin/actors"].iter().zip(statuses) {
            assert_eq!(
                asked(&server, "GET", path, Some(&token)).await.0,
                status,
                "{role} {path}"
            );
        }
    }
    let token = signed_with_secret(SECRET, &changed("aud", json!(["others", "interpres"])));
    assert_eq!(
        told(&server, &token).await.0,
        200,
        "one of several audiences"
    );
    let mut client = server.connect_with(&format!("?token={token}")).await;
    client.create_session(json!({})).await;
    // A token is all there is: nobody is somebody for sitting at this machine.
    assert_eq!(asked(&server, "GET", ANY, None).await.0, 401);
}

#[tokio::test]
async fn a_token_without_a_known_role_is_nobodys_here() {
    let server = server();
    for role in [
        json!(null),
        json!("root"),
        json!([]),
        json!(["janitor"]),
        json!({"admin": 1}),
    ] {
        let token = signed_with_secret(SECRET, &claims("ana", role.clone()));
        let (status, message) = told(&server, &token).await;
        assert_eq!(status, 403, "{role}");
        assert!(message.contains("client, operator, admin"), "{message}");
        assert_eq!(
            refused(&server, &format!("/ws?token={token}"), &[]).await,
            403
        );
        let mut browser = server
            .upgrade(
                &format!("/ws?token={token}"),
                &[("origin", "https://a.example")],
            )
            .await
            .unwrap();
        assert_eq!(browser.closed().await.map(|(code, _)| code), Some(4001));
    }
    let other = Server::with(
        &[
            &shared_secret(SECRET)[..],
            &[("INTERPRES__AUTH__JWT__ROLE_CLAIM", "realm_access.roles")],
        ]
        .concat(),
    );
    let token = signed_with_secret(
        SECRET,
        &changed("realm_access", json!({"roles": ["operator"]})),
    );
    assert_eq!(
        asked(&other, "GET", "/api/rooms", Some(&token)).await.0,
        200
    );
}

#[tokio::test]
async fn a_token_that_is_not_for_here_and_now_is_refused_with_the_reason() {
    let server = server();
    for (claims, reason) in [
        (changed("exp", json!(in_seconds(-60))), "expired"),
        (changed("exp", Value::Null), "exp"),
        (changed("exp", json!("tomorrow")), "exp"),
        (changed("nbf", json!(in_seconds(60))), "not valid yet"),
        (changed("iss", json!("https://evil.example/")), "issuer"),
        (changed("iss", json!("https://issuer.example")), "issuer"),
        (changed("iss", Value::Null), "iss"),
        (changed("aud", json!("others")), "audience"),
        (changed("aud", json!([])), "aud"),
        (changed("aud", Value::Null), "aud"),
        (changed("sub", Value::Null), "sub"),
        (changed("sub", json!("")), "sub"),
        (changed("sub", json!(7)), "sub"),
    ] {
        let (status, message) = told(&server, &signed_with_secret(SECRET, &claims)).await;
        assert_eq!(status, 401, "{claims}: {message}");
        assert!(message.contains(reason), "{claims}: {message}");
    }
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_it_says_of_itself() {
    let server = keyed(&shared_secret(SECRET));
    let good = claims("ana", json!("admin"));
    let token = signed_with_secret(SECRET, &good);
    assert_eq!(
        asked(&server, "GET", "/admin/actors", Some(&token)).await.0,
        200
    );
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let mut forged = vec![
        signed_with_secret("another-secret-of-enough-letters-here", &good),
        signed_with_secret("", &good),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{}", &signature[1..]),
        format!(
            "{header}.{}.{signature}",
            part(claims("root", json!("admin")))
        ),
        format!(
            "{}.{payload}.{signature}",
            part(json!({"alg": "HS256", "typ": "JWT", "x": 1}))
        ),
        format!("{}..", part(json!({"alg": "none"}))),
        "..".to_owned(),
        format!("{token}.{signature}"),
        format!("{token} {token}"),
    ];
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = part(json!({"alg": none, "typ": "JWT"}));
        forged.push(format!("{header}.{payload}."));
        forged.push(format!("{header}.{payload}.{signature}"));
    }
    // The right secret by another algorithm is not what was agreed on.
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        forged.push(encode(&Header::new(algorithm), &good, &key).unwrap());
    }
    let mut critical = Header::new(Algorithm::HS256);
    critical.crit = Some(vec!["b64".to_owned()]);
    forged.push(
        encode(
            &critical,
            &good,
            &EncodingKey::from_secret(SECRET.as_bytes()),
        )
        .unwrap(),
    );
    for token in &forged {
        assert_eq!(
            asked(&server, "GET", "/admin/actors", Some(token)).await.0,
            401,
            "{token}"
        );
    }
    assert_eq!(
        asked(&server, "GET", ANY, Some(CLIENT_KEY)).await.0,
        200,
        "keys go on beside tokens"
    );
}

#[tokio::test]
async fn a_connection_ends_with_its_token_and_the_session_goes_on_with_the_next() {
    let server = server();
    let expiry = in_seconds(3);
    let short = signed_with_secret(SECRET, &changed("exp", json!(expiry)));
    let long = signed_with_secret(SECRET, &claims("ana", json!("client")));
    let mut client = server.connect_with(&format!("?token={short}")).await;
    let made = client.create_session(json!({})).await;
    let (code, reason) = client.closed().await.unwrap();
    assert_eq!(code, 4001);
    assert!(reason.contains("expired"), "{reason}");
    assert!(in_seconds(0) >= expiry, "not before its time");
    assert_eq!(
        refused(&server, &format!("/ws?token={short}"), &[]).await,
        401
    );
    let mut again = server.connect_with(&format!("?token={long}")).await;
    let recover = json!({"type": "recover_session", "session_id": made["session_id"]});
    assert_eq!(again.ask(recover).await["type"], "session_recovered");
}
