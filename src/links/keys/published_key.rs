//! One public key as its issuer publishes it (RFC 7517), and which signatures it may check.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde_json::Value as Json;

/// A key that signatures are checked with.
#[derive(Debug, Clone)]
pub struct PublishedKey {
    pub id: Option<String>,
    pub algorithms: Vec<Algorithm>,
    pub key: DecodingKey,
}

impl PublishedKey {
    /// The key in this form; nothing if it is of no use here. Never a shared secret, and never an algorithm that the key is
    /// not for: a public key taken for a secret would let everybody sign.
    pub fn read(json: &Json) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
        let common = &jwk.common;
        let is_for_signatures = common
            .public_key_use
            .as_ref()
            .is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
            && common
                .key_operations
                .as_ref()
                .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        if !is_for_signatures {
            return None;
        }
        let possible: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => return None,
        };
        let algorithms = match common.key_algorithm {
            None => possible.to_vec(),
            Some(named) => {
                let named = Algorithm::try_from(named).ok()?;
                possible.contains(&named).then(|| vec![named])?
            }
        };
        Some(Self {
            id: common.key_id.clone(),
            algorithms,
            key: DecodingKey::from_jwk(&jwk).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_checks_what_it_is_for_and_nothing_else() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "one"});
        let ec = json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
        let with = |key: &Json, field: &str, value: Json| {
            let mut key = key.clone();
            key[field] = value;
            PublishedKey::read(&key).map(|key| key.algorithms)
        };
        let all = AlgorithmFamily::Rsa.algorithms().to_vec();
        assert_eq!(with(&rsa, "use", json!("sig")), Some(all.clone()));
        assert_eq!(with(&rsa, "key_ops", json!(["verify"])), Some(all));
        assert_eq!(
            with(&rsa, "alg", json!("RS256")),
            Some(vec![Algorithm::RS256])
        );
        assert_eq!(
            with(&ec, "alg", json!("ES256")),
            Some(vec![Algorithm::ES256])
        );
        for (key, field, value) in [
            (&rsa, "alg", json!("HS256")),
            (&rsa, "alg", json!("ES256")),
            (&rsa, "alg", json!("RSA-OAEP")),
            (&rsa, "alg", json!("none")),
            (&rsa, "use", json!("enc")),
            (&rsa, "key_ops", json!(["encrypt"])),
            (&rsa, "kty", json!("oct")),
            (&rsa, "n", json!("?")),
            (&ec, "crv", json!("P-521")),
            (&ec, "crv", json!("secp256k1")),
            (&ec, "alg", json!("ES384")),
        ] {
            assert_eq!(with(key, field, value.clone()), None, "{field}: {value}");
        }
        let shared = json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"});
        assert!(PublishedKey::read(&shared).is_none());
        assert_eq!(PublishedKey::read(&rsa).unwrap().id.as_deref(), Some("one"));
    }
}
