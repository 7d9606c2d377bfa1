//! What a token's claims say of its bearer, once its signature is known to be good.

use jsonwebtoken::Validation;
use serde_json::{Map, Value as Json};
use time::OffsetDateTime;

use super::refusal::Refusal;
use crate::config::Jwt;
use crate::domain::access::{Access, Role, is_subject};

/// How far the clocks of issuer and server may be apart, in seconds: machines that keep time by NTP are within one.
pub(super) const LEEWAY: u64 = 5;

/// What is asked of every token, whatever it is signed with.
pub(super) fn validation(jwt: &Jwt) -> Validation {
    let mut validation = Validation {
        leeway: LEEWAY,
        validate_nbf: true,
        ..Validation::default()
    };
    // The settings hold both wherever tokens are taken; without them nothing matches.
    validation.set_issuer(&[jwt.issuer.clone().unwrap_or_default()]);
    validation.set_audience(&[jwt.audience.clone().unwrap_or_default()]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation
}

/// Who the bearer is.
pub(super) fn bearer(claims: &Map<String, Json>, role_claim: &str) -> Result<Access, Refusal> {
    let subject = claims
        .get("sub")
        .and_then(Json::as_str)
        .filter(|subject| is_subject(subject))
        .ok_or(Refusal::Unauthenticated(
            "the token names no subject (sub) of 1 to 128 characters",
        ))?;
    let expires_at = claims.get("exp").and_then(Json::as_f64).and_then(|expiry| {
        // The first second in which the token is refused. One after the year 9999 is no end that matters.
        let over = (expiry as i64).saturating_add_unsigned(LEEWAY + 1);
        OffsetDateTime::from_unix_timestamp(over).ok()
    });
    let role = role(claims, role_claim).ok_or(Refusal::NoRole)?;
    Ok(Access {
        role,
        subject: Some(subject.to_owned()),
        expires_at: expires_at.map(Into::into),
    })
}

/// The highest role known here that the claim holds.
fn role(claims: &Map<String, Json>, name: &str) -> Option<Role> {
    match claims.get(name).or_else(|| inside(claims, name))? {
        Json::String(role) => Role::named(role),
        Json::Array(roles) => roles
            .iter()
            .filter_map(|role| Role::named(role.as_str()?))
            .max(),
        _ => None,
    }
}

/// What `realm_access.roles` finds, as some issuers put it.
fn inside<'a>(claims: &'a Map<String, Json>, path: &str) -> Option<&'a Json> {
    let mut steps = path.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(claims: Json, role_claim: &str) -> Result<Access, Refusal> {
        bearer(claims.as_object().unwrap(), role_claim)
    }

    #[test]
    fn the_highest_known_role_counts_wherever_the_claim_lies() {
        for (claims, name, role) in [
            (json!({"role": "operator"}), "role", Some(Role::Operator)),
            (
                json!({"role": ["client", "admin", "operator"]}),
                "role",
                Some(Role::Admin),
            ),
            (
                json!({"role": ["janitor", 7, "client"]}),
                "role",
                Some(Role::Client),
            ),
            (
                json!({"https://a.example/roles": ["client"]}),
                "https://a.example/roles",
                Some(Role::Client),
            ),
            (
                json!({"realm_access": {"roles": ["operator"]}}),
                "realm_access.roles",
                Some(Role::Operator),
            ),
            (json!({"realm_access": []}), "realm_access.roles", None),
            (json!({"role": "Admin"}), "role", None),
            (json!({"role": {"admin": true}}), "role", None),
            (json!({"role": []}), "role", None),
            (json!({"role": null}), "role", None),
            (json!({}), "role", None),
        ] {
            let mut whole = claims.clone();
            whole["sub"] = json!("ana");
            let found = read(whole, name);
            match role {
                Some(role) => assert_eq!(found.unwrap().role, role, "{claims}"),
                None => assert_eq!(found, Err(Refusal::NoRole), "{claims}"),
            }
        }
    }

    #[test]
    fn a_subject_is_asked_for_and_an_end_is_kept() {
        for sub in [
            json!(null),
            json!(""),
            json!(7),
            json!("a\nb"),
            json!("x".repeat(129)),
        ] {
            let refused = read(json!({"sub": sub, "role": "client"}), "role");
            assert!(matches!(refused, Err(Refusal::Unauthenticated(_))), "{sub}");
        }
        let access = |exp: Json| read(json!({"sub": "ana", "role": "client", "exp": exp}), "role");
        let ends = access(json!(1_700_000_000)).unwrap().expires_at.unwrap();
        assert_eq!(ends.to_string(), "2023-11-14T22:13:26.000Z");
        assert_eq!(access(json!(u64::MAX)).unwrap().expires_at, None);
    }
}
