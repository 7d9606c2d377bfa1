//! What was asked for in the goldens, in our own words: the many ways to answer, join, place and play into a call.

use interpres::links::acs::wire::{
    connection::{PhoneNumber, UserReference},
    identifier::Identifier,
    media::{
        AudioChannels, AudioFormat, File, MediaStreaming, Play, PlaySource, Ssml, Text,
        Transcription,
    },
    request::{Answer as AnswerCall, CallIntelligence, CallLocator, Connect, Create},
};

pub const CALL: &str = "19002280-4245-408d-9d5a-342ec5e39499";
pub const CONTEXT: &str =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJjYyI6Ikg0c0lBQUFBIiwic2hyVG9rZW4iOiJleUpoYkdjaSJ9.";
pub const CALLBACK: &str = "https://bot.example.com/callbacks/2f9f0d6e-6d1c-4f0e-9d0e-6a1b8f2f1c11?callerId=%2B14255550123";
pub const SOCKET: &str = "wss://bot.example.com/ws?session_id=2f9f0d6e-6d1c-4f0e-9d0e-6a1b8f2f1c11";
pub const PHONE: &str = "4:+14255550123";
pub const USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";
pub const OTHER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-1889-f3a7-6a0b-343a0d0061f3";
pub const BOT: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_0000001c-aaaa-bbbb-cccc-343a0d00b07b";
pub const ROOM: &str = "99123456789012345";

pub fn who(raw_id: &str) -> Identifier {
    Identifier::from_raw(raw_id)
}

pub fn number(value: &str) -> Option<PhoneNumber> {
    let value = value.to_owned();
    Some(PhoneNumber { value })
}

