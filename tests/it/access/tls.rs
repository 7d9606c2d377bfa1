//! Encryption: what is said over it, and what a wrong certificate is told.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use futures_util::{SinkExt, StreamExt};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use crate::support::server::{Server, http_client};

/// A certificate for this machine, and its key.
pub struct Certificate {
    folder: tempfile::TempDir,
}

impl Certificate {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ])
            .args(["-days", "1", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(folder.path())
            .output()
            .expect("openssl is there; scripts/setup test installs it");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes connections that are encrypted with this, and passes what they say on to `behind`. Gives its port.
    pub async fn before(&self, behind: SocketAddr) -> u16 {
        let chain = vec![CertificateDer::from_pem_file(self.path("cert.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.path("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                // Whoever does not trust this goes away again.
                if let Ok(mut encrypted) = acceptor.accept(connection).await {
                    let mut plain = TcpStream::connect(behind).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut encrypted, &mut plain).await;
                }
            }
        });
        port
    }

    /// A client's side that trusts this certificate alone and speaks these protocols.
    fn trusted(&self, protocols: &[&str]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(self.path("cert.pem")).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Arc::new(config).into()
    }

    async fn connect(&self, address: &str, protocols: &[&str]) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        self.trusted(protocols).connect(name, stream).await.unwrap()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn encrypted(certificate: &Certificate, more: &[(&str, &str)]) -> Server {
    let (cert, key) = (certificate.path("cert.pem"), certificate.path("key.pem"));
    let mut environment = vec![
        ("INTERPRES__SERVER__TLS__CERT", text(&cert)),
        ("INTERPRES__SERVER__TLS__KEY", text(&key)),
    ];
    environment.extend_from_slice(more);
    Server::with(&environment)
}

#[tokio::test]
async fn requests_and_conversations_are_encrypted() {
    let certificate = Certificate::new();
    let server = encrypted(&certificate, &[]);
    let _ = http_client();
    let pem = std::fs::read(certificate.path("cert.pem")).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .no_proxy()
        .build()
        .unwrap();
    let port = server.address().rsplit(':').next().unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let health: Value = client
            .get(format!("https://{host}:{port}/api/health"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(health["services"]["websocket"], "healthy", "{health}");
    }
    // This machine is known by its name and address over encryption too, and pages of others are kept out.
    let request = client
        .post(format!("https://localhost:{port}/api/rooms"))
        .json(&json!({}));
    let own = request
        .try_clone()
        .unwrap()
        .header("origin", format!("https://localhost:{port}"));
    assert_eq!(own.send().await.unwrap().status(), 201);
    let foreign = request.header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);

    let stream = certificate.connect(server.address(), &["http/1.1"]).await;
    let request = format!("wss://localhost:{port}/ws")
        .into_client_request()
        .unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream)
        .await
        .unwrap();
    let next = async |socket: &mut tokio_tungstenite::WebSocketStream<_>| loop {
        if let Message::Text(text) = StreamExt::next(socket).await.unwrap().unwrap() {
            return serde_json::from_str::<Value>(&text).unwrap();
        }
    };
    assert_eq!(next(&mut socket).await["type"], "connected");
    let create = json!({"type": "create_session"}).to_string();
    socket.send(Message::text(create)).await.unwrap();
    assert_eq!(next(&mut socket).await["type"], "session_created");
}

#[tokio::test]
async fn who_can_speak_http_2_is_answered_in_it() {
    let certificate = Certificate::new();
    let server = encrypted(&certificate, &[]);
    for (offered, taken) in [
        (&["h2", "http/1.1"][..], Some(&b"h2"[..])),
        (&["http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let stream = certificate.connect(server.address(), offered).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), taken, "{offered:?}");
    }
    // Without encryption there is no answer, and the server goes on.
    let plain = server.request("GET", "/healthz").send().await;
    assert!(plain.is_err(), "{plain:?}");
    let _ = certificate.connect(server.address(), &["h2"]).await;
}

/// What a server says that does not start.
fn complaint(cert: &Path, key: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_interpres"))
        .arg("serve")
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("PORT", "0")
        .env("INTERPRES__SERVER__TLS__CERT", cert)
        .env("INTERPRES__SERVER__TLS__KEY", key)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(1));
    String::from_utf8(ended.stderr).unwrap()
}

#[test]
fn a_wrong_certificate_stops_the_start_with_the_setting_and_what_to_do() {
    let (one, other) = (Certificate::new(), Certificate::new());
    let (cert, key) = (one.path("cert.pem"), one.path("key.pem"));
    let broken = one.path("broken.pem");
    let body = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&broken, body.replace("-----END", "----END")).unwrap();
    let missing = one.path("missing.pem");
    for (cert, key, told) in [
        (&missing, &key, "server.tls.cert: "),
        (&cert, &missing, "server.tls.key: "),
        (&key, &key, "server.tls.cert: "),
        (&cert, &cert, "server.tls.key: "),
        (&cert, &broken, "server.tls.key: "),
        (
            &cert,
            &other.path("key.pem"),
            "server.tls.cert and server.tls.key: ",
        ),
    ] {
        let line = complaint(cert, key);
        assert!(line.contains(told) && line.contains("; name "), "{line}");
        let secret = body.lines().nth(1).unwrap();
        assert!(!line.contains(secret), "{line}");
    }
}
