//! What a browser may do with what it got here: Content-Security-Policy and Permissions-Policy.

use actix_web::http::header::HeaderValue;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// For all that is no page: it may load from here and talk to here, and nobody may frame it.
pub(super) const OTHER: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The page of the API documentation sets styles on its elements, in its markup.
pub(super) const DOCUMENTATION: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

/// The page takes the microphone and nothing else. Only what browsers know stands here: of others they complain aloud.
pub(super) const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "microphone=(self), camera=(), display-capture=(), geolocation=(), midi=(), payment=(), usb=()",
);

/// What an element of a page carries to be let in by that page's policy.
pub(super) struct Nonce(String);

impl Nonce {
    /// One that nobody can guess: 128 random bits, as base64.
    pub(super) fn fresh() -> Self {
        Self(BASE64.encode(rand::random::<[u8; 16]>()))
    }

    /// As it stands in the page.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The policy of the one page that carries it: styles that its own scripts insert are let in by the nonce; no script
    /// and no style stands in the markup. Audio worklets may be made from blobs.
    pub(super) fn policy(&self) -> String {
        let nonce = &self.0;
        format!(
            "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; worker-src 'self' \
             blob:; media-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nonce_is_another_and_has_128_bits() {
        let (one, other) = (Nonce::fresh(), Nonce::fresh());
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(BASE64.decode(one.as_str()).unwrap().len(), 16);
    }

    #[test]
    fn the_page_may_do_what_all_else_may_and_its_policy_is_not_unsafe() {
        let nonce = Nonce::fresh();
        let policy = nonce.policy();
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(HeaderValue::from_str(&policy).is_ok());
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in OTHER.to_str().unwrap().split("; ") {
            assert!(directives.contains(&directive), "{directive}");
        }
    }
}
