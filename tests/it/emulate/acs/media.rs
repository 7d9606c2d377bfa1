//! Media sockets: from a recording to frames, and from frames to a recording.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    calls::verified,
    product::{Frame, MediaSocket, Product},
    stand::{Emulator, assert_same_form, golden, media, recording},
};
use crate::support::server::http_client;

/// The samples of frames, from the first that is not silent to the last.
fn sounding(frames: &[Frame]) -> Vec<i16> {
    let mut spoken: Vec<&Frame> = frames.iter().skip_while(|frame| frame.silent).collect();
    while spoken.last().is_some_and(|frame| frame.silent) {
        spoken.pop();
    }
    spoken
        .into_iter()
        .flat_map(|frame| frame.samples.clone())
        .collect()
}

async fn frames(socket: &mut MediaSocket, count: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    for _ in 0..count {
        frames.push(socket.frame().await);
    }
    frames
}

/// A frame that goes out, as this golden file writes it.
pub fn outgoing(file: &str, samples: &[i16]) -> String {
    let bytes: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let mut frame = golden(&format!("ws/{file}.json"));
    for audio in ["AudioData", "audioData"] {
        for data in ["Data", "data"] {
            if let Some(data) = frame.pointer_mut(&format!("/{audio}/{data}")) {
                *data = STANDARD.encode(&bytes).into();
            }
        }
    }
    frame.to_string()
}

#[tokio::test]
async fn from_a_recording_to_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let (file, samples) = recording(folder.path(), "caller.wav", 40, 16_000);
    let record = folder.path().join("heard");
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--record", record.to_str().unwrap()]);
    let wanted =
        json!({"caller": {"identifier": "+14255550123", "wav": file, "leave_after": "1h"}});
    let (id, incoming) = emulator.incoming(&mut product, wanted).await;
    let options = media(&product, "mixed", "pcm16KMono");
    let answered = emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;

    assert_eq!(socket.path, "/media/secret?x=1");
    let upgrade = golden("ws/upgrade_request_headers.json");
    for name in upgrade["headers"].as_object().unwrap().keys() {
        assert!(
            socket.headers.contains_key(&name.to_ascii_lowercase()),
            "{name}"
        );
    }
    let connection = answered["callConnectionId"].as_str().unwrap();
    assert_eq!(socket.headers["x-ms-call-connection-id"], connection);
    assert_eq!(
        json!(socket.headers["x-ms-call-correlation-id"]),
        incoming.data()["correlationId"]
    );
    let claims = verified(&emulator, &socket.headers["authorization"])
        .await
        .unwrap();
    let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lasts, 24 * 3_600);

    let metadata = socket.next().await.unwrap();
    let wanted = golden("ws/in_audiometadata_16k.json");
    assert_same_form(&wanted, &metadata, "metadata");
    for field in ["encoding", "sampleRate", "channels", "length"] {
        assert_eq!(
            metadata["audioMetadata"][field],
            wanted["audioMetadata"][field]
        );
    }
    let first = socket.next().await.unwrap();
    let golden_frame = golden("ws/in_audiodata_mixed_24k_no_participant.json");
    assert_same_form(&golden_frame, &first, "frame");
    let stamp = first["audioData"]["timestamp"].as_str().unwrap();
    assert_eq!(stamp.len(), "2024-11-15T19:16:12.925Z".len());
    let mut heard = vec![super::product::read_frame(&first)];
    heard.extend(frames(&mut socket, 50).await);
    assert!(
        heard
            .iter()
            .all(|frame| frame.samples.len() == 320 && frame.participant.is_none())
    );
    assert_eq!(sounding(&heard), samples);
    let silent = heard.iter().filter(|frame| frame.silent);
    assert!(silent.clone().count() >= 10);
    assert!(
        silent
            .into_iter()
            .all(|frame| frame.samples.iter().all(|&sample| sample == 0))
    );

    // Every casing is heard, in the order in which it came.
    let said: Vec<Vec<i16>> = (1..=4).map(|at| vec![at * 1_000; 320]).collect();
    let casings = [
        "out_audiodata_python_docs",
        "out_audiodata_dotnet",
        "out_audiodata_js_sdk",
        "out_audiodata_callcenterai",
    ];
    for (casing, samples) in casings.iter().zip(&said) {
        socket.send(&outgoing(casing, samples)).await;
    }
    socket.send(r#"{"kind":"Unknown"}"#).await;
    socket.send("Connection authenticated.").await;
    let report = loop {
        socket.frame().await;
        let report = emulator.call(&id).await;
        let leg = report["legs"][0]["heard"].clone();
        if leg["unreadable_frames"] == 1 && leg["seconds_queued"] == 0.0 {
            break leg;
        }
    };
    let sent = emulator.call(&id).await["legs"][0]["sent"].clone();
    assert!(sent["frames"].as_u64().unwrap() > 50, "{sent}");
    assert_eq!(sent["frames_missed"], 0);
    assert_eq!(report["frames"], 4);
    assert_eq!(report["frames_of_other_length"], 0);
    assert_eq!(report["seconds_with_sound"], 0.08);
    emulator
        .leg("DELETE", &answered["callConnectionId"], "", None)
        .await;
    socket.drain().await;
    let name = format!("{id}-{}.wav", &connection[..8]);
    let wav = std::fs::read(record.join(name)).unwrap();
    let (recorded, rate) = interpres::audio::wav::decode(&wav).unwrap();
    assert_eq!(rate, 16_000);
    // They came one by one, so there may be silence between them.
    let heard: Vec<i16> = recorded.into_iter().filter(|&sample| sample != 0).collect();
    assert_eq!(heard, said.concat());
}

