//! Settings from the outside: what a file and an environment give, and what a user is told of a mistake.

use std::fs;
use std::path::Path;
use std::time::Duration;

use interpres::config::{
    Detector, KEYS, Kind, LoadOptions, Loaded, LogFormat, LogLevel, Settings, read_or_create,
};
use secrecy::ExposeSecret;

/// A working directory with the given files, and what loads it.
struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    fn load_named(&self, file: Option<&str>) -> Result<Loaded, String> {
        let options = LoadOptions {
            file: file.map(Into::into),
            environment: self.environment.clone(),
            working_dir: self.folder.path().into(),
        };
        Loaded::load(options).map_err(|error| error.to_string())
    }

    fn load(&self) -> Loaded {
        self.load_named(None).unwrap()
    }

    /// The line that stops the start.
    fn complaint(&self) -> String {
        let line = self
            .load_named(None)
            .expect_err("these settings must be refused");
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }
}

const FILE: &str = "config/interpres.yaml";

fn documented() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)).unwrap()
}

/// The lines of the documented file that set something, each with its whole key and the comment above it.
fn documented_keys() -> Vec<(String, String)> {
    let mut sections: Vec<&str> = Vec::new();
    let mut comment = String::new();
    let mut keys = Vec::new();
    let text = documented();
    for line in text.lines() {
        let depth = (line.len() - line.trim_start().len()) / 2;
        match line.trim() {
            "" => comment.clear(),
            remark if remark.starts_with('#') => comment.push_str(remark.trim_start_matches('#')),
            entry => {
                let (word, value) = entry.split_once(':').unwrap();
                sections.truncate(depth);
                sections.push(word);
                if !value.trim().is_empty() {
                    keys.push((sections.join("."), std::mem::take(&mut comment)));
                }
            }
        }
    }
    keys
}

#[test]
fn the_documented_file_holds_every_key_with_a_comment_and_nothing_else() {
    let documented = documented_keys();
    let names: Vec<&str> = documented.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(names, KEYS.iter().map(|key| key.name).collect::<Vec<_>>());
    for (key, comment) in documented {
        assert!(comment.trim().len() > 20, "{key} is not explained");
    }
}

