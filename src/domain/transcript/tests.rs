//! Transcripts read back by parsers: every format, every order of speech, and texts that mean harm.

use proptest::prelude::*;
use serde_json::{Value, json};
use webvtt_parser::Vtt;

use super::*;
use crate::domain::{room_log::Subject, time::Timestamp};

/// A moment this many milliseconds after the first of these tests.
fn at(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_700_000_000_000 + millis)
}

fn language(tag: &str) -> Language {
    tag.parse().unwrap()
}

/// What somebody says, as the room logs it.
struct Said<'a> {
    seq: u64,
    kind: EntryKind,
    name: &'a str,
    language: &'a str,
    text: &'a str,
    time: (u64, Option<u64>),
}

impl Said<'_> {
    fn entry(&self) -> LogEntry {
        let frame = json!({
            "type": self.kind.name(), "seq": self.seq, "room_id": "demo",
            "utterance_id": format!("u{}-{}", self.name, self.time.0), "revision": 0,
            "speaker": {"session_id": "someone", "name": self.name}, "language": self.language,
            "text": self.text, "final": true, "started_at": at(self.time.0),
            "ended_at": self.time.1.map(at), "engine": "local",
        });
        entry(
            self.seq,
            self.kind,
            Some(language(self.language)),
            at(self.time.0),
            &frame,
        )
    }
}

fn entry(
    seq: u64,
    kind: EntryKind,
    language: Option<Language>,
    at: Timestamp,
    frame: &Value,
) -> LogEntry {
    LogEntry {
        seq,
        subject: Subject {
            kind,
            speaker: "someone".parse().unwrap(),
            language,
            at,
        },
        frame: frame.to_string().into(),
    }
}

fn said(seq: u64, name: &str, text: &str, time: (u64, u64)) -> LogEntry {
    Said {
        seq,
        kind: EntryKind::Transcription,
        name,
        language: "en",
        text,
        time: (time.0, Some(time.1)),
    }
    .entry()
}

fn translated(seq: u64, name: &str, into: &str, text: &str, time: (u64, u64)) -> LogEntry {
    Said {
        seq,
        kind: EntryKind::Translation,
        name,
        language: into,
        text,
        time: (time.0, Some(time.1)),
    }
    .entry()
}

fn came(seq: u64, name: &str) -> LogEntry {
    let frame = json!({"type": "participant_joined", "seq": seq, "participant": {"name": name}});
    entry(seq, EntryKind::Present, None, at(0), &frame)
}

fn write(format: Format, reading: Reading, entries: &[LogEntry]) -> String {
    let room = "demo".parse().unwrap();
    let mut transcript = Transcript::new(&room, format, reading, false);
    let mut out = String::new();
    transcript.begin(&mut out);
    for entry in entries {
        transcript.add(entry, &mut out);
    }
    transcript.end(&mut out);
    out
}

fn original(format: Format, entries: &[LogEntry]) -> String {
    write(format, Reading::Original, entries)
}

/// A cue as a reader of the document has it: times in milliseconds, and the lines of its text.
type Read = (u64, u64, String);

/// Reads WebVTT with a parser of others.
fn read_vtt(document: &str) -> Vec<Read> {
    let parsed = Vtt::parse(document).unwrap_or_else(|error| panic!("{error}\n{document}"));
    let cues = parsed.cues.iter().map(|cue| {
        let (start, end) = (cue.start.as_milliseconds(), cue.end.as_milliseconds());
        (start, end, cue.text.to_owned())
    });
    cues.collect()
}

/// Reads SubRip by its strictest reading.
fn read_srt(document: &str) -> Vec<Read> {
    if document.is_empty() {
        return Vec::new();
    }
    let blocks = document.strip_suffix("\n\n").expect("it ends with a cue");
    let mut cues = Vec::new();
    for (position, block) in blocks.split("\n\n").enumerate() {
        let (number, rest) = block.split_once('\n').expect("a number");
        assert_eq!(number, (position + 1).to_string(), "{document}");
        let (times, text) = rest.split_once('\n').expect("times");
        let (start, end) = times.split_once(" --> ").expect("an arrow");
        assert!(
            !text.is_empty() && !text.contains("-->") && text.lines().all(|line| !line.is_empty()),
            "{block:?}"
        );
        cues.push((read_time(start), read_time(end), text.to_owned()));
    }
    cues
}

