//! Every golden event of ours is produced equal.

use std::collections::{BTreeMap, BTreeSet};

use interpres::engines::realtime::wire::{
    conversation::{
        Act, Ask, Audio, Content, Format, Input, Item, NoiseReduction, Output, Response, Session,
        TokenLimits, Transcription, Truncation, TurnDetection,
    },
    encoded, translation,
};
use serde::Serialize;
use serde_json::Value;

use super::golden;

/// What is only for calls over WebRTC and telephones.
const NOT_OURS: [&str; 1] = ["output_audio_buffer.clear"];

fn produced(event: &impl Serialize) -> Value {
    serde_json::to_value(event).unwrap()
}

fn audio(name: &str) -> String {
    let golden = golden::file("client", name);
    let audio = golden["audio"]
        .as_str()
        .or(golden["item"]["content"][0]["audio"].as_str());
    audio.unwrap().to_owned()
}

fn named(act: Act, id: &str) -> Value {
    produced(&act.named(id))
}

fn plain(act: Act) -> Value {
    produced(&act.plain())
}

fn message(role: &'static str, content: Content) -> Item {
    Item::Message {
        id: None,
        role,
        content: vec![content],
    }
}

fn create(item: Item) -> Act {
    Act::Create {
        item,
        previous_item_id: None,
    }
}

fn update(session: Session) -> Act {
    Act::Update {
        session: Box::new(Session {
            family: "realtime",
            ..session
        }),
    }
}

fn heard(input: Input) -> Option<Audio> {
    Some(Audio {
        input: Some(input),
        output: None,
    })
}

fn field(field: &'static str) -> Option<Option<NoiseReduction>> {
    Some(Some(NoiseReduction { field }))
}

fn items() -> Vec<(&'static str, Value)> {
    let text = |text: &str| text.to_owned();
    let (user, assistant) = (text("item_user_0001"), text("item_asst_0001"));
    vec![
        (
            "conversation.item.create.assistant_text",
            named(
                create(message(
                    "assistant",
                    Content::OutputText {
                        text: text("Buenos días a todos."),
                    },
                )),
                "evt_0017",
            ),
        ),
        (
            "conversation.item.create.system_root",
            named(
                Act::Create {
                    item: Item::Message {
                        id: Some(text("item_sys_0001")),
                        role: "system",
                        content: vec![Content::InputText {
                            text: text("Glossary: \"Reachy\" stays untranslated."),
                        }],
                    },
                    previous_item_id: Some(text("root")),
                },
                "evt_0016",
            ),
        ),
        (
            "conversation.item.create.user_audio",
            named(
                create(message(
                    "user",
                    Content::InputAudio {
                        audio: audio("conversation.item.create.user_audio"),
                    },
                )),
                "evt_0018",
            ),
        ),
        (
            "conversation.item.create.user_text",
            named(
                create(message(
                    "user",
                    Content::InputText {
                        text: text("Good morning, everyone."),
                    },
                )),
                "evt_0015",
            ),
        ),
        (
            "conversation.item.delete",
            named(
                Act::Delete {
                    item_id: user.clone(),
                },
                "evt_0020",
            ),
        ),
        (
            "conversation.item.retrieve",
            named(
                Act::Retrieve {
                    item_id: user.clone(),
                },
                "evt_0021",
            ),
        ),
        (
            "conversation.item.truncate",
            named(
                Act::Truncate {
                    item_id: assistant,
                    content_index: 0,
                    audio_end_ms: 1_500,
                },
                "evt_0019",
            ),
        ),
    ]
}

fn buffers_and_responses() -> Vec<(&'static str, Value)> {
    let text = |text: &str| text.to_owned();
    let append = |name| Act::Append { audio: audio(name) };
    let noted = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(key, value)| (text(key), text(value)));
        Some(pairs.collect::<BTreeMap<_, _>>())
    };
    let by_reference = Response {
        conversation: Some("none"),
        output_modalities: Some(vec!["audio"]),
        audio: Some(Audio {
            input: None,
            output: Some(Output {
                voice: Some(text("cedar")),
                format: Some(Format::PCM),
                speed: None,
            }),
        }),
        metadata: noted(&[("target", "fr")]),
        input: Some(vec![Item::ItemReference {
            id: text("item_user_0001"),
        }]),
        ..Response::default()
    };
    let out_of_band = Response {
        conversation: Some("none"),
        output_modalities: Some(vec!["text"]),
        instructions: Some(text(
            "Translate the user message into Spanish. Output only the translation.",
        )),
        metadata: noted(&[("target", "es"), ("segment", "42")]),
        max_output_tokens: Some(512),
        input: Some(vec![message(
            "user",
            Content::InputText {
                text: text("Good morning, everyone."),
            },
        )]),
        ..Response::default()
    };
    let respond = |response| Act::Respond {
        response: Some(Box::new(response)),
    };
    vec![
        (
            "input_audio_buffer.append",
            plain(append("input_audio_buffer.append")),
        ),
        (
            "input_audio_buffer.append.with_event_id",
            named(
                append("input_audio_buffer.append.with_event_id"),
                "evt_0006",
            ),
        ),
        ("input_audio_buffer.clear", plain(Act::Clear)),
        ("input_audio_buffer.commit", plain(Act::Commit)),
        (
            "input_audio_buffer.commit.with_event_id",
            named(Act::Commit, "evt_0008"),
        ),
        (
            "response.cancel.bare",
            plain(Act::Cancel { response_id: None }),
        ),
        (
            "response.cancel.by_id",
            named(
                Act::Cancel {
                    response_id: Some(text("resp_0001")),
                },
                "evt_0014",
            ),
        ),
        (
            "response.create.bare",
            plain(Act::Respond { response: None }),
        ),
        (
            "response.create.item_reference",
            named(respond(by_reference), "evt_0012"),
        ),
        (
            "response.create.out_of_band_text",
            named(respond(out_of_band), "evt_0011"),
        ),
    ]
}

