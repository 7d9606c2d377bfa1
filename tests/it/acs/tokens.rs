//! Who may call us: every token of the goldens, and keys that come and go.

use std::time::Duration;

use interpres::{
    domain::time::Timestamp,
    links::{
        acs::tokens::{ISSUER, TokenError, TokenRules, Tokens},
        keys::Issuer,
    },
};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::golden::{json as golden, text};
use super::service::{Answer, Service};
use crate::access::issuer::SigningKey;

const AUDIENCE: &str = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4";
const CONFIGURATION: &str = "/calling/.well-known/acsopenidconfiguration";

/// The time at which the cases of the goldens are as they say.
fn now() -> Timestamp {
    let seconds = golden("jwt/cases.json")["now"].as_u64().unwrap();
    Timestamp::from_unix_millis(seconds * 1_000)
}

fn rules() -> TokenRules {
    TokenRules {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        leeway: Duration::from_secs(60),
        role: None,
    }
}

fn configuration() -> Answer {
    let mut golden = golden("jwt/openid_configuration.json");
    golden["jwks_uri"] = json!("@@BASE@@/calling/keys");
    Answer::says(200, golden.to_string())
}

fn keys(keys: &[Value]) -> [Answer; 2] {
    let keys = json!({"keys": keys}).to_string();
    [configuration(), Answer::says(200, keys)]
}

/// A service whose keys are these, one set after the other; it has none once they are used up.
async fn publishing(sets: impl IntoIterator<Item = [Answer; 2]>) -> Service {
    Service::start(sets.into_iter().flatten()).await
}

fn tokens_by(service: &Service, rules: &TokenRules) -> Tokens {
    let url = format!("{}{CONFIGURATION}", service.base());
    let issuer = Issuer::of_configuration(&url, &rules.issuer, "acs.openid_url").unwrap();
    Tokens::new(rules, issuer, &Handle::current())
}

fn tokens(service: &Service) -> Tokens {
    tokens_by(service, &rules())
}

/// How often keys were fetched.
fn fetched(service: &Service) -> usize {
    let asked = service.asked();
    asked
        .iter()
        .filter(|asked| asked.target == "/calling/keys")
        .count()
}

async fn check(tokens: &Tokens, token: &str) -> Result<(), TokenError> {
    let told = tokens.check(Some(&format!("Bearer {token}")), now()).await;
    told.map(|claims| assert_eq!(claims["iss"], ISSUER))
}

