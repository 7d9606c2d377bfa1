//! The items of a conversation, in their order.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::emulate::realtime::{
    complaint::Complaint,
    session::{decode_audio, new_id},
};

/// Audio of users that is kept to be retrieved, in bytes; the oldest makes room.
const MOST_AUDIO: usize = 32 * 1024 * 1024;

/// Items that are kept; the oldest make room, as the service's own truncation drops them.
const MOST_ITEMS: usize = 2_000;

/// What is known of the words of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Words {
    /// They are still being heard.
    Pending,
    /// These.
    Known(String),
    /// They could not be understood.
    Failed,
}

#[derive(Debug, Clone)]
enum Content {
    /// `input_text` or `output_text`.
    Text(&'static str, String),
    InputAudio {
        /// As it came; empty once it was dropped to make room.
        bytes: Vec<u8>,
        seconds: f64,
        heard: Words,
        /// Whether the client is shown what was heard.
        shown: bool,
    },
    OutputAudio {
        transcript: Option<String>,
        seconds: f64,
    },
    Image,
}

/// One item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its id.
    pub id: String,
    role: &'static str,
    status: &'static str,
    content: Vec<Content>,
}

impl Item {
    /// What a user said.
    pub fn said(id: String, bytes: Vec<u8>, seconds: f64, shown: bool) -> Self {
        let content = Content::InputAudio {
            bytes,
            seconds,
            heard: Words::Pending,
            shown,
        };
        Self {
            id,
            role: "user",
            status: "completed",
            content: vec![content],
        }
    }

    /// An answer that begins.
    pub fn answer(id: String) -> Self {
        Self {
            id,
            role: "assistant",
            status: "in_progress",
            content: Vec::new(),
        }
    }

    /// Sets what an answer consists of, and how it ended.
    pub fn answered(&mut self, status: &'static str, text: &str, spoken_seconds: Option<f64>) {
        self.status = status;
        self.content = vec![match spoken_seconds {
            Some(seconds) => Content::OutputAudio {
                transcript: Some(text.to_owned()),
                seconds,
            },
            None => Content::Text("output_text", text.to_owned()),
        }];
    }

    /// An item as a client wrote it, which has been checked by the rules.
    ///
    /// # Errors
    /// When its audio is none.
    pub fn written(item: &Value, bytes_per_second: u32) -> Result<Self, Complaint> {
        let role = match item["role"].as_str() {
            Some("assistant") => "assistant",
            Some("system") => "system",
            _ => "user",
        };
        let mut content = Vec::new();
        for (at, part) in item["content"].as_array().into_iter().flatten().enumerate() {
            let text = || part["text"].as_str().unwrap_or_default().to_owned();
            content.push(match part["type"].as_str() {
                Some("input_audio") => {
                    let path = format!("item.content[{at}].audio");
                    let bytes = decode_audio(&part["audio"], &path)?;
                    let seconds = bytes.len() as f64 / f64::from(bytes_per_second);
                    Content::InputAudio {
                        bytes,
                        seconds,
                        heard: Words::Pending,
                        shown: false,
                    }
                }
                Some("output_audio") => Content::OutputAudio {
                    transcript: part["transcript"].as_str().map(str::to_owned),
                    seconds: 0.0,
                },
                Some("output_text") => Content::Text("output_text", text()),
                Some("input_image") => Content::Image,
                _ => Content::Text("input_text", text()),
            });
        }
        let id = item["id"].as_str().filter(|id| !id.is_empty());
        Ok(Self {
            id: id.map_or_else(|| new_id("item"), str::to_owned),
            role,
            status: "completed",
            content,
        })
    }

    /// The item as events show it.
    pub fn shown(&self) -> Value {
        let content: Vec<Value> = self.content.iter().map(Content::shown).collect();
        json!({"id": self.id, "type": "message", "status": self.status, "role": self.role, "content": content})
    }

    /// The item with its audio, as it is retrieved.
    pub fn whole(&self) -> Value {
        let mut shown = self.shown();
        shown["object"] = json!("realtime.item");
        for (at, content) in self.content.iter().enumerate() {
            if let Content::InputAudio { bytes, .. } = content
                && !bytes.is_empty()
            {
                shown["content"][at]["audio"] = json!(STANDARD.encode(bytes));
            }
        }
        shown
    }

    /// Whether a user wrote or said it.
    pub fn is_users(&self) -> bool {
        self.role == "user"
    }

    /// What it says.
    pub fn words(&self) -> Words {
        let mut texts = Vec::new();
        for content in &self.content {
            match content {
                Content::Text(_, text) => texts.push(text.clone()),
                Content::InputAudio { heard, .. } => match heard {
                    Words::Known(text) => texts.push(text.clone()),
                    other => return other.clone(),
                },
                Content::OutputAudio { transcript, .. } => texts.extend(transcript.clone()),
                Content::Image => {}
            }
        }
        Words::Known(texts.join(" "))
    }

