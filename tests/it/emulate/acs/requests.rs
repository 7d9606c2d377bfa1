//! Who may ask: the requests that official SDKs sent are taken as they are, and anything changed in them is not.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::stand::{Emulator, KEY, assert_same_form, golden, golden_file, sign};
use crate::support::server::http_client;

/// An emulator with the golden key, to which golden dates are not too long ago.
fn golden_emulator() -> Emulator {
    let key = golden("requests/get_call_properties.json")["signing"]["access_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let arguments = ["--quiet", "--access-key", &key, "--clock-skew", "100000d"];
    Emulator::start(&arguments)
}

/// Sends a request byte by byte as it was captured. Returns status and body.
async fn send(emulator: &Emulator, request: &Value) -> (u16, Value) {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let mut head = format!("{} {} HTTP/1.1\r\n", text("method"), text("request_target"));
    for header in request["headers_raw"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        if !name.eq_ignore_ascii_case("connection") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("Connection: close\r\n\r\n");
    head.push_str(text("body_raw"));
    let mut stream = TcpStream::connect(&emulator.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn golden_requests() -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = std::fs::read_dir(golden_file("requests"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| {
            let request = golden(&format!("requests/{name}"));
            (name, request)
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(found.len() > 60, "the golden requests are there");
    found
}

#[tokio::test]
async fn what_the_sdks_send_is_taken() {
    let emulator = golden_emulator();
    let no_call = golden("responses/error_404_call_not_found.json");
    let mut of_no_call = 0;
    for (name, request) in golden_requests() {
        let (status, body) = send(&emulator, &request).await;
        if name.contains("TRAP") {
            assert_eq!(
                (status, body["error"]["code"].as_str()),
                (401, Some("7509"))
            );
            continue;
        }
        let wanted = request["response"]["status"].as_u64().unwrap() as u16;
        let target = request["request_target"].as_str().unwrap();
        // These make something of nothing; all others are about calls, rooms and users that are not here.
        let makes = name.starts_with("identity_create")
            || name.starts_with("rooms_create")
            || name.starts_with("rooms_list.")
            || name.starts_with("create_call")
            || name.starts_with("connect_call_group");
        if makes {
            assert_eq!(status, wanted, "{name}: {body}");
        } else if target.starts_with("/calling") {
            assert_eq!(status, 404, "{name}: {body}");
            assert_eq!(body, no_call["body"], "{name}");
            of_no_call += 1;
        } else {
            assert_eq!(
                (status, &body["error"]["code"]),
                (404, &json!("NotFound")),
                "{name}"
            );
        }
    }
    assert!(of_no_call > 40, "{of_no_call}");
}

#[tokio::test]
async fn what_is_changed_after_signing_is_not_taken() {
    let emulator = golden_emulator();
    let request = golden("requests/rooms_create.json");
    let header = |request: &mut Value, name: &str, value: &str| {
        for header in request["headers_raw"].as_array_mut().unwrap() {
            if header[0].as_str().unwrap().eq_ignore_ascii_case(name) {
                header[1] = value.into();
            }
        }
    };
    let mut changed = Vec::new();
    let mut change = |act: &dyn Fn(&mut Value)| {
        let mut request = request.clone();
        act(&mut request);
        changed.push(request);
    };
    change(&|request| request["method"] = "PUT".into());
    change(&|request| request["request_target"] = "/rooms?api-version=2025-03-14".into());
    change(&|request| {
        let body = request["body_raw"]
            .as_str()
            .unwrap()
            .replace("false", "true ");
        request["body_raw"] = body.into();
    });
    change(&|request| header(request, "host", "127.0.0.1"));
    change(&|request| header(request, "x-ms-date", "Fri, 20 Nov 2026 11:35:29 GMT"));
    change(&|request| header(request, "x-ms-date", "yesterday"));
    change(&|request| {
        header(
            request,
            "x-ms-content-sha256",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        )
    });
    change(&|request| header(request, "authorization", "HMAC-SHA256 Signature=x"));
    // What nobody changed is taken.
    assert_eq!(send(&emulator, &request).await.0, 201);
    for (at, request) in changed.iter().enumerate().skip(1) {
        let (status, body) = send(&emulator, request).await;
        assert_eq!(
            (status, body["error"]["code"].as_str()),
            (401, Some("7509")),
            "{at}"
        );
    }
    // The method is not one that rooms have.
    assert_eq!(send(&emulator, &changed[0]).await.0, 404);
}

#[tokio::test]
async fn an_old_date_and_another_key_are_not_taken() {
    let emulator = Emulator::start(&["--quiet"]);
    let golden = golden("requests/rooms_list.json");
    let (status, body) = send(&emulator, &golden).await;
    assert_eq!(
        (status, body["error"]["code"].as_str()),
        (401, Some("7509"))
    );
    let target = "/rooms?api-version=2025-03-13";
    for (key, wanted) in [(KEY, 200), ("AAAA", 401)] {
        let mut request = http_client().get(emulator.url(target));
        for (name, value) in sign(key, "GET", target, &emulator.address, "") {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status().as_u16(), wanted);
    }
}

#[tokio::test]
async fn tokens_are_taken_too() {
    let emulator = Emulator::start(&["--quiet"]);
    let ask = async |token: &str| {
        let request = http_client().get(emulator.url("/rooms?api-version=2025-03-13"));
        let answer = request.bearer_auth(token).send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    assert_eq!(ask("token-emulated-for-anybody").await.0, 200);
    let (status, body) = ask("another").await;
    assert_eq!(status, 401);
    assert_eq!(body, golden("responses/error_401_denied.json")["body"]);
    let give = async |scope: &str| {
        let form =
            format!("grant_type=client_credentials&client_id=a&client_secret=b&scope={scope}");
        let request = http_client().post(emulator.url("/any/oauth2/v2.0/token"));
        let answer = request.body(form).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let given = give("https%3A%2F%2Fcommunication.azure.com%2F%2F.default").await;
    assert_eq!(given["token_type"], "Bearer");
    assert_eq!(ask(given["access_token"].as_str().unwrap()).await.0, 200);
    let refused = give("https%3A%2F%2Fai.azure.com%2F.default").await;
    assert_eq!(refused["error"], "invalid_scope");
    let nobody = http_client().get(emulator.url("/rooms?api-version=2025-03-13"));
    assert_eq!(nobody.send().await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn the_version_is_needed_and_errors_have_the_services_form() {
    let emulator = Emulator::start(&["--quiet"]);
    for target in ["/rooms", "/rooms?api-version=new", "/rooms?api-version="] {
        let answered = emulator.ask("GET", target, None).await;
        assert_eq!(
            (answered.status, answered.code()),
            (400, "8523"),
            "{target}"
        );
        let golden = golden("responses/error_400_invalid_argument.json");
        assert_same_form(&golden["body"], &answered.body, "error");
    }
    let answered = emulator.ask("POST", "/nothing", None).await;
    assert_eq!((answered.status, answered.code()), (404, "NotFound"));
    // An id that is wanted back comes back.
    let headers = [
        ("x-ms-client-request-id", "mine"),
        ("x-ms-return-client-request-id", "true"),
    ];
    let mut request = http_client().get(emulator.url("/rooms?api-version=2025-03-13"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request
        .bearer_auth("token-emulated-for-anybody")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-ms-client-request-id"], "mine");
}

#[tokio::test]
async fn what_is_asked_again_is_not_done_again() {
    let emulator = Emulator::start(&["--quiet"]);
    let target = "/rooms?api-version=2025-03-13";
    let with = |id: &'static str| {
        [
            ("Repeatability-Request-ID", id),
            ("Repeatability-First-Sent", "Fri, 20 Nov 2026 11:35:28 GMT"),
        ]
    };
    let body = json!({"pstnDialOutEnabled": false});
    let make = async |id, body: &Value| {
        emulator
            .ask_with("POST", target, Some(body), &with(id))
            .await
    };
    let first = make("c47bdff7-6e2f-478b-bd8b-836bebef8aa9", &body).await;
    let again = make("c47bdff7-6e2f-478b-bd8b-836bebef8aa9", &body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    let other = make("c47bdff7-6e2f-478b-bd8b-836bebef8aaa", &body).await;
    assert_ne!(first.body["id"], other.body["id"]);
    let wrong = make("c47bdff7-6e2f-478b-bd8b-836bebef8aa9", &json!({})).await;
    assert_eq!((wrong.status, wrong.code()), (400, "8523"));
    let rooms = emulator.ask("GET", target, None).await;
    assert_eq!(rooms.body["value"].as_array().unwrap().len(), 2);
}
