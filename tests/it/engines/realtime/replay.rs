//! Both golden sessions, whole: what we say is what is expected, and what comes of what the provider says.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use interpres::domain::{
    engine::{Engine, Trouble},
    interpretation::{
        InterpretationInput as Step, InterpretationOutput as Output, InterpretationStream,
    },
    usage::{Tokens, Used},
};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{
    STUCK, account, converse, golden, open_metered,
    provider::{Connection, Provider},
    share, translate,
};
use crate::support::meter::SumMeter;

/// What a session gave, put together.
#[derive(Debug, Default)]
struct Given {
    source: String,
    target: String,
    places: Vec<Option<Duration>>,
    audio: Vec<u8>,
    by_turn: Vec<(&'static str, u64, Option<String>)>,
    objected: Vec<Trouble>,
    used: Used,
    last: Option<Output>,
}

impl Given {
    fn take(&mut self, output: Output) {
        match &output {
            Output::Source(piece) => {
                self.source.push_str(&piece.text);
                self.places.push(piece.at);
            }
            Output::Target(piece) => {
                self.target.push_str(&piece.text);
                self.places.push(piece.at);
            }
            Output::Audio {
                samples,
                sample_rate,
                ..
            } => {
                assert_eq!((*sample_rate, samples.len() % 2), (24_000, 0));
                self.audio.extend_from_slice(samples);
            }
            Output::SourceDone { turn, text } => self.by_turn.push(("source", *turn, text.clone())),
            Output::TargetDone { turn, text } => self.by_turn.push(("target", *turn, text.clone())),
            Output::Untranslated { turn, .. } => self.by_turn.push(("none", *turn, None)),
            Output::Objected(error) => self.objected.push(error.trouble),
            Output::Closed | Output::Failed(_) => {}
        }
        self.last = Some(output);
    }
}

/// Takes the steps that the provider's script asks for, and puts together what comes of them.
async fn follow(
    stream: InterpretationStream,
    meter: Arc<SumMeter>,
    mut steps: tokio::sync::mpsc::UnboundedReceiver<Step>,
) -> Given {
    let InterpretationStream {
        input, mut output, ..
    } = stream;
    let feeding = tokio::spawn(async move {
        while let Some(step) = steps.recv().await {
            input.send(step).await.expect("the session takes it");
        }
        // Nothing is dropped before the session is over.
        input.closed().await;
    });
    let mut given = Given::default();
    let all = async {
        while let Some(output) = output.recv().await {
            given.take(output);
        }
    };
    tokio::time::timeout(STUCK, all)
        .await
        .expect("it ends in time");
    feeding.await.unwrap();
    given.used = meter.sum();
    given
}

fn samples(event: &Value) -> Vec<u8> {
    STANDARD.decode(event["audio"].as_str().unwrap()).unwrap()
}

/// Has the speaker say the audio of an event, in uneven pieces.
fn speak(steps: &UnboundedSender<Step>, event: &Value) {
    let samples = samples(event);
    let (first, rest) = samples.split_at(1_002);
    let (second, third) = rest.split_at(2);
    for piece in [first, second, third] {
        let piece = Bytes::copy_from_slice(piece);
        steps.send(Step::Audio(piece)).unwrap();
    }
}

fn without_id(mut event: Value) -> Value {
    event.as_object_mut().unwrap().remove("event_id");
    event
}

fn assert_is_translation(audio: &[u8]) {
    assert!(share(audio, 660.0) > 0.95, "{}", share(audio, 660.0));
    assert!(share(audio, 440.0) < 0.01, "{}", share(audio, 440.0));
}

fn pieces(rows: &[Value], kind: &str) -> String {
    let events = rows.iter().map(|row| &row["event"]);
    events
        .filter(|event| event["type"] == kind)
        .map(|event| event["delta"].as_str().unwrap())
        .collect()
}

async fn replay_translation(mut provider: Connection, steps: UnboundedSender<Step>) {
    for row in golden::session("translation.en-es") {
        let event = &row["event"];
        match row["dir"].as_str().unwrap() {
            "open" => {
                assert_eq!(provider.path, row["handshake"]["path"].as_str().unwrap());
                let key = &row["handshake"]["headers"]["Authorization"];
                assert_eq!(provider.headers["authorization"], key.as_str().unwrap());
            }
            "s2c" => provider.say(event).await,
            // The recording's own mistake, which we do not make; its answer comes all the same.
            "c2s" if event["event_id"] == "evt_t_bad" => {}
            "c2s" => {
                match event["type"].as_str().unwrap() {
                    "session.input_audio_buffer.append" => speak(&steps, event),
                    "session.close" => steps.send(Step::Close).unwrap(),
                    _ => {}
                }
                let heard = provider.hear().await.expect("an event");
                assert_eq!(without_id(heard), without_id(event.clone()));
            }
            "close" => {
                assert_eq!(provider.closed().await, Some(1000));
                return;
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_golden_translation_gives_its_captions_and_its_audio() {
    let (steps, wanted) = unbounded_channel();
    let provider = Provider::new(1, move |connection| {
        replay_translation(connection, steps.clone())
    })
    .await;
    let engine = translate(account(provider.endpoint()));
    let meter = SumMeter::new();
    let stream = open_metered(&*engine, Arc::clone(&meter)).await;
    let given = follow(stream, meter, wanted).await;
    provider.finish().await;
    let rows = golden::session("translation.en-es");
    assert_eq!(
        given.source,
        " Good morning, everyone. The meeting starts at nine."
    );
    assert_eq!(
        given.target,
        "Buenos días, a todos. La reunión empieza a las nueve."
    );
    assert_eq!(given.places[0], Some(Duration::from_millis(600)));
    assert!(given.places.iter().all(Option::is_some));
    assert_eq!(given.objected, [Trouble::Failed]);
    assert_eq!(given.last, Some(Output::Closed));
    assert_is_translation(&given.audio);
    let frames = rows.iter().filter(|row| {
        row["event"]["type"] == "session.input_audio_buffer.append"
            && row["event"]["event_id"] != "evt_t_bad"
    });
    let spoken = Duration::from_millis(200) * frames.count() as u32;
    assert_eq!(given.used.audio_in, spoken);
    let expected: usize = pieces(&rows, "session.output_audio.delta").len() / 4 * 3;
    assert!(expected.abs_diff(given.audio.len()) < 100, "{expected}");
    assert_eq!(
        given.used.audio_out,
        Duration::from_secs_f64(given.audio.len() as f64 / 48_000.0)
    );
    let counted = engine.report().counted;
    assert_eq!(counted["sessions_opened"], 1);
    assert_eq!(
        (counted["objections"], counted.get("speech_dropped_ms")),
        (1, None)
    );
}

/// Where the recording's server answers by itself, ours has to be asked.
async fn replay_conversation(mut provider: Connection, steps: UnboundedSender<Step>) {
    for row in golden::session("ga.en-es.bargein") {
        let event = &row["event"];
        match (
            row["dir"].as_str().unwrap(),
            event["type"].as_str().unwrap_or_default(),
        ) {
            ("open", _) => assert_eq!(provider.path, "/v1/realtime?model=gpt-realtime"),
            ("c2s", "session.update") => {
                let heard = provider.hear().await.expect("settings");
                let input = &heard["session"]["audio"]["input"];
                assert_eq!(heard["session"]["type"], "realtime");
                assert_eq!(heard["session"]["output_modalities"], json!(["audio"]));
                assert_eq!(input["turn_detection"], Value::Null);
                assert!(input.as_object().unwrap().contains_key("turn_detection"));
                for field in ["format", "transcription", "noise_reduction"] {
                    assert_eq!(input[field], event["session"]["audio"]["input"][field]);
                }
                let output = &event["session"]["audio"]["output"];
                assert_eq!(&heard["session"]["audio"]["output"], output);
            }
            ("c2s", "input_audio_buffer.append") => {
                speak(&steps, event);
                let heard = provider.hear_type("input_audio_buffer.append").await;
                assert_eq!(&heard["audio"], &event["audio"]);
            }
            ("c2s", "conversation.item.truncate") => {
                let heard = Duration::from_millis(event["audio_end_ms"].as_u64().unwrap());
                steps.send(Step::Interrupted { turn: 1, heard }).unwrap();
                let heard = provider.hear_type("conversation.item.truncate").await;
                assert_eq!(without_id(heard), without_id(event.clone()));
            }
            ("c2s", "response.cancel") if event["response_id"].is_string() => {
                let heard = Duration::ZERO;
                steps.send(Step::Interrupted { turn: 2, heard }).unwrap();
                let heard = provider.hear_type("response.cancel").await;
                assert_eq!(without_id(heard), without_id(event.clone()));
            }
            // The recording's client cancels what is over; we do not, and are told so all the same.
            ("c2s", "response.cancel") => {}
            // The recording's client translates its text; ours asks again for what failed by the rate limit.
            ("c2s", "response.create") => {
                let again = provider.hear_type("response.create").await;
                assert_eq!(again["response"]["metadata"]["turn"], "3");
            }
            ("s2c", "input_audio_buffer.speech_stopped") => {
                provider.say(event).await;
                steps.send(Step::EndOfUtterance).unwrap();
                provider.hear_type("input_audio_buffer.commit").await;
            }
            ("s2c", "response.created") if event["response"]["id"] != "resp_0005" => {
                let asked = provider.hear_type("response.create").await;
                let input = &asked["response"]["input"];
                assert_eq!(input[0]["type"], "item_reference");
                assert_eq!(asked["response"].get("conversation"), None);
                provider.say(event).await;
            }
            ("s2c", "error") if event["error"]["code"] == "session_expired" => {
                // History is kept flat: the first turn is forgotten once the fourth is over.
                for item in ["item_user_0001", "item_asst_0001"] {
                    let heard = provider.hear_type("conversation.item.delete").await;
                    assert_eq!(heard["item_id"], item);
                }
                provider.say(event).await;
            }
            ("s2c", _) => provider.say(event).await,
            ("close", _) => {
                let reason = row["reason"].as_str().unwrap();
                return provider.close(1001, reason).await;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_golden_conversation_gives_its_turns_its_audio_and_its_tokens() {
    let (steps, wanted) = unbounded_channel();
    let provider = Provider::new(1, move |connection| {
        replay_conversation(connection, steps.clone())
    })
    .await;
    let engine = converse(account(provider.endpoint()));
    let meter = SumMeter::new();
    let stream = open_metered(&*engine, Arc::clone(&meter)).await;
    let given = follow(stream, meter, wanted).await;
    provider.finish().await;
    assert_eq!(
        given.source,
        "Good morning, everyone.The meeting starts at nine."
    );
    assert_eq!(
        given.target,
        "Buenos días a todos.La reunión empiezaGracias."
    );
    let mut by_turn = given.by_turn;
    by_turn.sort();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        by_turn,
        [
            ("source", 0, text("Good morning, everyone.")),
            ("source", 1, text("The meeting starts at nine.")),
            ("source", 3, None),
            ("target", 0, text("Buenos días a todos.")),
            ("target", 1, None),
            ("target", 2, None),
            ("target", 3, text("Gracias.")),
        ]
    );
    assert_is_translation(&given.audio);
    assert_eq!(given.used.tokens, golden_tokens());
    match given.last {
        Some(Output::Failed(error)) => {
            assert_eq!(error.trouble, Trouble::Expired, "it is to be renewed");
            assert!(error.message.contains("session_expired"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let counted = engine.report().counted;
    assert_eq!(counted["turns_retried"], 1);
    assert_eq!(counted.get("events_unknown"), None);
    assert_eq!(counted.get("turns_untranslated"), None);
}

fn golden_tokens() -> Tokens {
    let mut sum = Tokens::default();
    for row in golden::session("ga.en-es.bargein") {
        if row["event"]["type"] == "response.done" {
            let usage = &row["event"]["response"]["usage"];
            let number = |path: &str| usage.pointer(path).unwrap().as_u64().unwrap();
            let text_cached = number("/input_token_details/cached_tokens_details/text_tokens");
            let audio_cached = number("/input_token_details/cached_tokens_details/audio_tokens");
            sum.text_in += number("/input_token_details/text_tokens") - text_cached;
            sum.audio_in += number("/input_token_details/audio_tokens") - audio_cached;
            sum.text_in_cached += text_cached;
            sum.audio_in_cached += audio_cached;
            sum.text_out += number("/output_token_details/text_tokens");
            sum.audio_out += number("/output_token_details/audio_tokens");
        }
    }
    assert!(sum.audio_out > 0 && sum.text_in_cached > 0);
    sum
}