    /// The audio in it that has not been heard.
    pub fn unheard(&self) -> Option<&[u8]> {
        self.content.iter().find_map(|content| match content {
            Content::InputAudio {
                bytes,
                heard: Words::Pending,
                ..
            } => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// Notes what was heard in it. Returns how long its audio is, in seconds, if its client is to be told.
    pub fn heard(&mut self, words: &Words) -> Option<f64> {
        self.content.iter_mut().find_map(|content| match content {
            Content::InputAudio {
                heard,
                shown,
                seconds,
                ..
            } => {
                *heard = words.clone();
                shown.then_some(*seconds)
            }
            _ => None,
        })
    }

    /// Letters of text and seconds of audio in it, which tokens are counted from.
    pub fn size(&self) -> (usize, f64) {
        let (mut letters, mut audio) = (0, 0.0);
        for content in &self.content {
            match content {
                Content::Text(_, text) => letters += text.chars().count(),
                Content::InputAudio { seconds, .. } => audio += seconds,
                Content::OutputAudio {
                    transcript,
                    seconds,
                } => {
                    letters += transcript.as_deref().unwrap_or_default().chars().count();
                    audio += seconds;
                }
                Content::Image => {}
            }
        }
        (letters, audio)
    }

    /// Cuts spoken audio off after so many milliseconds, and forgets its text with it.
    ///
    /// # Errors
    /// When there is no such audio, or less of it.
    pub fn truncate(&mut self, content_index: &Value, end_ms: f64) -> Result<(), Complaint> {
        let Some(Content::OutputAudio {
            transcript,
            seconds,
        }) = self.content.first_mut()
        else {
            let message = "Only model output audio messages can be truncated.";
            return Err(Complaint::new("invalid_value", message).about("item_id"));
        };
        if *content_index != 0 {
            let message = "Invalid 'content_index': the item has one part, 0.";
            return Err(Complaint::new("invalid_value", message).about("content_index"));
        }
        let has_ms = *seconds * 1_000.0;
        if end_ms > has_ms.ceil() {
            let message =
                format!("Audio content of {has_ms:.0}ms is already shorter than {end_ms:.0}ms");
            return Err(Complaint::new("invalid_value", message).about("audio_end_ms"));
        }
        *transcript = None;
        *seconds = end_ms / 1_000.0;
        Ok(())
    }
}

impl Content {
    fn shown(&self) -> Value {
        match self {
            Self::Text(kind, text) => json!({"type": kind, "text": text}),
            Self::InputAudio { heard, shown, .. } => {
                let transcript = match heard {
                    Words::Known(text) if *shown => Some(text),
                    _ => None,
                };
                json!({"type": "input_audio", "transcript": transcript})
            }
            Self::OutputAudio { transcript, .. } => {
                json!({"type": "output_audio", "transcript": transcript})
            }
            Self::Image => json!({"type": "input_image"}),
        }
    }
}

/// All items.
#[derive(Debug, Default)]
pub struct History {
    items: Vec<Item>,
}

impl History {
    /// The item with this id.
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// The id of the last item.
    pub fn last_id(&self) -> Option<String> {
        self.items.last().map(|item| item.id.clone())
    }

    /// The id of the item before this one.
    pub fn before(&self, id: &str) -> Option<String> {
        let at = self.items.iter().position(|item| item.id == id)?;
        Some(self.items.get(at.checked_sub(1)?)?.id.clone())
    }

    /// All items, the oldest first.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: Item) {
        self.items.push(item);
        self.make_room();
    }

    /// Adds an item after another one, or before all (`"root"`).
    ///
    /// # Errors
    /// When there is no such other one, or one with the same id.
    pub fn insert(&mut self, item: Item, after: Option<&str>) -> Result<(), Complaint> {
        if self.get(&item.id).is_some() {
            let message = format!(
                "Error adding item: an item with id '{}' already exists.",
                item.id
            );
            return Err(Complaint::new("item_create_duplicate_item_id", message).about("item.id"));
        }
        let at = match after {
            None => self.items.len(),
            Some("root") => 0,
            Some(after) => match self.items.iter().position(|item| item.id == after) {
                Some(at) => at + 1,
                None => {
                    let message = format!(
                        "Error adding item: the previous item with id '{after}' does not exist."
                    );
                    let complaint = Complaint::new("item_create_invalid_previous_item_id", message);
                    return Err(complaint.about("previous_item_id"));
                }
            },
        };
        self.items.insert(at, item);
        self.make_room();
        Ok(())
    }

    /// Takes an item out; whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.items.len();
        self.items.retain(|item| item.id != id);
        self.items.len() < before
    }

    /// The users' items since the last answer, or the last of them all.
    pub fn unanswered(&self) -> Vec<String> {
        let ids = |items: &[Item]| -> Vec<String> {
            items
                .iter()
                .filter(|item| item.is_users())
                .map(|item| item.id.clone())
                .collect()
        };
        let answered = self
            .items
            .iter()
            .rposition(|item| item.role == "assistant")
            .map_or(0, |at| at + 1);
        let fresh = ids(&self.items[answered..]);
        if fresh.is_empty() {
            ids(&self.items).pop().into_iter().collect()
        } else {
            fresh
        }
    }

    fn make_room(&mut self) {
        let surplus = self.items.len().saturating_sub(MOST_ITEMS);
        self.items.drain(..surplus);
        let mut kept = 0;
        for item in self.items.iter_mut().rev() {
            for content in &mut item.content {
                if let Content::InputAudio { bytes, heard, .. } = content {
                    kept += bytes.len();
                    if kept > MOST_AUDIO && *heard != Words::Pending {
                        *bytes = Vec::new();
                    }
                }
            }
        }
    }
}
