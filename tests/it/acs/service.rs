//! A service that answers what it is told to and remembers what it was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use interpres::links::acs::{
    client::{Client, ClientSettings},
    signing::{AccessKey, Authorise, Endpoint},
};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use time::{OffsetDateTime, macros::datetime};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The key of all goldens.
pub const KEY: &str =
    "Z29sZGVuLWFjcy1hY2Nlc3Mta2V5LWZvci10ZXN0cy1vbmx5LW5vdC1hLXNlY3JldC0wMTIzNDU2Nzg5QUJDRA==";

/// The time of day of most goldens.
pub const NOW: OffsetDateTime = datetime!(2026-11-20 11:35:28 UTC);

pub fn key() -> AccessKey {
    AccessKey::parse(&KEY.into()).unwrap()
}

/// What the service does with one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Says this.
    Says {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Closes the connection.
    HangsUp,
    /// Never answers.
    Waits,
}

impl Answer {
    pub fn says(status: u16, body: impl Into<String>) -> Self {
        Self::Says {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Says { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// As a golden has it.
    pub fn golden(response: &Value) -> Self {
        let body = match &response["body"] {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let status = response["status"].as_u64().unwrap().try_into().unwrap();
        let headers = response["headers"].as_object().unwrap();
        headers
            .iter()
            .fold(Self::says(status, body), |answer, (name, value)| {
                answer.with(name, value.as_str().unwrap())
            })
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("{name} of {self:?}"))
    }
}

/// What decides an answer by what is asked.
type Script = Box<dyn FnMut(&Asked) -> Answer + Send>;

struct State {
    answers: Script,
    asked: Vec<Asked>,
}

/// The service, on a free port; `{BASE}` in an answer is its address.
pub struct Service {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl Service {
    /// One that gives these answers, one after the other.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        let none = Answer::says(418, "nobody told what to answer");
        Self::answering(move |_| answers.pop_front().unwrap_or_else(|| none.clone())).await
    }

    /// One that answers as `script` says.
    pub async fn answering(script: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        // What main does: the links encrypt by the process's own library.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            answers: Box::new(script),
            asked: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&shared), address));
            }
        });
        Self {
            address,
            state,
            serving,
        }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    pub fn settings(&self) -> ClientSettings {
        ClientSettings {
            pause: Duration::from_millis(5),
            ..ClientSettings::new(Endpoint::parse(&self.base()).unwrap())
        }
    }

    /// A client of it, at the time of day [`NOW`].
    pub fn client(&self) -> Client {
        self.client_with(self.settings())
    }

    pub fn client_with(&self, settings: ClientSettings) -> Client {
        let chance = StdRng::seed_from_u64(6);
        Client::new(settings, Arc::new(key()), Arc::new(|| NOW.into()), chance).unwrap()
    }

    /// A client that says otherwise who it is.
    pub fn client_as(&self, authorise: impl Authorise + 'static) -> Client {
        let chance = StdRng::seed_from_u64(6);
        Client::new(
            self.settings(),
            Arc::new(authorise),
            Arc::new(|| NOW.into()),
            chance,
        )
        .unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(connection: TcpStream, state: Arc<Mutex<State>>, address: SocketAddr) {
    let mut connection = BufReader::new(connection);
    while let Some(asked) = read(&mut connection).await {
        let answer = {
            let mut state = state.lock().unwrap();
            let answer = (state.answers)(&asked);
            state.asked.push(asked);
            answer
        };
        let (status, headers, body) = match answer {
            Answer::Says {
                status,
                headers,
                body,
            } => (status, headers, body),
            Answer::HangsUp => return,
            Answer::Waits => std::future::pending().await,
        };
        let body = body.replace("@@BASE@@", &format!("http://{address}"));
        let mut head = format!("HTTP/1.1 {status} Said\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if status != 204 {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let whole = format!("{head}\r\n{body}");
        if connection.write_all(whole.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(connection: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    connection.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().ok()?];
    connection.read_exact(&mut body).await.ok()?;
    Some(Asked {
        method,
        target,
        headers,
        body,
    })
}
