//! How connections to providers are encrypted: by the one library that everything is, trusting whom this machine trusts.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::domain::engine::{EngineError, Trouble};

/// How we encrypt and whom we trust; made once, as that reads this machine's certificates.
///
/// # Errors
/// [`Trouble::Unavailable`] if this machine has no certificates to know others by.
pub fn encryption() -> Result<Arc<ClientConfig>, EngineError> {
    static MADE: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(Arc::clone(made));
    }
    let made = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| {
            EngineError::new(
                Trouble::Unavailable,
                format!("no encrypted connection can be made: {error}"),
            )
        })?
        .with_no_client_auth();
    Ok(Arc::clone(MADE.get_or_init(|| Arc::new(made))))
}
