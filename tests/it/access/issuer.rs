//! Somebody who issues tokens: keys made on the spot, and a small HTTP server that publishes them.

use std::{
    net::SocketAddr,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

pub const ISSUER: &str = "https://issuer.example/";
pub const AUDIENCE: &str = "interpres";
pub const SECRET: &str = "a-secret-that-issuer-and-server-share";

/// Now, in seconds since 1970, and so much later.
pub fn in_seconds(later: i64) -> i64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    now.as_secs() as i64 + later
}

/// Claims that are good for ten minutes.
pub fn claims(subject: &str, role: Value) -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": in_seconds(600), "role": role})
}

/// Settings of a server that shares this secret with its issuer.
pub fn shared_secret(secret: &str) -> [(&'static str, &str); 3] {
    [
        ("INTERPRES__AUTH__JWT__ISSUER", ISSUER),
        ("INTERPRES__AUTH__JWT__AUDIENCE", AUDIENCE),
        ("INTERPRES__AUTH__JWT__SECRET", secret),
    ]
}

pub fn signed_with_secret(secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// A private key, as PEM.
fn generated(arguments: &[&str]) -> Vec<u8> {
    let made = Command::new("openssl")
        .arg("genpkey")
        .args(arguments)
        .output();
    let made = made.expect("openssl is there; scripts/setup test installs it");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    made.stdout
}

/// A key pair with a name.
#[derive(Clone)]
pub struct SigningKey {
    pub id: &'static str,
    pub algorithm: Algorithm,
    pem: Vec<u8>,
    key: EncodingKey,
}

impl SigningKey {
    pub fn rsa(id: &'static str) -> Self {
        let pem = generated(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
        let key = EncodingKey::from_rsa_pem(&pem).unwrap();
        Self {
            id,
            algorithm: Algorithm::RS256,
            pem,
            key,
        }
    }

    pub fn ec(id: &'static str) -> Self {
        let pem = generated(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        let key = EncodingKey::from_ec_pem(&pem).unwrap();
        Self {
            id,
            algorithm: Algorithm::ES256,
            pem,
            key,
        }
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(self.id), claims)
    }

    /// By another algorithm of the same family.
    pub fn sign_by(&self, algorithm: Algorithm, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = Some(self.id.to_owned());
        encode(&header, claims, &self.key).unwrap()
    }

    /// Under another name, or none.
    pub fn sign_as(&self, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = id.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }

    /// As its issuer publishes it.
    pub fn published(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    /// The public half in the forms in which a forger may take it for a secret.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("private.pem");
        std::fs::write(&path, &self.pem).unwrap();
        ["PEM", "DER"]
            .map(|form| {
                let made = Command::new("openssl")
                    .args(["pkey", "-pubout", "-outform", form, "-in"])
                    .arg(&path)
                    .output()
                    .unwrap();
                assert!(made.status.success());
                made.stdout
            })
            .into()
    }
}

/// Where keys are published.
pub struct Issuer {
    address: SocketAddr,
    keys: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Issuer {
    /// On a free port.
    pub async fn start(keys: &[&SigningKey]) -> Self {
        Self::start_on(Self::down(), keys).await
    }

    /// An address that is kept for an issuer: nobody else gets it, and who connects to it is refused.
    pub fn down() -> TcpSocket {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        socket
    }

    /// On an address that was kept.
    pub async fn start_on(kept: TcpSocket, keys: &[&SigningKey]) -> Self {
        let listener = kept.listen(64).unwrap();
        let address = listener.local_addr().unwrap();
        let (body, asked) = (
            Arc::new(Mutex::new(String::new())),
            Arc::new(AtomicUsize::new(0)),
        );
        let serving = tokio::spawn(serve(listener, Arc::clone(&body), Arc::clone(&asked)));
        let issuer = Self {
            address,
            keys: body,
            asked,
            serving,
        };
        issuer.publish(keys);
        issuer
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[&SigningKey]) {
        let keys: Vec<_> = keys.iter().map(|key| key.published()).collect();
        *self.keys.lock().unwrap() = json!({"keys": keys}).to_string();
    }

    pub fn publish_text(&self, text: &str) {
        *self.keys.lock().unwrap() = text.to_owned();
    }

    pub fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Ends it.
    pub async fn stop(self) {
        self.serving.abort();
        while tokio::net::TcpStream::connect(self.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Answers every request with what is published just then, one request a connection.
async fn serve(listener: TcpListener, keys: Arc<Mutex<String>>, asked: Arc<AtomicUsize>) {
    while let Ok((mut connection, _)) = listener.accept().await {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if !matches!(connection.read(&mut byte).await, Ok(1)) {
                break;
            }
            request.extend_from_slice(&byte);
        }
        if request.is_empty() {
            continue;
        }
        asked.fetch_add(1, Ordering::SeqCst);
        let body = keys.lock().unwrap().clone();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = connection.write_all(answer.as_bytes()).await;
    }
}
