//! The frame around every route, from outside: real servers on ports of their own, asked over real sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::dev::ServerHandle;
use actix_web::web::Json;
use actix_web::{HttpResponse, get, post};
use futures_util::StreamExt;
use interpres::config::{LoadOptions, Loaded};
use interpres::domain::access::{Access, Role};
use interpres::http::access::AccessPolicy;
use interpres::http::error::ApiError;
use interpres::http::metrics::Metrics;
use interpres::http::server::{Bound, Parts, bind};
use interpres::http::system::{Connections, HealthSource, Missing, State};
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// A server that runs until the test ends.
struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    health: Arc<Health>,
    admin_key: Option<String>,
    _data: tempfile::TempDir,
}

#[derive(Default)]
struct Health {
    lacks_translator: AtomicBool,
    has_slow_store: AtomicBool,
}

impl HealthSource for Health {
    fn missing(&self) -> Vec<Missing> {
        let lacks = self.lacks_translator.load(Ordering::Relaxed);
        lacks
            .then(|| Missing {
                what: "translator en-es".into(),
                remedy: "install it".into(),
            })
            .into_iter()
            .collect()
    }

    fn services(&self) -> BTreeMap<String, State> {
        BTreeMap::from([
            ("websocket".into(), State::Healthy),
            ("speaker-service".into(), State::NotConfigured),
        ])
    }

    fn components(&self) -> BTreeMap<String, State> {
        let slow = self.has_slow_store.load(Ordering::Relaxed);
        BTreeMap::from([(
            "store".into(),
            if slow {
                State::Degraded
            } else {
                State::Healthy
            },
        )])
    }

    fn connections(&self) -> Connections {
        Connections {
            active: 2,
            total: 5,
            peak: 3,
        }
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Greeting {
    name: String,
}

/// Says a name back.
#[utoipa::path(responses((status = 200, body = Greeting)))]
#[post("/test/greet")]
async fn greet(greeting: Json<Greeting>) -> Json<Greeting> {
    greeting
}

/// Counts a body's bytes.
#[utoipa::path(responses((status = 200, body = usize)))]
#[post("/test/length")]
async fn length(body: String) -> String {
    body.len().to_string()
}

/// Needs the highest role.
#[utoipa::path(responses((status = 200, body = String)))]
#[get("/test/secret/{number}")]
async fn secret(access: Access, number: actix_web::web::Path<u32>) -> Result<String, ApiError> {
    access.require(Role::Admin)?;
    Ok(format!("{number} for {:?}", access.subject))
}

/// Fails inside the framework, as a broken body stream would.
#[utoipa::path(responses((status = 500)))]
#[get("/test/broken")]
async fn broken() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorInternalServerError(
        "the inner secret",
    ))
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(greet)
        .service(length)
        .service(secret)
        .service(broken);
}

