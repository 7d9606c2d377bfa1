//! The telephone: a client plays the page, a scripted server answers and is answered.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

use super::{
    media::outgoing,
    product::{MediaSocket, Product, within},
    stand::{Emulator, VERSION, media},
};
use crate::support::server::http_client;

/// What a page is sent.
enum Came {
    Told(Value),
    Heard(Vec<i16>),
}

/// A client that does what the page does.
struct Page {
    socket: WebSocketStream<TcpStream>,
}

impl Page {
    async fn open(emulator: &Emulator) -> Self {
        let origin = emulator.url("");
        let mut page = Self::open_from(&emulator.address, &emulator.address, &origin)
            .await
            .unwrap();
        assert_eq!(page.told("hello").await["number"], "+18005550100");
        page
    }

    /// As a browser opens it that was sent to this host by a page of this origin.
    async fn open_from(
        address: &str,
        host: &str,
        origin: &str,
    ) -> Result<Self, tungstenite::Error> {
        let mut request =
            format!("ws://{address}/_emulator/telephone/line").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("host", host.parse().unwrap());
        headers.insert("origin", origin.parse().unwrap());
        let stream = TcpSocket::new_v4().unwrap();
        // Little waits on its way to a page that does not read.
        stream.set_recv_buffer_size(16_384).unwrap();
        let stream = stream.connect(address.parse().unwrap()).await?;
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self { socket })
    }

    async fn ask(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.socket.send(message).await.unwrap();
    }

    async fn say(&mut self, samples: &[i16]) {
        let bytes: Vec<u8> = samples
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    async fn next(&mut self) -> Option<Came> {
        loop {
            match within(self.socket.next()).await? {
                Ok(Message::Text(text)) => {
                    return Some(Came::Told(serde_json::from_str(&text).unwrap()));
                }
                Ok(Message::Binary(bytes)) => {
                    assert_eq!(bytes.len(), 640);
                    let samples = bytes
                        .chunks_exact(2)
                        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                    return Some(Came::Heard(samples.collect()));
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next message of this kind, whatever comes before it.
    async fn told(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await.expect("the socket is open") {
                Came::Told(message) if message["type"] == kind => return message,
                _ => {}
            }
        }
    }

    /// The next frame in which there is something.
    async fn heard(&mut self) -> Vec<i16> {
        loop {
            match self.next().await.expect("the socket is open") {
                Came::Heard(samples) if samples.iter().any(|&sample| sample != 0) => {
                    return samples;
                }
                _ => {}
            }
        }
    }

    async fn call(&mut self) {
        self.ask(
            json!({"type": "call", "to": "+18005550111", "from": "+14255550123", "name": "Ana"}),
        )
        .await;
    }
}

/// The next frame in which there is something.
async fn sounding(socket: &mut MediaSocket) -> Vec<i16> {
    loop {
        let frame = socket.frame().await;
        if !frame.silent {
            return frame.samples;
        }
    }
}

/// At the pace of a person.
async fn emulator(product: &Product) -> Emulator {
    Emulator::with_events(product, &["--time-scale", "1"])
}

#[tokio::test]
async fn a_page_calls_and_sound_flows_both_ways_until_it_is_gone() {
    let mut product = Product::start().await;
    let emulator = emulator(&product).await;
    let mut page = Page::open(&emulator).await;
    page.call().await;
    let incoming = product.event().await;
    assert_eq!(incoming.kind(), "IncomingCall");
    assert_eq!(incoming.data()["from"]["rawId"], "4:+14255550123");
    assert_eq!(incoming.data()["to"]["rawId"], "4:+18005550111");
    assert_eq!(incoming.data()["callerDisplayName"], "Ana");
    let call = page.told("call").await["call"].clone();
    assert_eq!(call["state"], "ringing");
    let id = call["id"].as_str().unwrap().to_owned();

    let options = media(&product, "mixed", "pcm16KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    loop {
        let happened = page.told("happening").await["what"].clone();
        if happened.as_str().unwrap().ends_with("socket 1 is open") {
            break;
        }
    }
    let call = page.told("call").await["call"].clone();
    assert_eq!(call["state"], "live");
    assert_eq!(call["people"][0]["display_name"], "Ana");

    // No more at once than may wait, so that it does not matter when the emulator looks.
    for said in [[1_000, 2_000, 3_000], [4_000, 5_000, 6_000]] {
        for value in said {
            page.say(&[value; 320]).await;
        }
        // What is no frame of 20 ms is no sound.
        page.say(&[9_000; 100]).await;
        for value in said {
            assert_eq!(sounding(&mut socket).await, [value; 320]);
        }
    }
    // The page is silent, and frames come all the same.
    assert!(socket.frame().await.silent);

    let said: Vec<Vec<i16>> = (1..=4).map(|at| vec![at * 1_000; 320]).collect();
    for samples in &said {
        socket
            .send(&outgoing("out_audiodata_dotnet", samples))
            .await;
    }
    for samples in &said {
        assert_eq!(&page.heard().await, samples);
    }

    page.ask(json!({"type": "key", "tone": "5"})).await;
    loop {
        let frame = socket.next().await.unwrap();
        if frame["kind"] == "DtmfData" {
            assert_eq!(frame["dtmfData"]["data"], "5");
            break;
        }
    }

    drop(page);
    let ended = product.until("CallDisconnected").await;
    assert_eq!(ended.data()["resultInformation"]["subCode"], 5_001);
    socket.drain().await;
    assert_eq!(emulator.call(&id).await["state"], "ended");
    let output = emulator
        .control("GET", "/_emulator/timeline", &Value::Null)
        .await
        .to_string();
    assert!(output.contains("their page is gone"), "{output}");
}

#[tokio::test]
async fn a_page_is_heard_at_the_other_rate_and_told_apart() {
    let mut product = Product::start().await;
    let emulator = emulator(&product).await;
    let mut page = Page::open(&emulator).await;
    page.call().await;
    let incoming = product.event().await;
    let options = media(&product, "unmixed", "pcm24KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    socket.frame().await;
    for _ in 0..3 {
        page.say(&[8_000; 320]).await;
    }
    loop {
        let frame = socket.frame().await;
        assert_eq!(frame.participant.as_deref(), Some("4:+14255550123"));
        assert_eq!(frame.samples.len(), 480);
        // In the middle of what was said the filter has nothing to change.
        if frame
            .samples
            .iter()
            .all(|sample| (7_900..8_100).contains(sample))
        {
            break;
        }
    }
    // What is said at that rate is heard by the page at its own.
    for _ in 0..5 {
        let frame = outgoing("out_audiodata_dotnet", &[6_000; 480]);
        socket.send(&frame).await;
    }
    while !page
        .heard()
        .await
        .iter()
        .all(|sample| (5_900..6_100).contains(sample))
    {}
    page.ask(json!({"type": "hang_up"})).await;
    assert_eq!(
        page.told("ended").await["because"],
        "nobody was left to talk to"
    );
    product.until("CallDisconnected").await;
}

#[tokio::test]
async fn the_page_is_told_why_there_is_no_call() {
    let mut product = Product::start().await;
    let arguments = ["--time-scale", "1", "--ring-for", "300ms"];
    let emulator = Emulator::with_events(&product, &arguments);
    let mut page = Page::open(&emulator).await;
    page.call().await;
    assert_eq!(page.told("ended").await["because"], "nobody answered");
    product.event().await;

    for (message, code) in [
        (
            json!({"type": "call", "to": "x", "from": "+14255550123"}),
            "callee_unusable",
        ),
        (
            json!({"type": "call", "to": "+18005550100", "from": "1"}),
            "caller_unusable",
        ),
        (json!({"type": "wait", "identifier": ""}), "caller_unusable"),
        (json!({"type": "answer"}), "nothing_rings"),
        (json!({"type": "sing"}), "message_unreadable"),
    ] {
        page.ask(message).await;
        assert_eq!(page.told("refused").await["code"], code);
    }
    page.call().await;
    page.told("call").await;
    page.call().await;
    assert_eq!(page.told("refused").await["code"], "busy");
    page.ask(json!({"type": "hang_up"})).await;
    assert_eq!(page.told("ended").await["because"], "the caller hung up");
}

#[tokio::test]
async fn a_call_rings_at_the_page_that_waits_for_it() {
    let mut product = Product::start().await;
    let emulator = emulator(&product).await;
    let mut page = Page::open(&emulator).await;
    let wait = json!({"type": "wait", "identifier": "+14255550199", "name": "Ben"});
    page.ask(wait).await;
    // It has been heard when the next thing has been answered.
    page.ask(json!({"type": "answer"})).await;
    assert_eq!(page.told("refused").await["code"], "nothing_rings");
    let target = format!("/calling/callConnections?{VERSION}");
    let body = json!({
        "targets": [{"phoneNumber": {"value": "+14255550199"}}],
        "sourceCallerIdNumber": {"value": "+18005550100"},
        "callbackUri": product.url("/callbacks/secret"),
        "mediaStreamingOptions": media(&product, "mixed", "pcm16KMono"),
    });
    assert_eq!(emulator.ask("POST", &target, Some(&body)).await.status, 201);
    assert_eq!(page.told("rings").await["from"], "4:+18005550100");
    page.ask(json!({"type": "decline"})).await;
    product.until("CreateCallFailed").await;

    let created = emulator.ask("POST", &target, Some(&body)).await.body;
    page.told("rings").await;
    page.ask(json!({"type": "answer"})).await;
    let mut socket = product.socket().await;
    socket.frame().await;
    page.say(&[7_000; 320]).await;
    assert_eq!(sounding(&mut socket).await, [7_000; 320]);
    let answer = outgoing("out_audiodata_dotnet", &[3_000; 320]);
    socket.send(&answer).await;
    assert_eq!(page.heard().await, [3_000; 320]);
    emulator
        .leg("DELETE", &created["callConnectionId"], "", None)
        .await;
    page.told("ended").await;

    // Who asked gave up before it was answered.
    let created = emulator.ask("POST", &target, Some(&body)).await.body;
    page.told("rings").await;
    emulator
        .leg("DELETE", &created["callConnectionId"], "", None)
        .await;
    page.told("rang_out").await;
}

#[tokio::test]
async fn a_page_that_does_not_read_misses_what_is_old() {
    const FRAMES: usize = 16_000;
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--time-scale", "100"]);
    let mut page = Page::open(&emulator).await;
    page.call().await;
    let incoming = product.event().await;
    let options = media(&product, "mixed", "pcm16KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    for _ in 0..FRAMES {
        socket.frame().await;
    }
    page.ask(json!({"type": "hang_up"})).await;
    let mut heard = 0;
    loop {
        match page.next().await.expect("the socket is open") {
            Came::Heard(_) => heard += 1,
            Came::Told(message) if message["type"] == "ended" => break,
            Came::Told(_) => {}
        }
    }
    // What the machine's own buffers hold comes late; the emulator keeps half a second.
    assert!(heard < FRAMES * 3 / 4, "{heard} frames waited");
}

#[tokio::test]
async fn other_sites_do_not_come_to_the_telephone() {
    let product = Product::start().await;
    let emulator = emulator(&product).await;
    let address = &emulator.address;
    let own = emulator.url("");
    let refused =
        async |host: &str, origin: &str| match Page::open_from(address, host, origin).await {
            Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("{origin} came in"),
        };
    assert_eq!(refused(address, "https://example.com").await, 403);
    assert_eq!(refused(address, "http://127.0.0.1").await, 403);
    assert_eq!(refused("evil.example", "http://evil.example").await, 403);
    assert_eq!(refused("evil.example", &own).await, 403);
    // What has no questions asked first, as a form of any page has not.
    let say = async |path: &str, origin: Option<&str>| {
        let request = http_client().post(emulator.url(path));
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        let request = request
            .header("content-type", "text/plain")
            .body(r#"{"identifier": "+1", "wav": "/etc/passwd"}"#);
        request.send().await.unwrap().status().as_u16()
    };
    let spoken = "/_emulator/calls/call-1/say";
    for path in [spoken, "/%5Femulator/calls/call-1/say", "/_emulator/keys"] {
        assert_eq!(say(path, Some("https://example.com")).await, 403, "{path}");
        assert_eq!(say(path, Some("null")).await, 403, "{path}");
    }
    assert_eq!(say(spoken, Some(&own)).await, 404);
    assert_eq!(say(spoken, None).await, 404);
    let answer = http_client().get(emulator.url("/_emulator/telephone/../Cargo.toml"));
    assert!(answer.send().await.unwrap().status().is_client_error());
    let answer = http_client().get(emulator.url("/_emulator/telephone/missing.js"));
    assert_eq!(answer.send().await.unwrap().status(), 404);
}