pub fn user(id: &str) -> Option<UserReference> {
    let id = id.to_owned();
    Some(UserReference { id })
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn answer() -> AnswerCall {
    AnswerCall::new(CONTEXT.into(), CALLBACK)
}

pub fn media(channels: AudioChannels, format: AudioFormat, starts: bool) -> Option<MediaStreaming> {
    Some(MediaStreaming {
        start_media_streaming: Some(starts),
        enable_bidirectional: Some(true),
        audio_format: Some(format),
        ..MediaStreaming::to(SOCKET, channels)
    })
}

pub fn mixed() -> Option<MediaStreaming> {
    media(AudioChannels::Mixed, AudioFormat::Pcm24K, true)
}

pub fn transcription(starts: bool) -> Transcription {
    Transcription {
        start_transcription: Some(starts),
        ..Transcription::to("wss://bot.example.com/transcription", "en-US")
    }
}

pub fn intelligence() -> Option<CallIntelligence> {
    Some(CallIntelligence {
        cognitive_services_endpoint: "https://contoso-ai.cognitiveservices.azure.com/".to_owned(),
    })
}

/// The ways in which calls are answered.
pub fn answering(name: &str) -> Option<AnswerCall> {
    use AudioChannels::{Mixed, Unmixed};
    use AudioFormat::{Pcm16K, Pcm24K};
    let mut answer = answer();
    let incoming = some("incomingCall");
    match name {
        "answer_call_minimal" => {}
        "answer_call_answered_by" => {
            answer.answered_by = user(BOT);
            answer.media_streaming_options = mixed();
        }
        "answer_call_media_and_transcription" => {
            answer.operation_context = incoming;
            answer.call_intelligence_options = intelligence();
            answer.media_streaming_options = mixed();
            answer.transcription_options = Some(Transcription {
                enable_intermediate_results: Some(true),
                ..transcription(true)
            });
        }
        "answer_call_media_dtmf_tones" => {
            let mut media = mixed();
            media.as_mut().unwrap().enable_dtmf_tones = Some(true);
            answer.media_streaming_options = media;
        }
        "answer_call_media_mixed_16k_bidi_start_false" => {
            answer.operation_context = incoming;
            answer.media_streaming_options = media(Mixed, Pcm16K, false);
        }
        "answer_call_media_mixed_24k_bidi_start_true" => {
            answer.operation_context = incoming;
            answer.media_streaming_options = mixed();
        }
        "answer_call_media_unidirectional_defaults" => {
            answer.media_streaming_options = Some(MediaStreaming::to(SOCKET, Mixed));
        }
        "answer_call_media_unmixed_16k_bidi_start_true" => {
            answer.media_streaming_options = media(Unmixed, Pcm16K, true);
        }
        "answer_call_media_unmixed_24k_bidi_start_false" => {
            answer.media_streaming_options = media(Unmixed, Pcm24K, false);
        }
        "answer_call_transcription_only" => {
            answer.call_intelligence_options = intelligence();
            answer.transcription_options = Some(transcription(false));
        }
        "answer_call_unicode_context" => {
            answer.operation_context = some("房间-é \"q\" \\ / </x>");
        }
        _ => return None,
    }
    Some(answer)
}

/// The ways in which calls are joined.
pub fn connecting(name: &str) -> Option<Connect> {
    let room = CallLocator::Room {
        room_id: ROOM.to_owned(),
    };
    let to = |locator| Connect::new(locator, CALLBACK);
    Some(match name {
        "connect_call_room_24k" => Connect {
            operation_context: some("connectCallContext"),
            call_intelligence_options: intelligence(),
            media_streaming_options: mixed(),
            ..to(room)
        },
        "connect_call_server_call_id" => to(CallLocator::ServerCall {
            server_call_id: "aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252LXVzd2UtMDMtcHJvZC1ha3MuY29udi5za3lwZS5jb20vY29udi8tLWY3b2gxaWlFNkNYTnI4a0t6SnVBP2k9MTAtNjAtOS0yMTUmZT02Mzg3NTE2NDk0Nzk3MDIwMzY=".to_owned(),
        }),
        "connect_call_group_call_id" => Connect {
            media_streaming_options: mixed(),
            transcription_options: Some(transcription(false)),
            ..to(CallLocator::Group {
                group_call_id: "29228d3e-040e-4656-a70e-890ab4e173e5".to_owned(),
            })
        },
        "seed_connect_call_room" => {
            let socket = "wss://bot.example.com/ws";
            let mut media = media(AudioChannels::Mixed, AudioFormat::Pcm16K, true);
            media.as_mut().unwrap().transport_url = socket.into();
            Connect {
                operation_context: some("incomingCall"),
                media_streaming_options: media,
                ..to(room)
            }
        }
        _ => return None,
    })
}

/// The ways in which calls are placed.
pub fn creating(name: &str) -> Option<Create> {
    let call = |targets: &[&str]| {
        let targets = targets.iter().map(|target| who(target)).collect();
        Create::new(targets, CALLBACK)
    };
    Some(match name {
        "create_call_group" => Create {
            source_caller_id_number: number("+18005550100"),
            ..call(&[USER, PHONE])
        },
        "create_call_phone_media" => Create {
            source_caller_id_number: number("+18005550100"),
            source_display_name: some("Interpreter"),
            operation_context: some("outbound-1"),
            media_streaming_options: mixed(),
            ..call(&[PHONE])
        },
        "create_call_user_source" => Create {
            source: user(BOT),
            media_streaming_options: media(AudioChannels::Mixed, AudioFormat::Pcm24K, false),
            ..call(&[USER])
        },
        _ => return None,
    })
}

pub fn playing(name: &str) -> Option<Play> {
    let (source, to, cuts_in, context) = match name {
        "play_media_file_all" => {
            let uri = "https://bot.example.com/hello.wav".to_owned();
            let file = PlaySource::File { file: File { uri } };
            (file, vec![], false, some("play-1"))
        }
        "play_media_ssml_interrupt" => {
            let ssml_text = "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"en-US\"><voice name=\"en-US-JennyNeural\">Hi</voice></speak>".to_owned();
            let ssml = PlaySource::Ssml {
                ssml: Ssml { ssml_text },
            };
            (ssml, vec![], true, None)
        }
        "play_media_text_to" => {
            let text = Text {
                text: "Bonjour à tous".to_owned(),
                source_locale: some("fr-FR"),
                voice_name: some("fr-FR-DeniseNeural"),
                ..Text::default()
            };
            (
                PlaySource::Text { text },
                vec![who(USER)],
                false,
                some("play-2"),
            )
        }
        _ => return None,
    };
    Some(Play {
        play_sources: vec![source],
        play_to: to,
        interrupt_call_media_operation: cuts_in,
        operation_context: context,
        ..Play::default()
    })
}
