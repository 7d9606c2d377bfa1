//! What is said in the measurements: everyday sentences by flite's voice slt, and recordings of people.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use interpres::audio::{pcm::rms_dbfs, wav};

/// Samples in a second of all speech here.
pub const RATE: usize = 16_000;

/// Debian's `pocketsphinx-testdata`.
const RECORDINGS: &str = "/usr/share/pocketsphinx/test/data";

/// A block of 20 ms counts as loud within this many dB of the loudest one: flite is silent elsewhere; after people's
/// words come their breath and the room's noise, which are not speech.
const LOUD_OF_FLITE_DB: f32 = 30.0;
const LOUD_OF_PEOPLE_DB: f32 = 20.0;

/// The everyday sentences of the feasibility study.
const SENTENCES: [&str; 20] = [
    "Good morning, how are you?",
    "Can you hear me?",
    "My name is Anna and I live in Madrid.",
    "Where is the train station?",
    "I would like a cup of coffee, please.",
    "What time does the meeting start tomorrow?",
    "I don't understand what you are saying.",
    "Please speak more slowly.",
    "We need to finish the report before Friday.",
    "How much does this cost?",
    "The doctor will see you in ten minutes.",
    "Thank you very much for your help.",
    "I have been working here for three years.",
    "Could you send me the document by email?",
    "It is raining and I forgot my umbrella.",
    "The children are playing in the garden.",
    "Let's start the call, everyone is here.",
    "I think we should change the price of the product.",
    "She said that the flight was cancelled.",
    "See you next week!",
];

/// Something said.
#[derive(Clone)]
pub struct Saying {
    /// The words, where they are known.
    pub words: Option<String>,
    /// 16 kHz mono.
    pub samples: Vec<i16>,
    /// Where the voice ends: just after the last loud block of 20 ms.
    pub voice_until: usize,
}

impl Saying {
    fn new(words: Option<&str>, samples: Vec<i16>, loud_db: f32) -> Self {
        let block = RATE / 50;
        let levels: Vec<f32> = samples.chunks(block).map(rms_dbfs).collect();
        let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let last = levels.iter().rposition(|level| *level >= loudest - loud_db);
        Self {
            words: words.map(str::to_owned),
            voice_until: last.map_or(0, |last| ((last + 1) * block).min(samples.len())),
            samples,
        }
    }
}

/// The first of the everyday sentences, and the two recordings that the goal names.
pub fn everyday(sentences: usize) -> anyhow::Result<Vec<Saying>> {
    let mut sayings = Vec::new();
    for text in SENTENCES.iter().take(sentences) {
        sayings.push(Saying::new(Some(text), spoken(text)?, LOUD_OF_FLITE_DB));
    }
    sayings.push(raw("goforward.raw", Some("go forward ten meters"))?);
    sayings.push(raw("something.raw", Some("go somewhere and do something"))?);
    Ok(sayings)
}

/// People reading: five times playing cards, five sentences of a novel, numbers.
pub fn recordings() -> anyhow::Result<Vec<Saying>> {
    let mut sayings = Vec::new();
    for (folder, list) in [
        ("cards", "cards.transcription"),
        ("librivox", "transcription"),
    ] {
        let list = std::fs::read_to_string(Path::new(RECORDINGS).join(folder).join(list))?;
        for line in list.lines() {
            let (words, name) = line.rsplit_once('(').context("`words (name)`")?;
            let words = words.replace("<s>", "").replace("</s>", "");
            let file = format!("{folder}/{}.wav", name.trim_end_matches(')'));
            let (samples, rate) = wav::decode(&read(&file)?)?;
            ensure!(rate as usize == RATE, "{file} has {rate} Hz");
            sayings.push(Saying::new(Some(words.trim()), samples, LOUD_OF_PEOPLE_DB));
        }
    }
    sayings.push(raw("numbers.raw", None)?);
    Ok(sayings)
}

fn raw(name: &str, words: Option<&str>) -> anyhow::Result<Saying> {
    let samples = read(name)?
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    Ok(Saying::new(words, samples, LOUD_OF_PEOPLE_DB))
}

fn read(name: &str) -> anyhow::Result<Vec<u8>> {
    let file = Path::new(RECORDINGS).join(name);
    std::fs::read(&file)
        .with_context(|| format!("{}; apt-get install pocketsphinx-testdata", file.display()))
}

fn spoken(text: &str) -> anyhow::Result<Vec<i16>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("speech.wav");
    let said = Command::new("flite")
        .args(["-voice", "slt", "-t", text, "-o"])
        .arg(&file)
        .status()
        .context("apt-get install flite")?;
    ensure!(said.success(), "flite failed");
    let (samples, rate) = wav::decode(&std::fs::read(&file)?)?;
    ensure!(rate as usize == RATE, "flite speaks at {rate} Hz");
    Ok(samples)
}

/// Wrong words over words said, by the fewest words replaced, left out or put in.
#[derive(Default)]
pub struct WordErrors {
    wrong: usize,
    said: usize,
}

impl WordErrors {
    /// Compares one text.
    pub fn add(&mut self, said: &str, understood: &str) {
        let (said, understood) = (words(said), words(understood));
        let mut row: Vec<usize> = (0..=understood.len()).collect();
        for (index, word) in said.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], index + 1);
            for (other, heard) in understood.iter().enumerate() {
                let replaced = diagonal + usize::from(word != heard);
                diagonal = row[other + 1];
                row[other + 1] = replaced.min(diagonal + 1).min(row[other] + 1);
            }
        }
        self.wrong += row[understood.len()];
        self.said += said.len();
    }

    /// In percent.
    pub fn percent(&self) -> f64 {
        100.0 * self.wrong as f64 / self.said.max(1) as f64
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|character: char| !character.is_alphanumeric() && character != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
