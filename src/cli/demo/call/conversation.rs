//! Who talks, and what is said: English from recordings of a person, Spanish spoken by espeak-ng, which the engine of this
//! machine speaks with too.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use interpres::audio::wav;

use super::super::{
    recording::{RATE, Recording},
    usual_recordings,
};

/// What is answered in Spanish, by turns: a sentence each without a pause in it, because one that is heard in two parts is
/// two lines of the script.
const ANSWERS: [&str; 2] = ["Voy diez metros adelante.", "Quiero hablar con mi madre."];

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// She speaks English.
    Ana,
    /// He speaks Spanish.
    Benito,
}

impl Person {
    /// Both of them, in the order in which they call.
    pub const BOTH: [Self; 2] = [Self::Ana, Self::Benito];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ana => "Ana",
            Self::Benito => "Benito",
        }
    }

    /// What is spoken and wanted to be heard.
    pub fn language(self) -> &'static str {
        match self {
            Self::Ana => "en",
            Self::Benito => "es",
        }
    }

    /// The number called from.
    pub fn number(self) -> &'static str {
        match self {
            Self::Ana => "+14255550111",
            Self::Benito => "+34915550122",
        }
    }

    /// The number that is called: each language has one of ours.
    pub fn calls(self) -> &'static str {
        match self {
            Self::Ana => "+18005550100",
            Self::Benito => "+34900555010",
        }
    }

    /// The file of what is heard.
    pub fn heard(self) -> &'static str {
        match self {
            Self::Ana => "heard-by-ana.wav",
            Self::Benito => "heard-by-benito.wav",
        }
    }
}

/// Something that is said.
pub struct Turn {
    /// By whom.
    pub person: Person,
    /// The recording.
    pub file: PathBuf,
    /// What it is, where nobody can write it down.
    pub known: Option<String>,
}

/// What is said by turns; the recordings are written to this folder.
///
/// # Errors
/// Speech that is not installed, or a folder that takes no files.
pub fn conversation(folder: &Path) -> anyhow::Result<Vec<Turn>> {
    let mut turns = Vec::new();
    for (number, (question, answer)) in usual_recordings()?.iter().zip(ANSWERS).enumerate() {
        let name =
            |person: Person| folder.join(format!("said-{}-{}.wav", number + 1, person.language()));
        let file = name(Person::Ana);
        write(&file, question.samples())?;
        turns.push(Turn {
            person: Person::Ana,
            file,
            known: None,
        });
        let file = name(Person::Benito);
        write(&file, &spoken(answer, &file)?)?;
        turns.push(Turn {
            person: Person::Benito,
            file,
            known: Some(answer.to_owned()),
        });
    }
    Ok(turns)
}

fn write(file: &Path, samples: &[i16]) -> anyhow::Result<()> {
    let encoded = wav::encode(samples, RATE)?;
    std::fs::write(file, encoded).with_context(|| format!("cannot write {}", file.display()))
}

/// A Spanish sentence.
fn spoken(text: &str, file: &Path) -> anyhow::Result<Vec<i16>> {
    let said = Command::new("espeak-ng")
        .args(["-v", "es", "-s", "150", "-w"])
        .arg(file)
        .arg(text)
        .stdin(Stdio::null())
        .status()
        .context("nobody speaks Spanish here; apt-get install espeak-ng")?;
    ensure!(said.success(), "espeak-ng does not speak Spanish: {said}");
    Ok(Recording::read(file)?.samples().to_vec())
}