impl Running {
    fn start(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap();
        let mut environment = vec![
            ("PORT".into(), "0".into()),
            ("WORKERS".into(), "1".into()),
            ("DATA_DIR".into(), folder.into()),
        ];
        environment.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let loaded = Loaded::load(LoadOptions {
            environment,
            working_dir: data.path().into(),
            file: None,
        })
        .unwrap();
        let (access, key) =
            AccessPolicy::from_settings(&loaded.settings, &Handle::current()).unwrap();
        let health = Arc::new(Health::default());
        let metrics = Metrics::new().unwrap();
        let parts = Parts {
            settings: Arc::new(loaded.settings),
            access,
            metrics,
            health: health.clone(),
        };
        let bound = bind(parts, routes).unwrap();
        let address = *bound.addresses().first().unwrap();
        let admin_key = key.map(|file| file.key.expose_secret().to_owned());
        let handle = bound.handle();
        tokio::spawn(Bound::run(bound));
        // What listens on all addresses is called by the loopback one.
        let address = SocketAddr::new([127, 0, 0, 1].into(), address.port());
        Self {
            address,
            handle,
            health,
            admin_key,
            _data: data,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn get(&self, path: &str) -> Response {
        client().get(self.url(path)).send().await.unwrap()
    }

    async fn upgrade(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Option<Message>, Error> {
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
        socket.next().await.transpose()
    }
}

/// Follows no redirect and uses no proxy: what is tested is this server's own answer.
fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// The code of an error in our one shape, after its status.
async fn refusal(response: Response) -> (StatusCode, String) {
    let status = response.status();
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    let error = &body["error"];
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
            && error["details"].is_object(),
        "{body}"
    );
    (status, error["code"].as_str().unwrap().to_owned())
}

fn is(code: u16, name: &str) -> (StatusCode, String) {
    (StatusCode::from_u16(code).unwrap(), name.to_owned())
}

#[actix_web::test]
async fn every_error_has_one_shape() {
    let server = Running::start(&[("INTERPRES__SERVER__BODY_LIMIT", "1KiB")]);
    let post = |path: &str| client().post(server.url(path));
    assert_eq!(
        refusal(server.get("/nowhere").await).await,
        is(404, "not_found")
    );
    assert_eq!(
        refusal(post("/nowhere").send().await.unwrap()).await,
        is(404, "not_found")
    );
    assert_eq!(
        refusal(server.get("/test/greet").await).await,
        is(405, "method_not_allowed")
    );
    assert_eq!(
        refusal(post("/").send().await.unwrap()).await,
        is(405, "method_not_allowed")
    );
    assert_eq!(
        refusal(server.get("/test/secret/many").await).await,
        is(400, "invalid_path")
    );
    assert_eq!(
        refusal(post("/test/greet").body("{}").send().await.unwrap()).await,
        is(415, "unsupported_media_type")
    );
    assert_eq!(
        refusal(
            post("/test/greet")
                .json(&json!({"nome": 1}))
                .send()
                .await
                .unwrap()
        )
        .await,
        is(400, "invalid_json")
    );
    let large = "x".repeat(2_000);
    let greeting = post("/test/greet")
        .json(&json!({"name": large}))
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(greeting).await, is(413, "payload_too_large"));
    assert_eq!(
        refusal(
            post("/test/length")
                .body(large.clone())
                .send()
                .await
                .unwrap()
        )
        .await,
        is(413, "payload_too_large")
    );
    // Of unknown length, so that the limit is met while reading.
    let chunks =
        futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100])));
    let streamed = post("/test/length")
        .body(reqwest::Body::wrap_stream(chunks))
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(streamed).await, is(413, "payload_too_large"));
    let response = server.get("/test/broken").await;
    assert_eq!(response.status(), 500);
    let text = response.text().await.unwrap();
    assert!(
        text.contains("\"code\":\"internal\"") && !text.contains("the inner secret"),
        "{text}"
    );
}