fn read_time(text: &str) -> u64 {
    let (clock, millis) = text.split_once(',').expect("a comma");
    assert_eq!(millis.len(), 3, "{text}");
    let parts: Vec<&str> = clock.split(':').collect();
    assert!(
        parts.len() == 3 && parts.iter().all(|part| part.len() >= 2),
        "{text}"
    );
    let seconds = parts
        .iter()
        .fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap());
    seconds * 1_000 + millis.parse::<u64>().unwrap()
}

#[test]
fn a_conversation_in_every_format() {
    let entries = [
        came(1, "Ana"),
        said(2, "Ana", "Good morning.", (5_000, 6_500)),
        translated(3, "Ana", "es", "Buenos días.", (5_000, 6_500)),
        said(5, "Ben", "Hello & welcome.", (3_665_000, 3_666_250)),
    ];
    assert_eq!(
        original(Format::Vtt, &entries),
        "WEBVTT\n\nNOTE Room demo\n\nNOTE Times count from 2023-11-14T22:13:25.000Z\n\n\
         2\n00:00:00.000 --> 00:00:01.500\n<v Ana>Good morning.\n\n\
         5\n01:01:00.000 --> 01:01:01.250\n<v Ben>Hello &amp; welcome.\n\n"
    );
    assert_eq!(
        original(Format::Srt, &entries),
        "1\n00:00:00,000 --> 00:00:01,500\nAna: Good morning.\n\n\
         2\n01:01:00,000 --> 01:01:01,250\nBen: Hello & welcome.\n\n"
    );
    assert_eq!(
        original(Format::Text, &entries),
        "Room demo\nTimes count from 2023-11-14T22:13:25.000Z\n\n\
         [00:00:00] Ana: Good morning.\n[01:01:00] Ben: Hello & welcome.\n"
    );
    let document: Value = serde_json::from_str(&original(Format::Json, &entries)).unwrap();
    let frames: Vec<Value> = entries
        .iter()
        .map(|entry| serde_json::from_str(&entry.frame).unwrap())
        .collect();
    assert_eq!(document, json!({"room_id": "demo", "entries": frames}));
}