#[tokio::test]
async fn speakers_are_told_apart_and_keys_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let (file, samples) = recording(folder.path(), "one.wav", 20, 24_000);
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({
        "caller": {"identifier": "+14255550123", "wav": file,
                   "dtmf": [{"tone": "3", "after": "100ms"}]},
        "people": [{"identifier": "8:orgid:teams-user"}],
    });
    let (id, incoming) = emulator.incoming(&mut product, wanted).await;
    let options = media(&product, "unmixed", "pcm24KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    let metadata = socket.next().await.unwrap();
    let golden_metadata = golden("ws/in_audiometadata_24k.json");
    for field in ["sampleRate", "length"] {
        assert_eq!(
            metadata["audioMetadata"][field],
            golden_metadata["audioMetadata"][field]
        );
    }
    let mut of_caller = Vec::new();
    let mut of_other = Vec::new();
    let mut keys = Vec::new();
    while of_other.len() < 30 {
        let frame = socket.next().await.unwrap();
        if frame["kind"] == "DtmfData" {
            assert_same_form(&golden("ws/in_dtmfdata_extended.json"), &frame, "dtmf");
            keys.push(frame["dtmfData"]["data"].clone());
            continue;
        }
        assert_same_form(
            &golden("ws/in_audiodata_unmixed_phone_16k.json"),
            &frame,
            "frame",
        );
        let frame = super::product::read_frame(&frame);
        match frame.participant.as_deref() {
            Some("4:+14255550123") => of_caller.push(frame),
            Some("8:orgid:teams-user") => of_other.push(frame),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sounding(&of_caller), samples);
    assert!(
        of_other
            .iter()
            .all(|frame| frame.silent && frame.samples.len() == 480)
    );
    assert_eq!(keys, ["3"]);
    let press = json!({"identifier": "8:orgid:teams-user", "tone": "#"});
    emulator
        .control("POST", &format!("/_emulator/calls/{id}/dtmf"), &press)
        .await;
    loop {
        let frame = socket.next().await.unwrap();
        if frame["kind"] == "DtmfData" {
            assert_eq!(frame["dtmfData"]["data"], "#");
            break;
        }
    }
}

#[tokio::test]
async fn stop_audio_takes_back_what_was_not_played() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    for stop in [
        "out_stopaudio_python_docs",
        "out_stopaudio_js_sdk",
        "out_stopaudio_dotnet",
    ] {
        let wanted = json!({"caller": {"identifier": "+14255550123"}});
        let (id, incoming) = emulator.incoming(&mut product, wanted).await;
        let options = media(&product, "mixed", "pcm16KMono");
        emulator.answer(&product, &incoming, options).await;
        let mut socket = product.socket().await;
        // A minute at once, as samples of others send it.
        let minute = outgoing("out_audiodata_dotnet", &[5_000; 60 * 16_000]);
        socket.send(&minute).await;
        socket
            .send(&golden(&format!("ws/{stop}.json")).to_string())
            .await;
        let report = loop {
            socket.frame().await;
            let report = emulator.call(&id).await["legs"][0]["heard"].clone();
            if report["stop_audio"] == 1 {
                break report;
            }
        };
        assert_eq!(report["seconds"], 60.0);
        assert_eq!(report["seconds_queued"], 0.0);
        assert!(
            report["seconds_flushed"].as_f64().unwrap() > 1.0,
            "{report}"
        );
        assert_eq!(report["frames_of_other_length"], 1);
    }
}