#[actix_web::test]
async fn a_right_request_passes_the_frame() {
    let server = Running::start(&[]);
    let response = client()
        .post(server.url("/test/greet"))
        .json(&json!({"name": "Ana"}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({"name": "Ana"})
    );
    assert_eq!(
        server.get("/test/secret/7").await.text().await.unwrap(),
        "7 for None"
    );
}

#[actix_web::test]
async fn every_response_carries_an_id_and_security_headers() {
    let server = Running::start(&[]);
    let asked_with = |id: &'static str| {
        client()
            .get(server.url("/healthz"))
            .header("X-Request-Id", id)
            .send()
    };
    assert_eq!(
        asked_with("mine-1.a_b").await.unwrap().headers()["x-request-id"],
        "mine-1.a_b"
    );
    for strange in ["two words", "<script>", ""] {
        let id = asked_with(strange).await.unwrap().headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            uuid::Uuid::parse_str(&id).unwrap().get_version_num(),
            7,
            "{id}"
        );
    }
    for path in ["/", "/healthz", "/nowhere", "/docs/", "/test/broken"] {
        let response = server.get(path).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(
            header("content-security-policy").starts_with("default-src 'self'; "),
            "{path}"
        );
        assert!(
            header("content-security-policy").ends_with("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        let is_loose = header("content-security-policy").contains("unsafe-inline");
        assert_eq!(is_loose, path == "/docs/", "{path}");
    }
}

#[actix_web::test]
async fn without_keys_other_names_and_other_sites_are_refused() {
    let server = Running::start(&[]);
    let get_with = |name: &'static str, value: &'static str| {
        client()
            .get(server.url("/test/secret/1"))
            .header(name, value)
            .send()
    };
    assert_eq!(
        refusal(get_with("Host", "evil.example").await.unwrap()).await,
        is(403, "forbidden")
    );
    assert_eq!(
        get_with("Origin", "http://evil.example")
            .await
            .unwrap()
            .status(),
        200,
        "a look is not a change"
    );
    let greet_from = |origin: &'static str| {
        client()
            .post(server.url("/test/greet"))
            .header("Origin", origin)
            .json(&json!({"name": "Ana"}))
            .send()
    };
    assert_eq!(
        refusal(greet_from("http://evil.example").await.unwrap()).await,
        is(403, "forbidden")
    );
    assert_eq!(
        greet_from("http://127.0.0.1:5173").await.unwrap().status(),
        200
    );
    let upgrade = server
        .upgrade("/ws", &[("Origin", "http://evil.example")])
        .await;
    assert!(matches!(upgrade, Err(Error::Http(response)) if response.status() == 403));
    // Public routes answer by any name: a load balancer calls them by its own.
    let probe = client()
        .get(server.url("/healthz"))
        .header("Host", "interpres.example")
        .send()
        .await
        .unwrap();
    assert_eq!(probe.status(), 200);
}

#[actix_web::test]
async fn beyond_loopback_the_key_is_made_and_asked_for() {
    let server = Running::start(&[("HOST", "0.0.0.0")]);
    let key = server.admin_key.as_deref().unwrap();
    let with = |key: String| {
        client()
            .get(server.url("/test/secret/1"))
            .header("Authorization", key)
            .send()
    };
    let without = server.get("/test/secret/1").await;
    assert_eq!(without.headers()["www-authenticate"], "Bearer");
    assert_eq!(refusal(without).await, is(401, "unauthenticated"));
    for wrong in [
        format!("Bearer {}", &key[1..]),
        format!("Basic {key}"),
        format!("Bearer {key}x"),
        "Bearer ".into(),
    ] {
        assert_eq!(
            refusal(with(wrong).await.unwrap()).await,
            is(401, "unauthenticated")
        );
    }
    let right = with(format!("Bearer {key}")).await.unwrap();
    assert_eq!(right.text().await.unwrap(), "1 for Some(\"admin\")");
    // In the address a key is taken from upgrades only.
    assert_eq!(
        server
            .get(&format!("/test/secret/1?token={key}"))
            .await
            .status(),
        401
    );
    for public in ["/healthz", "/readyz", "/api/health"] {
        assert_eq!(server.get(public).await.status(), 200, "{public}");
    }
    assert_ne!(server.get("/").await.status(), 401);
    for closed in ["/metrics", "/nowhere"] {
        assert_eq!(server.get(closed).await.status(), 401, "{closed}");
    }
    assert_eq!(
        client()
            .post(server.url("/healthz"))
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
}

#[actix_web::test]
async fn an_upgrade_without_a_key_is_401_and_for_a_browser_4001() {
    let server = Running::start(&[("INTERPRES__AUTH__ADMIN_KEY", "a key of enough letters")]);
    let program = server.upgrade("/ws", &[]).await;
    assert!(matches!(program, Err(Error::Http(response)) if response.status() == 401));
    let browser = server
        .upgrade("/ws?token=wrong", &[("Origin", "http://anywhere.example")])
        .await
        .unwrap();
    let Some(Message::Close(Some(close))) = browser else {
        panic!("{browser:?}")
    };
    assert_eq!(u16::from(close.code), 4001);
    // With the key the route decides; nothing is served at /ws here.
    let known = server
        .upgrade(
            "/ws?token=a+key%20of+enough+letters",
            &[("Origin", "http://anywhere.example")],
        )
        .await;
    assert!(matches!(known, Err(Error::Http(response)) if response.status() == 404));
}

#[actix_web::test]
async fn the_documents_routes_are_served_and_the_served_ones_documented() {
    let server = Running::start(&[]);
    let document: Value = server.get("/openapi.json").await.json().await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let paths = document["paths"].as_object().unwrap();
    let mut names: Vec<&str> = paths.keys().map(String::as_str).collect();
    names.sort_unstable();
    let own = [
        "/api/access",
        "/api/health",
        "/api/metrics",
        "/healthz",
        "/metrics",
        "/readyz",
    ];
    let added = [
        "/test/broken",
        "/test/greet",
        "/test/length",
        "/test/secret/{number}",
    ];
    assert_eq!(names, [&own[..], &added[..]].concat());
    for (path, methods) in paths {
        let path = path.replace("{number}", "1");
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let status = client()
                .request(method, server.url(&path))
                .send()
                .await
                .unwrap()
                .status();
            assert!(
                status != 404 && status != 405,
                "{path} is documented and answers {status}"
            );
        }
    }
    assert!(document["components"]["schemas"]["Greeting"].is_object());
}