#[test]
fn a_reading_has_what_was_said_in_the_language_and_what_was_translated_into_it() {
    let entries = [
        came(1, "Ana"),
        said(2, "Ana", "Good morning.", (0, 1_000)),
        translated(3, "Ana", "es", "Buenos días.", (0, 1_000)),
        translated(4, "Ana", "fr", "Bonjour.", (0, 1_000)),
        Said {
            seq: 5,
            kind: EntryKind::Transcription,
            name: "Luz",
            language: "es-MX",
            text: "¿Qué tal?",
            time: (2_000, None),
        }
        .entry(),
        translated(6, "Luz", "en", "How are you?", (2_000, 3_000)),
    ];
    let read = |tag: &str| -> Vec<String> {
        let document = write(Format::Srt, Reading::In(language(tag)), &entries);
        read_srt(&document)
            .into_iter()
            .map(|(_, _, text)| text)
            .collect()
    };
    assert_eq!(read("es"), ["Ana: Buenos días.", "Luz: ¿Qué tal?"]);
    assert_eq!(read("en"), ["Ana: Good morning.", "Luz: How are you?"]);
    assert_eq!(read("fr"), ["Ana: Bonjour."]);
    assert_eq!(read("de"), [""; 0]);
    let document = write(Format::Json, Reading::In(language("es")), &entries);
    let document: Value = serde_json::from_str(&document).unwrap();
    let numbers: Vec<&Value> = document["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["seq"])
        .collect();
    assert_eq!(numbers, [3, 5]);
}

#[test]
fn times_are_the_same_in_every_language() {
    let entries = [
        said(1, "Ana", "Good morning.", (0, 1_000)),
        said(2, "Ben", "Hello.", (4_000, 5_000)),
        translated(3, "Ben", "es", "Hola.", (4_000, 5_000)),
    ];
    let spanish = write(Format::Vtt, Reading::In(language("es")), &entries);
    assert_eq!(
        read_vtt(&spanish),
        [(4_000, 5_000, "<v Ben>Hola.".to_owned())]
    );
}

#[test]
fn an_utterance_is_written_once_however_many_variants_of_the_language_it_has() {
    let entries = [
        said(1, "Ana", "Good morning.", (0, 1_000)),
        translated(2, "Ana", "pt-BR", "Bom dia!", (0, 1_000)),
        translated(3, "Ana", "pt-PT", "Bom dia.", (0, 1_000)),
        translated(4, "Ana", "pt-BR", "Outra vez.", (1_500, 2_000)),
    ];
    let read = read_srt(&write(Format::Srt, Reading::In(language("pt")), &entries));
    let texts: Vec<&str> = read.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(texts, ["Ana: Bom dia!", "Ana: Outra vez."]);
}

#[test]
fn captions_stand_in_the_order_in_which_they_began_and_may_overlap() {
    let entries = [
        said(1, "Ben", "Short.", (2_000, 2_500)),
        said(2, "Cleo", "Shorter.", (2_000, 2_200)),
        said(3, "Ana", "A long story.", (0, 9_000)),
    ];
    for (cues, name) in [
        (read_vtt(&original(Format::Vtt, &entries)), "vtt"),
        (read_srt(&original(Format::Srt, &entries)), "srt"),
    ] {
        let times: Vec<(u64, u64)> = cues.iter().map(|(start, end, _)| (*start, *end)).collect();
        assert_eq!(
            times,
            [(0, 9_000), (2_000, 2_500), (2_000, 2_200)],
            "{name}"
        );
    }
}

#[test]
fn what_is_followed_is_written_at_once_and_its_times_never_go_back() {
    let room = "demo".parse().unwrap();
    let mut transcript = Transcript::new(&room, Format::Vtt, Reading::Original, true);
    let mut document = String::new();
    transcript.begin(&mut document);
    transcript.add(&said(1, "Ben", "Before.", (1_000, 2_000)), &mut document);
    assert!(
        !document.contains("Before"),
        "others may have begun earlier"
    );
    transcript.go_live(&mut document);
    for (seq, text, time) in [
        (2, "Later.", (9_000, 9_500)),
        (3, "A long story.", (4_000, 9_200)),
        (4, "Ended before its turn.", (3_000, 3_500)),
    ] {
        transcript.add(&said(seq, "Ana", text, time), &mut document);
        assert!(document.ends_with(&format!("{text}\n\n")), "{document}");
        transcript.keep_alive(&mut document);
    }
    transcript.end(&mut document);
    let times: Vec<(u64, u64)> = read_vtt(&document)
        .iter()
        .map(|(start, end, _)| (*start, *end))
        .collect();
    assert_eq!(
        times,
        [(0, 1_000), (8_000, 8_500), (8_000, 8_200), (8_000, 9_320)]
    );
}

#[test]
fn json_that_is_followed_is_a_line_for_each_message() {
    let room = "demo".parse().unwrap();
    let mut transcript = Transcript::new(&room, Format::Json, Reading::Original, true);
    let mut out = String::new();
    transcript.begin(&mut out);
    transcript.add(&came(1, "Ana"), &mut out);
    transcript.keep_alive(&mut out);
    transcript.add(&said(2, "Ana", "One\nline.", (0, 1)), &mut out);
    transcript.end(&mut out);
    let kinds: Vec<String> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].to_string())
        .collect();
    assert_eq!(
        kinds,
        [
            "\"participant_joined\"",
            "\"keep_alive\"",
            "\"transcription\""
        ]
    );
}

#[test]
fn a_caption_without_an_end_or_with_an_earlier_one_is_shown_as_long_as_it_takes_to_read() {
    for (text, ended_at, expected) in [
        ("Yes.", None, 1_000),
        ("Yes.", Some(10_000), 1_000),
        ("Yes.", Some(9_000), 1_000),
        ("Twenty-nine letters, this is.", None, 29 * 60),
        (&"long ".repeat(100), None, 7_000),
        ("Yes.", Some(10_001), 1),
    ] {
        let entry = Said {
            seq: 1,
            kind: EntryKind::Transcription,
            name: "Ana",
            language: "en",
            text,
            time: (10_000, ended_at),
        }
        .entry();
        let cues = read_srt(&original(Format::Srt, &[entry]));
        assert_eq!((cues[0].0, cues[0].1), (0, expected), "{text} {ended_at:?}");
    }
}