#[test]
fn the_documented_file_says_the_defaults() {
    let nothing = Place::new().load();
    let documented = Place::new().file(FILE, &documented()).load();
    let without_origin = |loaded: &Loaded| {
        let shown = loaded.show();
        shown
            .lines()
            .map(|line| line.split("  # ").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(without_origin(&documented), without_origin(&nothing));
    assert!(documented.notices.is_empty());
    for key in KEYS {
        assert_eq!(documented.origin(key.name), Some(FILE), "{}", key.name);
    }
    assert_eq!(
        format!("{:?}", documented.settings),
        format!("{:?}", Settings::default())
    );
}

#[test]
fn the_documented_file_tells_the_ranges() {
    let text = documented();
    for (name, comment) in documented_keys() {
        let key = KEYS.iter().find(|key| key.name == name).unwrap();
        let bounds = match key.kind {
            Kind::Whole { min, max } => vec![min.to_string(), max.to_string()],
            Kind::Time { min, max } => [min, max]
                .map(|time| humantime::format_duration(time).to_string())
                .to_vec(),
            _ => continue,
        };
        // What is never near its bounds in practice need not show them, but must not show others.
        for bound in bounds {
            assert!(
                comment.contains(&bound),
                "{name}: {bound} does not stand in: {comment}"
            );
        }
    }
    assert!(text.contains("0 to 65535"));
}

#[test]
fn a_stronger_layer_wins_and_says_so() {
    let file = "server: {port: 4000, workers: 3, backlog: 77}\n";
    let loaded = Place::new()
        .file(FILE, file)
        .variable("PORT", "5000")
        .variable("WORKERS", "5")
        .variable("INTERPRES__SERVER__PORT", "6000")
        .load();
    let server = &loaded.settings.server;
    assert_eq!(
        (
            server.port,
            server.workers,
            server.backlog,
            server.max_connections
        ),
        (6000, 5, 77, 10_000)
    );
    let origins = ["port", "workers", "backlog", "max_connections"]
        .map(|key| loaded.origin(&format!("server.{key}")).unwrap());
    assert_eq!(
        origins,
        ["INTERPRES__SERVER__PORT", "WORKERS", FILE, "default"]
    );
    let shown = loaded.show();
    assert!(
        shown.contains("  port: 6000  # INTERPRES__SERVER__PORT\n"),
        "{shown}"
    );
    assert!(
        shown.contains("  local:\n    max_talkers_per_core: 4  # default\n"),
        "{shown}"
    );
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    for key in KEYS {
        let value = match key.kind {
            Kind::Routes => r#"{"en-es":["eng-cat","cat-spa"]}"#,
            // Nor does half of this count.
            _ if key.name.starts_with("engines.azure_openai.entra.") && key.default.is_none() => {
                continue;
            }
            _ if key.name.starts_with("acs.events.")
                && key.name != "acs.events.secret"
                && key.default.is_none() =>
            {
                continue;
            }
            // Calls need an address at which they are told of.
            _ if ["acs.connection_string", "acs.endpoint"].contains(&key.name) => continue,
            Kind::Secret => "a secret of enough letters",
            // What stands under auth.jwt is checked together.
            _ if key.name.starts_with("auth.jwt.") && key.default.is_none() => continue,
            Kind::File => continue,
            Kind::SecureUrl | Kind::Url if key.default.is_none() => "https://interpres.example",
            Kind::Text if key.default.is_none() => "some-text",
            Kind::Database => "postgres://user:password@localhost/interpres",
            _ => key.default.unwrap(),
        };
        let loaded = Place::new().variable(&key.variable(), value).load();
        assert_eq!(loaded.origin(key.name), Some(key.variable().as_str()));
    }
}

#[test]
fn plain_names_of_the_contract_take_effect_and_others_are_nobodys_business() {
    let settings = Place::new()
        .variable("HOST", "0.0.0.0")
        .variable("SECRET_KEY", "correct horse battery staple")
        .variable("LOG_LEVEL", "WARNING")
        .variable("DATA_DIR", "/var/lib/interpres")
        .variable("SESSION_TIMEOUT", "1800")
        .variable("WEBSOCKET_MAX_CONNECTIONS", "123")
        .variable("WEBSOCKET_TIMEOUT", "90")
        .variable("METRICS_ENABLE", "false")
        .variable("PUBLIC_URL", "https://interpres.example/")
        .variable("PORT", "")
        .variable("REDIS_URL", "redis://elsewhere")
        .variable("HOME", "/root")
        .load()
        .settings;
    assert_eq!(settings.server.host, "0.0.0.0");
    assert_eq!(
        settings.auth.secret_key.unwrap().expose_secret(),
        "correct horse battery staple"
    );
    assert_eq!(settings.log.level, LogLevel::Warn);
    assert_eq!(settings.data.dir, Path::new("/var/lib/interpres"));
    assert_eq!(settings.session.idle_after, Duration::from_secs(1800));
    assert_eq!(settings.server.max_connections, 123);
    assert_eq!(settings.websocket.client_timeout, Duration::from_secs(90));
    assert!(!settings.metrics.enabled);
    assert_eq!(
        settings.server.public_url.as_deref(),
        Some("https://interpres.example")
    );
    assert_eq!(settings.server.port, 3000, "an empty variable is not set");
}

#[test]
fn both_yaml_shapes_load_and_the_nested_one_wins() {
    let flat = Place::new()
        .file(
            FILE,
            "speech: {hang: 300ms, detector: energy}\nlog: {format: json}\n",
        )
        .load()
        .settings;
    assert_eq!(flat.speech.hang, Duration::from_millis(300));
    assert_eq!(
        (flat.speech.detector, flat.log.format),
        (Detector::Energy, LogFormat::Json)
    );
    let nested = Place::new()
        .file(FILE, "orchestration:\n  speech:\n    hang: 0.25\nspeech:\n  hang: 300ms\n  threshold: 0.75\n")
        .load()
        .settings;
    assert_eq!(nested.speech.hang, Duration::from_millis(250));
    assert_eq!(nested.speech.threshold, 0.75);
}

/// The two files of the specification (`livetranslate-readme`, `livetranslate-service`), shortened to a key per kind.
#[test]
fn the_specifications_own_files_load() {
    let flat = "
orchestration: {service_name: orchestration-service, version: '2.0.0'}
frontend: {host: 0.0.0.0, port: 3100, workers: 4}
websocket: {max_connections: 9000, connection_timeout: 1800, heartbeat_interval: 30}
gateway: {timeout: 30, retries: 3}
monitoring: {health_check_interval: 10}
services: {whisper: {url: 'http://localhost:5001'}}
";
    let loaded = Place::new().file("config/orchestration.yaml", flat).load();
    let server = &loaded.settings.server;
    assert_eq!(
        (
            server.host.as_str(),
            server.port,
            server.workers,
            server.max_connections
        ),
        ("0.0.0.0", 3100, 4, 9000)
    );
    assert_eq!(
        loaded.settings.websocket.heartbeat_interval,
        Duration::from_secs(30)
    );
    assert!(loaded.notices.contains(
        &"config/orchestration.yaml: gateway: taken, without effect in this version".into()
    ));
    let nested = "
orchestration:
  frontend: {host: 0.0.0.0, port: 3200, workers: 4}
  websocket: {max_connections: 10000, heartbeat_interval: 30, session_timeout: 900}
  monitoring: {metrics_collection_interval: 5}
session_management: {persistence: redis}
";
    let loaded = Place::new()
        .file("config/orchestration.yaml", nested)
        .load();
    assert_eq!(loaded.settings.server.port, 3200);
    assert_eq!(loaded.settings.session.idle_after, Duration::from_secs(900));
}

#[test]
fn our_own_file_goes_before_the_specifications() {
    let place = Place::new().file("config/orchestration.yaml", "frontend: {port: 1}");
    assert_eq!(place.load().settings.server.port, 1);
    assert_eq!(
        place
            .file(FILE, "server: {port: 2}")
            .load()
            .settings
            .server
            .port,
        2
    );
}

#[test]
fn a_named_file_must_exist_and_is_the_only_one_read() {
    let place = Place::new()
        .file(FILE, "server: {port: 1}")
        .file("mine.yaml", "server: {backlog: 5}");
    let loaded = place.load_named(Some("mine.yaml")).unwrap();
    assert_eq!(
        (loaded.settings.server.port, loaded.settings.server.backlog),
        (3000, 5)
    );
    let line = place.load_named(Some("missing.yaml")).unwrap_err();
    assert!(line.starts_with("missing.yaml: cannot be read: "), "{line}");
}

#[test]
fn a_wrong_value_is_one_line_with_place_key_and_range() {
    let in_file = |text: &str| Place::new().file(FILE, text).complaint();
    assert_eq!(
        in_file("server: {port: abc}"),
        r#"config/interpres.yaml: server.port: expected a number from 0 to 65535, found "abc""#
    );
    assert_eq!(
        in_file("server: {port: 70000}"),
        "config/interpres.yaml: server.port: expected a number from 0 to 65535, found 70000"
    );
    assert_eq!(
        in_file("speech: {hang: 5s}"),
        "config/interpres.yaml: speech.hang: expected a duration from 200ms to 2s (such as 500ms, 30s, 5m, or a number of \
         seconds), found \"5s\""
    );
    assert_eq!(
        in_file("server: 3000"),
        "config/interpres.yaml: server: expected a section with keys under it, found a plain value"
    );
    assert_eq!(
        in_file("server: {port: null}"),
        "config/interpres.yaml: server.port: expected a number from 0 to 65535, found nothing"
    );
    assert_eq!(
        Place::new().variable("PORT", "-1").complaint(),
        "PORT: server.port: expected a number from 0 to 65535, found \"-1\""
    );
    assert_eq!(
        Place::new()
            .variable("INTERPRES__LOG__FORMAT", "xml")
            .complaint(),
        "INTERPRES__LOG__FORMAT: log.format: expected one of text, json, found \"xml\""
    );
    let broken = in_file("server: [\n");
    assert!(
        broken.starts_with("config/interpres.yaml: is not valid YAML: "),
        "{broken}"
    );
}

#[test]
fn every_key_refuses_what_it_does_not_take() {
    for key in KEYS {
        let wrong = match key.kind {
            Kind::Folder | Kind::File | Kind::Text => " ",
            Kind::Secret => "too short",
            Kind::SigningSecret => "thirty-one characters are too f",
            Kind::SecureUrl => "http://keys.example/jwks",
            Kind::Host => "no host/at all",
            Kind::Routes => r#"{"en-es":["../../etc/passwd"]}"#,
            Kind::Names => "[local, No Name]",
            Kind::Whole { max, .. } | Kind::Size { max, .. } => &(max + 1).to_string(),
            Kind::Time { max, .. } => &format!("{}s", max.as_secs() + 1),
            Kind::Decimal { max, .. } => &(max + 0.1).to_string(),
            Kind::CallRoutes => r#"[{"to":"+15550100","speaks":"es","hears":"es"}]"#,
            Kind::Speaks => "no language",
            Kind::Languages => "en, no language",
            Kind::Keys | Kind::Url | Kind::Database | Kind::Flag | Kind::OneOf(_) | Kind::Level => {
                "neither"
            }
        };
        let line = Place::new().variable(&key.variable(), wrong).complaint();
        let start = format!(
            "{}: {}: expected {}, found ",
            key.variable(),
            key.name,
            key.kind.expected()
        );
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_known_one() {
    let in_file = |text: &str| Place::new().file(FILE, text).complaint();
    assert_eq!(
        in_file("server: {prot: 1}"),
        "config/interpres.yaml: server.prot: there is no such setting; did you mean server.port?"
    );
    assert_eq!(
        in_file("sever: {port: 1}"),
        "config/interpres.yaml: sever: there is no such setting; did you mean server?"
    );
    assert_eq!(
        in_file("port: 1"),
        "config/interpres.yaml: port: there is no such setting; did you mean server.port?"
    );
    assert_eq!(
        in_file("zzz: 1"),
        "config/interpres.yaml: zzz: there is no such setting"
    );
    assert_eq!(
        Place::new()
            .variable("INTERPRES__SERVER__PROT", "1")
            .complaint(),
        "INTERPRES__SERVER__PROT: server.prot: there is no such setting; did you mean server.port?"
    );
}

#[test]
fn calls_need_an_address_to_be_told_of_and_somebody_to_be_told_by() {
    let calls = || {
        Place::new().variable(
            "ACS_CONNECTION_STRING",
            "endpoint=https://a.example;accesskey=YQ==",
        )
    };
    assert!(
        calls()
            .complaint()
            .contains(": server.public_url: expected where the service reaches")
    );
    let reached = || calls().variable("PUBLIC_URL", "https://interpres.example");
    assert!(
        reached()
            .complaint()
            .contains(": acs.audience: expected the immutable id")
    );
    let line = reached()
        .variable("ACS_AUTH", "off")
        .variable(
            "INTERPRES__ACS__EVENTS__ISSUER",
            "https://sts.windows.net/t/",
        )
        .complaint();
    assert!(
        line.contains(": acs.events.audience: expected issuer, audience and openid_url together"),
        "{line}"
    );
    let by_application = reached_at_an_endpoint();
    assert!(
        by_application
            .complaint()
            .contains(": acs.entra.tenant: expected tenant, client_id and client_secret")
    );
    let file = "acs: {routes: [{to: '+15550100', room: per_call, speaks: es, hears: [es, en]}], default: {hears: [es, en]}}";
    let loaded = reached()
        .variable("ACS_AUTH", "off")
        .file(FILE, file)
        .load();
    assert_eq!(loaded.settings.acs.routes[0].hears.len(), 2);
    assert_eq!(loaded.settings.acs.default.hears.len(), 2);
    assert!(!loaded.show().contains("YQ=="));
}

/// Calls by an application of Entra, of which nothing else is said.
fn reached_at_an_endpoint() -> Place {
    Place::new()
        .variable(
            "INTERPRES__ACS__ENDPOINT",
            "https://a.communication.azure.com",
        )
        .variable("PUBLIC_URL", "https://interpres.example")
}

#[test]
fn two_settings_that_contradict_each_other_are_refused() {
    assert_eq!(
        Place::new()
            .file(FILE, "websocket: {client_timeout: 10s}")
            .complaint(),
        "config/interpres.yaml: websocket.client_timeout: expected a duration longer than websocket.heartbeat_interval \
         (15s), found 10s"
    );
    assert_eq!(
        Place::new()
            .variable("INTERPRES__WEBSOCKET__HEARTBEAT_INTERVAL", "2m")
            .complaint(),
        "INTERPRES__WEBSOCKET__HEARTBEAT_INTERVAL: websocket.heartbeat_interval: expected a duration shorter than \
         websocket.client_timeout (1m), found 2m"
    );
}

#[test]
fn who_we_are_to_azure_is_said_in_one_way_and_wholly() {
    let in_section =
        |text: &str| Place::new().file(FILE, &format!("engines: {{azure_openai: {{{text}}}}}"));
    assert_eq!(
        in_section("entra: {tenant: t, client_id: c}").complaint(),
        "default: engines.azure_openai.entra.client_secret: expected tenant, client_id and client_secret together, or none \
         of them, found nothing"
    );
    let entra = "entra: {tenant: t, client_id: c, client_secret: a-secret-of-some-length}";
    assert_eq!(
        in_section(entra)
            .variable("AZURE_OPENAI_API_KEY", "a-key-of-some-length")
            .complaint(),
        "config/interpres.yaml: engines.azure_openai.entra.tenant: expected only one of engines.azure_openai.api_key, entra \
         and managed_identity to be set, found a value that is not shown"
    );
    in_section(entra).load();
    let loaded = Place::new()
        .variable("AZURE_OPENAI_ENDPOINT", "https://res.openai.azure.com")
        .variable("AZURE_OPENAI_API_KEY", "a-key-of-some-length")
        .load();
    let account = &loaded.settings.engines.azure_openai;
    assert_eq!(
        account.endpoint.as_deref(),
        Some("https://res.openai.azure.com")
    );
    assert!(account.api_key.is_some());
    assert!(!format!("{loaded:?}{}", loaded.show()).contains("a-key-of"));
}

#[test]
fn secrets_are_shown_nowhere() {
    let secret = "correct horse battery staple";
    let loaded = Place::new()
        .variable("SECRET_KEY", secret)
        .variable("INTERPRES__AUTH__ADMIN_KEY", secret)
        .load();
    assert!(
        !loaded.show().contains(secret) && !format!("{loaded:?}").contains("horse"),
        "{loaded:?}"
    );
    assert!(
        loaded
            .show()
            .contains("  secret_key: \"(set, not shown)\"  # SECRET_KEY\n")
    );
    let line = Place::new()
        .variable("SECRET_KEY", "short-horse")
        .complaint();
    assert!(!line.contains("horse"), "{line}");
}

#[test]
fn a_key_is_made_once_and_kept_from_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not/yet/there");
    let first = read_or_create(&data, "secret.key").unwrap();
    let second = read_or_create(&data, "secret.key").unwrap();
    assert!(first.made && !second.made);
    assert_eq!(first.key.expose_secret(), second.key.expose_secret());
    assert_eq!(first.key.expose_secret().len(), 64);
    assert_ne!(
        first.key.expose_secret(),
        read_or_create(&data, "other.key")
            .unwrap()
            .key
            .expose_secret()
    );
    assert_eq!(
        fs::metadata(&first.path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&first.path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = read_or_create(&data, "secret.key").unwrap_err().to_string();
    assert!(open.contains("is readable by other users"), "{open}");
    assert_eq!(
        fs::read_dir(&data).unwrap().count(),
        2,
        "no draft is left behind"
    );
}

#[test]
fn of_servers_that_start_at_once_all_use_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys = std::thread::scope(|scope| {
        let start = || {
            read_or_create(folder.path(), "secret.key")
                .unwrap()
                .key
                .expose_secret()
                .to_owned()
        };
        (0..8)
            .map(|_| scope.spawn(start))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
}