fn published(file: &str) -> Vec<Value> {
    golden(&format!("jwt/{file}.json"))["keys"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn every_case_has_its_verdict() {
    let cases = golden("jwt/cases.json");
    assert_eq!(
        (text(&cases, "issuer"), text(&cases, "audience")),
        (ISSUER, AUDIENCE)
    );
    let service = publishing([keys(&published("jwks")), keys(&published("jwks"))]).await;
    let tokens = tokens(&service);
    let mut refreshes = 0;
    for case in cases["cases"].as_array().unwrap() {
        let name = text(case, "name");
        let verdict = check(&tokens, text(case, "token")).await;
        let expected = match name {
            "valid_callback_5min" | "valid_websocket_24h" => Ok(()),
            "expired_10min_ago" => Err(TokenError::Expired),
            "wrong_audience" => Err(TokenError::Audience),
            "issuer_trailing_slash" => Err(TokenError::Issuer),
            "no_audience" => Err(TokenError::Claims),
            "attacker_key_known_kid" | "tampered_payload" => Err(TokenError::Signature),
            "unknown_kid" => Err(TokenError::UnknownKey),
            "alg_none" | "alg_hs256_with_public_key_as_secret" | "rs512_not_allowed" => {
                Err(TokenError::Algorithm)
            }
            "garbage" => Err(TokenError::Malformed),
            other => panic!("nobody knows {other}"),
        };
        assert_eq!(verdict, expected, "{name}");
        let wanted = text(case, "expect");
        assert_eq!(verdict.is_ok(), wanted == "accept", "{name}");
        refreshes += usize::from(wanted == "reject_after_one_jwks_refresh");
        assert_eq!(fetched(&service), 1 + refreshes, "{name}");
    }
    assert_eq!(refreshes, 1);
    // The same unknown key again has nothing fetched for a while.
    let case = &cases["cases"].as_array().unwrap()[7];
    assert_eq!(
        check(&tokens, text(case, "token")).await,
        Err(TokenError::UnknownKey)
    );
    assert_eq!(fetched(&service), 2);
}

/// Claims that are good at the time of the goldens.
fn claims() -> Value {
    let now = golden("jwt/cases.json")["now"].as_i64().unwrap();
    json!({"iss": ISSUER, "aud": AUDIENCE, "exp": now + 300, "nbf": now})
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[field] = value;
    claims
}

#[tokio::test]
async fn claims_are_there_and_in_time_within_the_leeway() {
    let key = SigningKey::rsa("one");
    let service = publishing([keys(&[key.published()])]).await;
    let tokens = tokens(&service);
    let now = golden("jwt/cases.json")["now"].as_i64().unwrap();
    let mut without_end = claims();
    without_end.as_object_mut().unwrap().remove("exp");
    let mut without_issuer = claims();
    without_issuer.as_object_mut().unwrap().remove("iss");
    for (claims, verdict) in [
        (claims(), Ok(())),
        (with("aud", json!([AUDIENCE, "other"])), Ok(())),
        (with("exp", json!(now - 59)), Ok(())),
        (with("exp", json!(now - 60)), Err(TokenError::Expired)),
        (with("nbf", json!(now + 60)), Ok(())),
        (with("nbf", json!(now + 61)), Err(TokenError::NotYetValid)),
        (with("exp", json!("soon")), Err(TokenError::Claims)),
        (with("exp", Value::Null), Err(TokenError::Claims)),
        (without_end, Err(TokenError::Claims)),
        (without_issuer, Err(TokenError::Claims)),
        (
            with("aud", json!(AUDIENCE.to_uppercase())),
            Err(TokenError::Audience),
        ),
    ] {
        assert_eq!(
            check(&tokens, &key.sign(&claims)).await,
            verdict,
            "{claims}"
        );
    }
    let unnamed = key.sign_as(None, &claims());
    assert_eq!(check(&tokens, &unnamed).await, Err(TokenError::UnknownKey));
    let good = key.sign(&claims());
    for (header, verdict) in [
        (None, Err(TokenError::Missing)),
        (Some(String::new()), Err(TokenError::Missing)),
        (Some("Bearer ".to_owned()), Err(TokenError::Missing)),
        (Some(format!("Basic {good}")), Err(TokenError::Missing)),
        (Some(good.clone()), Err(TokenError::Missing)),
        (Some(format!("bearer  {good}")), Ok(())),
    ] {
        let told = tokens.check(header.as_deref(), self::now()).await;
        assert_eq!(told.map(drop), verdict, "{header:?}");
    }
    assert!(TokenError::Missing.code().starts_with("acs_token_"));
}

#[tokio::test]
async fn a_leeway_is_never_more_than_five_minutes() {
    let key = SigningKey::rsa("one");
    let service = publishing([keys(&[key.published()])]).await;
    let rules = TokenRules {
        leeway: Duration::from_secs(3_600),
        ..rules()
    };
    let tokens = tokens_by(&service, &rules);
    let now = golden("jwt/cases.json")["now"].as_i64().unwrap();
    for (ago, verdict) in [(299, Ok(())), (300, Err(TokenError::Expired))] {
        let token = key.sign(&with("exp", json!(now - ago)));
        assert_eq!(check(&tokens, &token).await, verdict);
    }
}

#[tokio::test]
async fn a_key_that_comes_in_the_middle_of_a_call_is_fetched_and_the_old_one_goes() {
    let (old, new) = (SigningKey::rsa("old"), SigningKey::rsa("new"));
    let (before, after) = (keys(&[old.published()]), keys(&[new.published()]));
    let service = publishing([before, after]).await;
    let tokens = tokens(&service);
    assert_eq!(check(&tokens, &old.sign(&claims())).await, Ok(()));
    let callbacks: Vec<_> = (0..4).map(|_| new.sign(&claims())).collect();
    let all = futures_util::future::join_all(callbacks.iter().map(|token| check(&tokens, token)));
    assert_eq!(all.await, [Ok(()); 4]);
    assert_eq!(fetched(&service), 2, "all of them waited for one");
    assert_eq!(
        check(&tokens, &old.sign(&claims())).await,
        Err(TokenError::UnknownKey)
    );
    assert_eq!(fetched(&service), 2);
}

#[tokio::test]
async fn the_goldens_own_rotation_leaves_the_old_key_good() {
    let cases = golden("jwt/cases.json");
    let valid = text(&cases["cases"][0], "token").to_owned();
    let unknown = text(&cases["cases"][7], "token").to_owned();
    let service = publishing([
        keys(&published("jwks")),
        keys(&published("jwks_after_rotation")),
    ])
    .await;
    let tokens = tokens(&service);
    assert_eq!(check(&tokens, &valid).await, Ok(()));
    assert_eq!(check(&tokens, &unknown).await, Err(TokenError::UnknownKey));
    assert_eq!(fetched(&service), 2);
    assert_eq!(check(&tokens, &valid).await, Ok(()));
}

#[tokio::test]
async fn who_cannot_be_asked_is_not_believed_and_what_is_known_stays() {
    let key = SigningKey::rsa("one");
    let other = SigningKey::rsa("other");
    // Up once, and then away.
    let service = publishing([keys(&[key.published()])]).await;
    let tokens = tokens(&service);
    assert_eq!(check(&tokens, &key.sign(&claims())).await, Ok(()));
    assert_eq!(
        check(&tokens, &other.sign(&claims())).await,
        Err(TokenError::KeysUnavailable)
    );
    assert_eq!(
        check(&tokens, &key.sign(&claims())).await,
        Ok(()),
        "stale while it is away"
    );
    // Never up, or not what it says it is.
    let other_issuer = Answer::says(
        200,
        json!({"issuer": "https://evil.example", "jwks_uri": "@@BASE@@/calling/keys"}).to_string(),
    );
    let insecure = Answer::says(
        200,
        json!({"issuer": ISSUER, "jwks_uri": "http://evil.example/keys"}).to_string(),
    );
    let set = Answer::says(200, json!({"keys": [key.published()]}).to_string());
    for first in [
        Answer::says(503, ""),
        Answer::says(200, "<html>"),
        other_issuer,
        insecure,
    ] {
        let service = Service::start([first, set.clone()]).await;
        let tokens = self::tokens(&service);
        let verdict = check(&tokens, &key.sign(&claims())).await;
        assert_eq!(verdict, Err(TokenError::KeysUnavailable));
        assert_eq!(fetched(&service), 0);
    }
}

#[tokio::test]
async fn whoever_must_have_a_role_has_it() {
    const ROLE: &str = "AzureEventGridSecureWebhookSubscriber";
    let key = SigningKey::rsa("one");
    let service = publishing([keys(&[key.published()])]).await;
    let rules = TokenRules {
        role: Some(ROLE.to_owned()),
        ..rules()
    };
    let tokens = tokens_by(&service, &rules);
    for (claims, verdict) in [
        (with("roles", json!(["Other", ROLE])), Ok(())),
        (with("roles", json!([])), Err(TokenError::Role)),
        (with("roles", json!(ROLE)), Err(TokenError::Role)),
        (claims(), Err(TokenError::Role)),
    ] {
        assert_eq!(
            check(&tokens, &key.sign(&claims)).await,
            verdict,
            "{claims}"
        );
    }
}