#[actix_web::test]
async fn the_documentations_page_needs_nothing_from_elsewhere() {
    let server = Running::start(&[]);
    let redirect = server.get("/docs").await;
    assert_eq!(
        (
            redirect.status().as_u16(),
            redirect.headers()["location"].to_str().unwrap()
        ),
        (307, "/docs/")
    );
    let page = server.get("/docs/").await.text().await.unwrap();
    let sources = page
        .split(['"', '\''])
        .filter(|text| text.ends_with(".js") || text.ends_with(".css"));
    let sources: Vec<&str> = sources.collect();
    assert!(sources.len() >= 3, "{page}");
    for source in sources {
        assert!(
            source.starts_with("./") || !source.contains('/'),
            "{source} is not from this server"
        );
        let file = server
            .get(&format!("/docs/{}", source.trim_start_matches("./")))
            .await;
        assert_eq!(file.status(), 200, "{source}");
        let kind = file.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(
            kind.contains("javascript") || kind.contains("css"),
            "{source} is {kind}"
        );
        assert!(!file.bytes().await.unwrap().is_empty());
    }
    let start = server
        .get("/docs/swagger-initializer.js")
        .await
        .text()
        .await
        .unwrap();
    assert!(
        start.contains("/openapi.json") && !start.contains("https://"),
        "{start}"
    );
    assert!(
        !page.contains("<script>"),
        "an inline script would be stopped by the page's own policy"
    );
}

