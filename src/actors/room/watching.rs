//! What those learn who follow a room on its topic without being in it: every caption, and who comes and goes.
//!
//! An event has the fields of the message to those in the room, with `kind` in place of `type`. It is made and encoded
//! once for all who watch, and not at all while nobody does. In a slow watcher's queue a caption that still changes
//! gives way to its newer revision, as it does for those in the room.

use std::sync::Arc;

use bytestring::ByteString;
use serde_json::Value;

use super::Room;
use crate::{
    actors::outbox::{Class, Replaces},
    domain::room_log::{EntryKind, LogEntry},
};

impl Room {
    /// Whether anybody follows the room's topic.
    pub(super) fn is_watched(&self) -> bool {
        self.environment.topics.has_subscribers(&self.topic())
    }

    /// Tells those who watch of a caption that still changes.
    pub(super) fn show_partial(&self, frame: &ByteString, replaces: &Replaces) {
        if let Some(watched) = watched(replaces)
            && self.is_watched()
            && let Some(event) = event(frame)
        {
            let class = Class::Newest(Arc::new(watched));
            self.environment
                .topics
                .publish_as(class, &self.topic(), event);
        }
    }

    /// Tells those who watch of what has a number and was sent in this frame. After a crash of the room it may be told
    /// twice; `seq` tells.
    pub(super) fn show_entry(
        &self,
        entry: &LogEntry,
        frame: &ByteString,
        replaces: Option<&Replaces>,
    ) {
        if !self.is_watched() {
            return;
        }
        let Some(mut event) = event(frame) else {
            return;
        };
        if matches!(entry.subject.kind, EntryKind::Present | EntryKind::Left) {
            event["session_id"] = Value::from(entry.subject.speaker.as_str());
        }
        let class = match replaces.and_then(watched) {
            Some(replaces) => Class::Last(Arc::new(replaces)),
            None => Class::Lasting,
        };
        self.environment
            .topics
            .publish_as(class, &self.topic(), event);
    }
}

/// What takes the place of an older revision among those who watch.
fn watched(replaces: &Replaces) -> Option<Replaces> {
    match replaces {
        Replaces::Caption(utterance, language) => {
            Some(Replaces::Watched(utterance.clone(), language.clone()))
        }
        _ => None,
    }
}

/// The event of a message: nothing for a frame that is no JSON object, which no message is.
fn event(frame: &str) -> Option<Value> {
    let mut event: Value = serde_json::from_str(frame).ok()?;
    let kind = event.as_object_mut()?.remove("type")?;
    event["kind"] = kind;
    Some(event)
}
