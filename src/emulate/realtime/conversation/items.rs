//! What a client does with the items of its conversation.

use serde_json::{Value, json};

use super::{Conversation, history::Item, rules};
use crate::emulate::realtime::{complaint::Complaint, outlet::Over};

impl Conversation {
    pub(super) async fn create_item(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let bytes_per_second = self.configuration.input_format().bytes_per_second();
        let made = event
            .get("item")
            .ok_or_else(|| Complaint::missing_parameter("item"))
            .and_then(|item| {
                rules::check_item(item)?;
                Item::written(item, bytes_per_second)
            });
        let item = match made {
            Ok(item) => item,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let (id, shown) = (item.id.clone(), item.shown());
        let unheard = item.unheard().map(<[u8]>::to_vec);
        let after = event["previous_item_id"].as_str();
        if let Err(complaint) = self.history.insert(item, after) {
            return Ok(Err(complaint));
        }
        let previous = self.history.before(&id);
        self.tell_item("conversation.item.added", previous.as_ref(), &shown)
            .await?;
        self.tell_item("conversation.item.done", previous.as_ref(), &shown)
            .await?;
        if let Some(bytes) = unheard {
            self.hear_whole(&id, &bytes).await?;
        }
        Ok(Ok(()))
    }

    pub(super) async fn truncate_item(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let id = match item_id(event) {
            Ok(id) => id,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let Some(end_ms) = event["audio_end_ms"].as_f64().filter(|ms| *ms >= 0.0) else {
            return Ok(Err(match event.get("audio_end_ms") {
                None => Complaint::missing_parameter("audio_end_ms"),
                Some(_) => Complaint::new(
                    "invalid_value",
                    "Invalid 'audio_end_ms': expected milliseconds, 0 or more.",
                )
                .about("audio_end_ms"),
            }));
        };
        let Some(item) = self.history.get_mut(&id) else {
            return Ok(Err(missing("truncat", &id)));
        };
        if let Err(complaint) = item.truncate(&event["content_index"], end_ms) {
            return Ok(Err(complaint));
        }
        let truncated = json!({
            "type": "conversation.item.truncated",
            "item_id": id,
            "content_index": event["content_index"],
            "audio_end_ms": event["audio_end_ms"],
        });
        self.outlet.send(truncated).await?;
        Ok(Ok(()))
    }

    pub(super) async fn delete_item(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let id = match item_id(event) {
            Ok(id) => id,
            Err(complaint) => return Ok(Err(complaint)),
        };
        if !self.history.remove(&id) {
            return Ok(Err(missing("delet", &id)));
        }
        let deleted = json!({"type": "conversation.item.deleted", "item_id": id});
        self.outlet.send(deleted).await?;
        Ok(Ok(()))
    }

    pub(super) async fn retrieve_item(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let id = match item_id(event) {
            Ok(id) => id,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let Some(item) = self.history.get(&id) else {
            return Ok(Err(missing("retriev", &id)));
        };
        let retrieved = json!({"type": "conversation.item.retrieved", "item": item.whole()});
        self.outlet.send(retrieved).await?;
        Ok(Ok(()))
    }
}

fn item_id(event: &Value) -> Result<String, Complaint> {
    event["item_id"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Complaint::missing_parameter("item_id"))
}

fn missing(verb: &str, id: &str) -> Complaint {
    let code = match verb {
        "truncat" => "item_truncate_invalid_item_id",
        "delet" => "item_delete_invalid_item_id",
        _ => "item_retrieve_invalid_item_id",
    };
    let shown: String = id.chars().take(80).collect();
    let message = format!("Error {verb}ing item: the item with id '{shown}' does not exist.");
    Complaint::new(code, message).about("item_id")
}
