//! A person of a call, scripted or at a telephone: who they are, what they say, and when they go.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{
    identifier,
    media::{
        FRAMES_PER_SECOND,
        line::{Line, LiveVoice},
        voice::{Recording, Spoken, Voice},
    },
};

/// A person as a test or the command line describes them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// A phone number (`+1…`) or a raw id.
    pub identifier: String,
    /// What they are called.
    #[serde(default)]
    pub display_name: String,
    /// The recording they speak; without one they are silent.
    #[serde(default)]
    pub wav: Option<PathBuf>,
    /// The language they speak; for people who read the timeline.
    #[serde(default)]
    pub language: Option<String>,
    /// How long after somebody can hear them they begin.
    #[serde(default, with = "humantime_serde")]
    pub speak_after: Duration,
    /// Whether they say it again and again.
    #[serde(default)]
    pub repeat: bool,
    /// How long after the end of their recording they hang up; without it they stay.
    #[serde(default, with = "humantime_serde")]
    pub leave_after: Option<Duration>,
    /// Keys they press.
    #[serde(default)]
    pub dtmf: Vec<Press>,
}

/// A key that is pressed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {
    /// 0 to 9, `*`, `#`, A to D.
    pub tone: String,
    /// How long after somebody can hear them.
    #[serde(with = "humantime_serde")]
    pub after: Duration,
}

/// A person in a call.
pub struct Person {
    pub raw_id: String,
    pub display_name: String,
    pub participant: String,
    pub muted: bool,
    language: Option<String>,
    voice: Option<Voice>,
    /// Of who speaks themselves instead.
    live: Option<LiveVoice>,
    leave_after: Option<Duration>,
    presses: Vec<Press>,
    /// Keys that are to be pressed now.
    pressed: VecDeque<String>,
    /// Frames since somebody can hear them.
    frames: u64,
}

impl Person {
    /// A person who comes into a call now, with their recording.
    pub fn new(script: &Script, recording: Option<Arc<Recording>>) -> Self {
        Self {
            raw_id: identifier::raw_id(&script.identifier),
            display_name: script.display_name.clone(),
            participant: Uuid::from_u128(rand::random()).to_string(),
            muted: false,
            language: script.language.clone(),
            voice: recording
                .map(|recording| Voice::new(recording, script.speak_after, script.repeat)),
            live: None,
            leave_after: script.leave_after,
            presses: script.dtmf.clone(),
            pressed: VecDeque::new(),
            frames: 0,
        }
    }

    /// Somebody who speaks and hears themselves, at this line.
    pub fn at_line(identifier: &str, display_name: &str, line: Arc<Line>) -> Self {
        let mut script = Script::silent(identifier);
        display_name.clone_into(&mut script.display_name);
        let mut person = Self::new(&script, None);
        person.live = Some(LiveVoice::new(line));
        person
    }

    /// Who hears what is said, if they are there themselves.
    pub fn listener(&self) -> Option<&LiveVoice> {
        self.live.as_ref()
    }

    /// The next 20 ms of them.
    pub fn speak(&mut self) -> Option<Spoken> {
        self.frames += 1;
        let elapsed = Duration::from_millis(self.frames * 1_000 / FRAMES_PER_SECOND);
        let presses = std::mem::take(&mut self.presses);
        for press in presses {
            if press.after <= elapsed {
                self.pressed.push_back(press.tone);
            } else {
                self.presses.push(press);
            }
        }
        let spoken = match (&mut self.live, &mut self.voice) {
            (Some(live), _) => live.next(),
            (None, Some(voice)) => voice.next(),
            (None, None) => None,
        };
        spoken.filter(|_| !self.muted)
    }

    /// The key they press now.
    pub fn press(&mut self) -> Option<String> {
        self.pressed.pop_front()
    }

    /// They say this now, instead of what they were saying or were to say.
    pub fn say(&mut self, recording: Arc<Recording>) {
        self.voice = Some(Voice::new(recording, Duration::ZERO, false));
    }

    /// Somebody has them press a key.
    pub fn press_soon(&mut self, tone: &str) {
        self.pressed.push_back(tone.to_owned());
    }

    /// Whether they hang up now.
    pub fn leaves(&self) -> bool {
        match (&self.voice, self.leave_after) {
            (Some(voice), Some(after)) => voice.ended_before(after),
            _ => false,
        }
    }

    /// As a participant of their call.
    pub fn model(&self) -> Value {
        json!({
            "identifier": identifier::model(&self.raw_id),
            "isMuted": self.muted,
            "isOnHold": false,
        })
    }

    /// For who asks the emulator.
    pub fn report(&self) -> Value {
        json!({
            "identifier": self.raw_id,
            "display_name": self.display_name,
            "language": self.language,
            "muted": self.muted,
        })
    }
}

impl Script {
    /// Somebody who says nothing and stays.
    pub fn silent(identifier: &str) -> Self {
        Self {
            identifier: identifier.to_owned(),
            display_name: String::new(),
            wav: None,
            language: None,
            speak_after: Duration::ZERO,
            repeat: false,
            leave_after: None,
            dtmf: Vec::new(),
        }
    }
}