#[actix_web::test]
async fn readiness_says_what_is_missing_and_health_how_it_does() {
    let server = Running::start(&[]);
    assert_eq!(
        server.get("/healthz").await.json::<Value>().await.unwrap(),
        json!({"status": "alive"})
    );
    assert_eq!(
        server.get("/readyz").await.json::<Value>().await.unwrap(),
        json!({"status": "ready", "missing": [], "warnings": []})
    );
    let health: Value = server.get("/api/health").await.json().await.unwrap();
    assert_eq!(
        health["status"], "healthy",
        "what nobody set up is no fault: {health}"
    );
    assert_eq!(
        health["services"],
        json!({"websocket": "healthy", "speaker-service": "not_configured"})
    );
    assert_eq!(
        health["connections"],
        json!({"active": 2, "total": 5, "peak": 3})
    );
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(health["uptime"].as_f64().is_some());
    for probe in ["/healthz", "/readyz", "/api/health"] {
        let response = client().head(server.url(probe)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{probe}");
        assert!(response.bytes().await.unwrap().is_empty());
    }
    server.health.has_slow_store.store(true, Ordering::Relaxed);
    assert_eq!(
        server
            .get("/api/health")
            .await
            .json::<Value>()
            .await
            .unwrap()["status"],
        "degraded"
    );
    server
        .health
        .lacks_translator
        .store(true, Ordering::Relaxed);
    assert_eq!(
        server
            .get("/api/health")
            .await
            .json::<Value>()
            .await
            .unwrap()["status"],
        "unhealthy"
    );
    let unready = server.get("/readyz").await;
    assert_eq!(unready.status(), 503);
    let told: Value = unready.json().await.unwrap();
    assert_eq!(
        told["missing"],
        json!([{"what": "translator en-es", "remedy": "install it"}])
    );
    assert_eq!(server.get("/healthz").await.status(), 200);
}

#[actix_web::test]
async fn metrics_count_by_route_and_never_by_id() {
    let server = Running::start(&[]);
    for number in 0..3 {
        server.get(&format!("/test/secret/{number}")).await;
    }
    server.get("/nowhere/at/all?token=hidden").await;
    client()
        .request("INVENTED".parse().unwrap(), server.url("/healthz"))
        .send()
        .await
        .unwrap();
    let response = server.get("/metrics").await;
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let text = response.text().await.unwrap();
    let has = |line: &str| {
        assert!(
            text.lines().any(|known| known == line),
            "{line} is not in:\n{text}"
        )
    };
    has(
        r#"interpres_http_requests_total{method="GET",route="/test/secret/{number}",status="200"} 3"#,
    );
    has(r#"interpres_http_requests_total{method="GET",route="none",status="404"} 1"#);
    has(r#"interpres_http_requests_total{method="other",route="/healthz",status="405"} 1"#);
    has(
        r#"interpres_http_request_duration_seconds_count{method="GET",route="/test/secret/{number}"} 3"#,
    );
    for name in [
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_open_fds",
        "interpres_uptime_seconds",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(name)),
            "{name} is missing"
        );
    }
    assert!(!text.contains("hidden") && !text.contains("nowhere"));
    let silent = Running::start(&[("METRICS_ENABLE", "false")]);
    assert_eq!(
        refusal(silent.get("/metrics").await).await,
        is(404, "not_found")
    );
}

#[actix_web::test]
async fn only_files_of_the_build_are_served() {
    let server = Running::start(&[]);
    for hidden in [
        "/.gitkeep",
        "/%2e%2e/%2e%2e/Cargo.toml",
        "/..%2f..%2fCargo.toml",
        "/../../Cargo.toml",
        "//etc/passwd",
    ] {
        assert_eq!(
            refusal(server.get(hidden).await).await,
            is(404, "not_found"),
            "{hidden}"
        );
    }
}

#[actix_web::test]
async fn a_stopped_server_finishes_its_answers_and_frees_its_port() {
    let server = Running::start(&[]);
    assert_eq!(server.get("/healthz").await.status(), 200);
    server.handle.stop(true).await;
    assert!(client().get(server.url("/healthz")).send().await.is_err());
    std::net::TcpListener::bind(server.address).unwrap();
}

#[actix_web::test]
async fn a_taken_port_is_told_with_what_to_do() {
    let server = Running::start(&[]);
    let taken = server.address.port().to_string();
    let environment = vec![("PORT".into(), taken.clone())];
    let data = tempfile::tempdir().unwrap();
    let loaded = Loaded::load(LoadOptions {
        environment,
        working_dir: data.path().into(),
        file: None,
    })
    .unwrap();
    let parts = Parts {
        settings: Arc::new(loaded.settings),
        access: AccessPolicy::Loopback,
        metrics: Metrics::new().unwrap(),
        health: Arc::new(Health::default()),
    };
    let line = bind(parts, routes)
        .err()
        .expect("two servers on one port")
        .to_string();
    assert!(
        line.starts_with(&format!("cannot listen on 127.0.0.1:{taken}: "))
            && line.contains("server.port (HOST, PORT)"),
        "{line}"
    );
}