#[tokio::test]
async fn a_stream_is_started_and_stopped_by_hand() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"caller": {"identifier": "+14255550123"}});
    let (_, incoming) = emulator.incoming(&mut product, wanted).await;
    let mut options = media(&product, "mixed", "pcm16KMono");
    options["startMediaStreaming"] = false.into();
    let answered = emulator.answer(&product, &incoming, options).await;
    assert_eq!(answered["mediaStreamingSubscription"]["state"], "inactive");
    product.until("ParticipantsUpdated").await;
    let connection = &answered["callConnectionId"];
    let start = json!({"operationContext": "startMediaStreamingContext"});
    let leg = async |action: &str, body: &Value| {
        emulator
            .leg("POST", connection, action, Some(body))
            .await
            .status
    };
    assert_eq!(leg(":stopMediaStreaming", &json!({})).await, 412);
    assert_eq!(leg(":startMediaStreaming", &start).await, 202);
    let mut socket = product.socket().await;
    let started = product.expect("MediaStreamingStarted").await;
    assert_eq!(
        started.data()["operationContext"],
        "startMediaStreamingContext"
    );
    assert_eq!(leg(":startMediaStreaming", &start).await, 412);
    let operation =
        json!({"operationContext": "stop", "operationCallbackUri": product.url("/ops")});
    assert_eq!(leg(":stopMediaStreaming", &operation).await, 202);
    let stopped = product.expect("MediaStreamingStopped").await;
    // It carries the context of the start, and goes where the stop said.
    assert_eq!(
        stopped.data()["operationContext"],
        "startMediaStreamingContext"
    );
    assert_eq!(stopped.path, "/ops");
    socket.drain().await;
    assert_eq!(leg(":startMediaStreaming", &json!({})).await, 202);
    let _socket = product.socket().await;
    let again = product.expect("MediaStreamingStarted").await;
    assert!(again.data().get("operationContext").is_none());
}

#[tokio::test]
async fn the_other_side_closes_its_socket_or_does_not_open_it() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"caller": {"identifier": "+14255550123"}});
    let (_, incoming) = emulator.incoming(&mut product, wanted.clone()).await;
    let options = media(&product, "mixed", "pcm16KMono");
    emulator.answer(&product, &incoming, options.clone()).await;
    let mut socket = product.socket().await;
    product.until("MediaStreamingStarted").await;
    socket.close().await;
    let failed = product.expect("MediaStreamingFailed").await;
    let recorded = &golden("events/callbacks/MediaStreamingFailed.interrupted.json")[0]["data"];
    for field in ["mediaStreamingUpdate", "resultInformation"] {
        assert_eq!(failed.data()[field], recorded[field]);
    }
    let (_, incoming) = emulator.incoming(&mut product, wanted).await;
    let mut nowhere = options;
    nowhere["transportUrl"] = product.url("/nothing").replace("http", "ws").into();
    emulator.answer(&product, &incoming, nowhere).await;
    let failed = product.until("MediaStreamingFailed").await;
    let recorded = golden("events/callbacks/MediaStreamingFailed.8581.json");
    assert_same_form(&recorded, &failed.body, "failed");
    for field in [
        "mediaStreamingUpdate",
        "resultInformation",
        "operationContext",
    ] {
        assert_eq!(failed.data()[field], recorded[0]["data"][field]);
    }
}

#[tokio::test]
async fn somebody_says_something_when_they_are_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let (file, samples) = recording(folder.path(), "caller.wav", 10, 16_000);
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"caller": {"identifier": "+14255550123"}});
    let (id, incoming) = emulator.incoming(&mut product, wanted).await;
    let options = media(&product, "mixed", "pcm16KMono");
    emulator.answer(&product, &incoming, options).await;
    let mut socket = product.socket().await;
    let path = format!("/_emulator/calls/{id}/say");
    for _ in 0..2 {
        assert!(socket.frame().await.silent);
        let said = json!({"identifier": "+14255550123", "wav": file});
        emulator.control("POST", &path, &said).await;
        let mut heard = Vec::new();
        let mut begun = false;
        loop {
            let frame = socket.frame().await;
            if frame.silent && begun {
                break;
            }
            begun |= !frame.silent;
            heard.push(frame);
        }
        assert_eq!(sounding(&heard), samples);
    }
    for (wrong, status) in [
        (json!({"identifier": "+14255550199", "wav": file}), 404),
        (
            json!({"identifier": "+14255550123", "wav": "/nowhere.wav"}),
            400,
        ),
    ] {
        let request = http_client().post(emulator.url(&path)).json(&wrong);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status);
    }
}