fn updates() -> Vec<(&'static str, Value)> {
    let text = |text: &str| text.to_owned();
    let full = Session {
        model: Some(text("gpt-realtime")),
        output_modalities: Some(vec!["audio"]),
        instructions: Some(text(
            "You are a simultaneous interpreter. Translate everything the speaker says from English into Spanish. Never \
             answer questions, never add commentary; output only the translation.",
        )),
        audio: Some(Audio {
            input: Some(Input {
                format: Some(Format::PCM),
                transcription: Some(Some(Transcription {
                    model: text("gpt-4o-transcribe"),
                    language: Some(text("en")),
                })),
                noise_reduction: field("near_field"),
                turn_detection: Some(Some(TurnDetection::ServerVad {
                    threshold: 0.5,
                    prefix_padding_ms: 300,
                    silence_duration_ms: 500,
                    create_response: true,
                    interrupt_response: false,
                })),
            }),
            output: Some(Output {
                format: Some(Format::PCM),
                voice: Some(text("marin")),
                speed: Some(1.0),
            }),
        }),
        max_output_tokens: Some(4_096),
        include: Some(vec![text("item.input_audio_transcription.logprobs")]),
        truncation: Some(Truncation::RetentionRatio {
            retention_ratio: 0.8,
            token_limits: Some(TokenLimits {
                post_instructions: 4_000,
            }),
        }),
        ..Session::default()
    };
    let telephone = || Format {
        family: "audio/pcmu",
        rate: None,
    };
    let g711 = Session {
        audio: Some(Audio {
            input: Some(Input {
                format: Some(telephone()),
                ..Input::default()
            }),
            output: Some(Output {
                format: Some(telephone()),
                ..Output::default()
            }),
        }),
        ..Session::default()
    };
    let semantic = Session {
        output_modalities: Some(vec!["text"]),
        audio: heard(Input {
            noise_reduction: field("far_field"),
            turn_detection: Some(Some(TurnDetection::SemanticVad {
                eagerness: "high",
                create_response: true,
                interrupt_response: false,
            })),
            ..Input::default()
        }),
        ..Session::default()
    };
    let by_us = Session {
        audio: heard(Input {
            turn_detection: Some(None),
            ..Input::default()
        }),
        ..Session::default()
    };
    vec![
        ("session.update.full", named(update(full), "evt_0001")),
        ("session.update.g711_ulaw", named(update(g711), "evt_0004")),
        (
            "session.update.text_semantic_vad",
            named(update(semantic), "evt_0002"),
        ),
        (
            "session.update.turn_detection_null",
            named(update(by_us), "evt_0003"),
        ),
    ]
}

fn translations() -> Vec<(&'static str, Value)> {
    use translation::{Ask, Audio, Input, NoiseReduction, Output, Session, Transcription};
    let id = |id: &str| Some(id.to_owned());
    let update = |input, language: Option<&str>, event_id| {
        produced(&Ask::Update {
            session: Session {
                audio: Audio {
                    input: Some(input),
                    output: language.map(|language| Output {
                        language: language.to_owned(),
                    }),
                },
            },
            event_id,
        })
    };
    let noise = |field, strength| Some(Some(NoiseReduction { field, strength }));
    let append = |name, event_id| {
        produced(&Ask::Append {
            audio: audio(name),
            event_id,
        })
    };
    let usual = Input {
        transcription: Some(Some(Transcription {
            model: "gpt-realtime-whisper".to_owned(),
        })),
        noise_reduction: noise("near_field", None),
    };
    let strength = Input {
        transcription: None,
        noise_reduction: noise("far_field", Some(0.5)),
    };
    let off = Input {
        transcription: Some(None),
        noise_reduction: Some(None),
    };
    vec![
        (
            "translation.session.update",
            update(usual, Some("es"), None),
        ),
        (
            "translation.session.update.nr_strength",
            update(strength, None, id("evt_t003")),
        ),
        (
            "translation.session.update.nulls",
            update(off, Some("fr"), id("evt_t002")),
        ),
        (
            "translation.session.input_audio_buffer.append",
            append("translation.session.input_audio_buffer.append", None),
        ),
        (
            "translation.session.input_audio_buffer.append.with_event_id",
            append(
                "translation.session.input_audio_buffer.append.with_event_id",
                id("evt_t005"),
            ),
        ),
        (
            "translation.session.close",
            produced(&Ask::Close { event_id: None }),
        ),
        (
            "translation.session.close.with_event_id",
            produced(&Ask::Close {
                event_id: id("evt_t007"),
            }),
        ),
    ]
}

#[test]
fn every_event_of_ours_is_produced_equal() {
    let mut ours = items();
    ours.extend(buffers_and_responses());
    ours.extend(updates());
    ours.extend(translations());
    let mut left: BTreeSet<String> = golden::files("client")
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("handshake.") && !NOT_OURS.contains(&name.as_str()))
        .collect();
    for (name, event) in ours {
        assert_eq!(event, golden::file("client", name), "{name}");
        assert!(left.remove(name), "{name}");
    }
    assert!(left.is_empty(), "not produced: {left:?}");
    let frame = vec![0; 9_600];
    let silence = golden::file("client", "translation.session.input_audio_buffer.append");
    assert_eq!(silence["audio"], encoded(&frame));
}

#[test]
fn an_ask_without_an_id_has_none() {
    let ask = Ask {
        act: Act::Commit,
        event_id: None,
    };
    assert_eq!(
        serde_json::to_string(&ask).unwrap(),
        r#"{"type":"input_audio_buffer.commit"}"#
    );
}
