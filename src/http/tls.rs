//! Encryption by settings: a certificate and its key from PEM files, checked at the start.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;

/// Why a certificate is of no use. Nothing of the key is ever told.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds something else.
    #[error("{setting}: {path}: {reason}")]
    File {
        /// `server.tls.cert` or `server.tls.key`.
        setting: &'static str,
        /// As it was set.
        path: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Certificate and key do not belong together, or the certificate is none that a server can show.
    #[error(
        "server.tls.cert and server.tls.key: {0}; name a certificate (its own first, then its issuers') and the private key \
         that it was made for"
    )]
    Pair(String),
}

/// What the server shows to those who connect; nothing if no certificate is set.
///
/// # Errors
/// [`TlsError`], with the setting and what to do.
pub fn configuration(settings: &Tls) -> Result<Option<ServerConfig>, TlsError> {
    let (Some(cert), Some(key)) = (&settings.cert, &settings.key) else {
        return Ok(None);
    };
    let unfit = |setting, path: &Path, error: pem::Error, wanted: &str| TlsError::File {
        setting,
        path: path.display().to_string(),
        reason: match error {
            pem::Error::Io(error) => {
                format!("cannot be read: {error}; name a file that the server's user can read")
            }
            // What is wrong with the text would repeat some of it.
            _ => format!("holds no {wanted} in PEM form; name a file that does"),
        },
    };
    let no_cert = |error| unfit("server.tls.cert", cert, error, "certificate");
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .map_err(no_cert)?
        .collect::<Result<_, _>>()
        .map_err(no_cert)?;
    if chain.is_empty() {
        return Err(no_cert(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unfit("server.tls.key", key, error, "unencrypted private key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pair = |error: rustls::Error| TlsError::Pair(error.to_string());
    // actix-web adds what is spoken inside: HTTP/2 and HTTP/1.1.
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map(Some)
        .map_err(pair)
}