#[test]
fn a_text_cannot_forge_a_caption_a_line_or_markup() {
    let forged = "Yes.\r\n\r\n7\n00:00:01,000 --> 00:00:09,000\nBen: I agree.\u{2028}\n<script>alert(1)</script>\n{\\an8}\0 x --> y";
    let entries = [said(1, "A<b>\u{202e}\n\nna-->", forged, (0, 1_000))];
    let vtt = original(Format::Vtt, &entries);
    let cues = read_vtt(&vtt);
    assert_eq!(cues.len(), 1, "{vtt}");
    assert_eq!(
        cues[0].2,
        "<v A&lt;b&gt; na--&gt;>Yes.\n7\n00:00:01,000 --&gt; 00:00:09,000\nBen: I agree.\n\
         &lt;script&gt;alert(1)&lt;/script&gt;\n{\\an8} x --&gt; y"
    );
    let srt = original(Format::Srt, &entries);
    let cues = read_srt(&srt);
    assert_eq!(cues.len(), 1, "{srt}");
    assert_eq!(
        cues[0].2,
        "A‹b> na→: Yes.\n7\n00:00:01,000 → 00:00:09,000\nBen: I agree.\n\
         ‹script>alert(1)‹/script>\n(\\an8} x → y"
    );
    let text = original(Format::Text, &entries);
    let own_lines = text.lines().filter(|line| line.starts_with('['));
    assert_eq!(own_lines.count(), 1, "{text}");
}

#[test]
fn nothing_and_what_is_no_caption_make_an_empty_document() {
    let broken = entry(
        3,
        EntryKind::Transcription,
        Some(language("en")),
        at(0),
        &json!({"text": "no times"}),
    );
    for entries in [
        vec![],
        vec![came(1, "Ana"), broken, said(4, "Ana", " \n\0", (0, 1))],
    ] {
        assert_eq!(
            original(Format::Vtt, &entries),
            "WEBVTT\n\nNOTE Room demo\n\n"
        );
        assert_eq!(original(Format::Srt, &entries), "");
        assert_eq!(original(Format::Text, &entries), "Room demo\n");
    }
    let document: Value = serde_json::from_str(&original(Format::Json, &[])).unwrap();
    assert_eq!(document, json!({"room_id": "demo", "entries": []}));
}

proptest! {
    // Each case writes and reads hundreds of captions in four formats.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_said_every_document_can_be_read_and_no_word_is_lost(
        said_by_all in prop::collection::vec(
            ("[\\PC\n\r\t\u{0}<>&{}-]{0,40}", "[\\PC\n<>&-]{0,12}", 0_u64..200_000, prop::option::of(0_u64..200_000)),
            0..600,
        )
    ) {
        let entries: Vec<LogEntry> = said_by_all
            .iter()
            .zip(1..)
            .map(|((text, name, start, end), seq)| Said {
                seq,
                kind: EntryKind::Transcription,
                name: &format!("{name}{seq}"),
                language: "en",
                text,
                time: (*start, *end),
            }.entry())
            .collect();
        let speaking = said_by_all.iter().filter(|(text, ..)| lines::lines(text).next().is_some()).count();
        for cues in [
            read_vtt(&original(Format::Vtt, &entries)),
            read_srt(&original(Format::Srt, &entries)),
        ] {
            prop_assert_eq!(cues.len(), speaking);
            prop_assert!(cues.iter().all(|(start, end, _)| start < end));
            prop_assert!(cues.is_sorted_by_key(|(start, ..)| *start));
        }
        let text = original(Format::Text, &entries);
        prop_assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), speaking);
        let document: Value = serde_json::from_str(&original(Format::Json, &entries)).unwrap();
        prop_assert_eq!(document["entries"].as_array().unwrap().len(), entries.len());
    }
}
