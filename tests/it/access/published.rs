//! Tokens signed with keys that their issuer publishes, and what becomes of them when keys and issuer come and go.

use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::{
    asked,
    issuer::{AUDIENCE, ISSUER, Issuer, SigningKey, claims},
    refused,
    tls::Certificate,
};
use crate::support::server::Server;

const ANY: &str = "/api/languages";

fn server(url: &str) -> Server {
    server_with(url, &[])
}

fn server_with(url: &str, more: &[(&str, &str)]) -> Server {
    let mut environment = vec![
        ("INTERPRES__AUTH__JWT__ISSUER", ISSUER),
        ("INTERPRES__AUTH__JWT__AUDIENCE", AUDIENCE),
        ("INTERPRES__AUTH__JWT__JWKS_URL", url),
        // An issuer that is down is warned of, which is not what is looked at here.
        ("LOG_LEVEL", "off"),
    ];
    environment.extend_from_slice(more);
    Server::with(&environment)
}

async fn status(server: &Server, token: &str) -> u16 {
    asked(server, "GET", ANY, Some(token)).await.0
}

/// Asks until this is the answer: a fetch is under way.
async fn becomes(server: &Server, token: &str, wanted: u16) {
    for _ in 0..600 {
        if status(server, token).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never became {wanted}");
}

#[tokio::test]
async fn each_key_checks_its_own_algorithm_and_no_public_key_is_a_secret() {
    let (rsa, ec) = (SigningKey::rsa("rsa"), SigningKey::ec("ec"));
    let issuer = Issuer::start(&[&rsa, &ec]).await;
    let server = server(&issuer.url());
    let good = claims("ana", json!("client"));
    for key in [&rsa, &ec] {
        assert_eq!(
            status(&server, &key.sign(&good)).await,
            200,
            "{:?}",
            key.algorithm
        );
        assert_eq!(
            status(&server, &key.sign_as(None, &good)).await,
            401,
            "which key?"
        );
    }
    let mut client = server
        .connect_with(&format!("?token={}", ec.sign(&good)))
        .await;
    client.create_session(json!({})).await;

    let mut forged = vec![
        rsa.sign_as(Some("ec"), &good),
        ec.sign_as(Some("rsa"), &good),
        // Published for RS256 alone.
        rsa.sign_by(Algorithm::RS512, &good),
        rsa.sign_by(Algorithm::PS256, &good),
        SigningKey::ec("x").sign_as(Some("ec"), &good),
        SigningKey::rsa("x").sign_as(Some("rsa"), &good),
    ];
    for key in [&rsa, &ec] {
        // What everybody can read is taken for a secret, in every form in which it lies about.
        let mut secrets = key.public_forms();
        let published = key.published();
        secrets.push(published.to_string().into_bytes());
        for field in ["n", "x"] {
            secrets.extend(
                published[field]
                    .as_str()
                    .map(|text| text.as_bytes().to_vec()),
            );
        }
        for secret in secrets {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let mut header = Header::new(algorithm);
                header.kid = Some(key.id.to_owned());
                let secret = EncodingKey::from_secret(&secret);
                forged.push(encode(&header, &good, &secret).unwrap());
            }
        }
    }
    for token in &forged {
        assert_eq!(status(&server, token).await, 401);
    }
}

#[tokio::test]
async fn new_keys_are_found_and_old_ones_forgotten_and_nobody_can_make_us_ask_for_ever() {
    let began = Instant::now();
    let (first, second) = (SigningKey::ec("1"), SigningKey::ec("2"));
    let issuer = Issuer::start(&[&first]).await;
    let server = server(&issuer.url());
    let good = claims("ana", json!("client"));
    assert_eq!(status(&server, &first.sign(&good)).await, 200);
    assert_eq!(
        status(&server, &first.sign_as(None, &good)).await,
        200,
        "the only key"
    );
    assert_eq!(issuer.asked(), 1);

    issuer.publish(&[&second]);
    let token = second.sign(&good);
    let both = tokio::join!(status(&server, &token), status(&server, &token));
    assert_eq!(both, (200, 200), "known at once");
    assert_eq!(status(&server, &first.sign(&good)).await, 401, "taken back");

    for number in 0..20 {
        let made_up = second.sign_as(Some(&format!("made-up-{number}")), &good);
        assert_eq!(status(&server, &made_up).await, 401);
    }
    let allowed = 2 + began.elapsed().as_secs() as usize / 30;
    assert!(
        issuer.asked() <= allowed,
        "not more than once in half a minute: {}",
        issuer.asked()
    );
    assert_eq!(
        status(&server, &token).await,
        200,
        "and what is known stays"
    );
}

#[tokio::test]
async fn keys_outlive_their_issuer() {
    let (first, second) = (SigningKey::ec("1"), SigningKey::ec("2"));
    let good = claims("ana", json!("client"));
    let issuer = Issuer::start(&[&first]).await;
    let server = server(&issuer.url());
    assert_eq!(status(&server, &first.sign(&good)).await, 200);
    // What it says is no key set any more.
    issuer.publish_text("{\"keys\": \"soon\"}");
    assert_eq!(
        status(&server, &second.sign(&good)).await,
        503,
        "nobody can tell"
    );
    assert_eq!(status(&server, &first.sign(&good)).await, 200);
    issuer.stop().await;
    assert_eq!(status(&server, &first.sign(&good)).await, 200);
}

#[tokio::test]
async fn an_issuer_that_is_down_lets_nobody_in_until_it_is_up() {
    let key = SigningKey::ec("1");
    let token = key.sign(&claims("ana", json!("client")));
    let down = Issuer::down();
    let address = down.local_addr().unwrap();
    let server = server(&format!("http://{address}/keys"));
    let (status, body) = asked(&server, "GET", ANY, Some(&token)).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (503, &json!("keys_unavailable"))
    );
    assert_eq!(
        refused(&server, &format!("/ws?token={token}"), &[]).await,
        503
    );
    assert_eq!(asked(&server, "GET", ANY, None).await.0, 401);
    assert_eq!(
        asked(&server, "GET", "/healthz", None).await.0,
        200,
        "it serves all the same"
    );
    let _issuer = Issuer::start_on(down, &[&key]).await;
    becomes(&server, &token, 200).await;
}

#[tokio::test]
async fn keys_come_over_encryption_and_from_an_issuer_that_this_machine_trusts() {
    let key = SigningKey::ec("1");
    let token = key.sign(&claims("ana", json!("client")));
    let issuer = Issuer::start(&[&key]).await;
    let certificate = Certificate::new();
    let port = certificate.before(issuer.address()).await;
    let url = format!("https://localhost:{port}/keys");
    let trusted = certificate.path("cert.pem");
    let trusting = server_with(&url, &[("SSL_CERT_FILE", trusted.to_str().unwrap())]);
    assert_eq!(status(&trusting, &token).await, 200);
    let stranger = Certificate::new();
    let other = stranger.path("cert.pem");
    let wary = server_with(&url, &[("SSL_CERT_FILE", other.to_str().unwrap())]);
    assert_eq!(status(&wary, &token).await, 503);
    assert_eq!(issuer.asked(), 1);
}
