//! What comes in one request: a list of events, or one without a list around it.

use serde_json::Value as Json;

/// Events that came together, in the order in which they stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<Event> {
    /// Those that can be read.
    pub events: Vec<Event>,
    /// How many cannot.
    pub unreadable: usize,
}

/// Why a body holds no events at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is neither an event nor a list of events in JSON")]
pub struct NoEvents;

impl<Event> Batch<Event> {
    /// Reads a body, event by event.
    ///
    /// # Errors
    /// If it is neither a list nor an object in JSON.
    pub(super) fn read(
        body: &[u8],
        event: impl Fn(&Json) -> Option<Event>,
    ) -> Result<Self, NoEvents> {
        let elements = match serde_json::from_slice(body).map_err(|_| NoEvents)? {
            Json::Array(elements) => elements,
            object @ Json::Object(_) => vec![object],
            _ => return Err(NoEvents),
        };
        let events: Vec<_> = elements.iter().filter_map(event).collect();
        Ok(Self {
            unreadable: elements.len() - events.len(),
            events,
        })
    }
}
