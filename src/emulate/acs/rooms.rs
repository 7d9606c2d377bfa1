//! Rooms: who may come, and until when. Calls in them are elsewhere.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{moment, refusal::Refusal};

/// How many rooms are kept.
const MOST_ROOMS: usize = 100_000;

/// What people may do in a room.
const ROLES: [&str; 3] = ["Presenter", "Attendee", "Consumer"];

struct Room {
    created: OffsetDateTime,
    valid_from: String,
    valid_until: String,
    dial_out: bool,
    participants: BTreeMap<String, String>,
}

impl Room {
    fn model(&self, id: &str) -> Value {
        json!({
            "id": id,
            "createdAt": moment::in_answer(self.created),
            "validFrom": self.valid_from,
            "validUntil": self.valid_until,
            "pstnDialOutEnabled": self.dial_out,
        })
    }

    fn update(&mut self, wanted: &Value) {
        for (field, value) in [
            (&mut self.valid_from, &wanted["validFrom"]),
            (&mut self.valid_until, &wanted["validUntil"]),
        ] {
            if let Some(text) = value.as_str() {
                text.clone_into(field);
            }
        }
        if let Some(dial_out) = wanted["pstnDialOutEnabled"].as_bool() {
            self.dial_out = dial_out;
        }
    }

    /// Takes a map of people to roles; `null` takes one out.
    fn set_participants(&mut self, wanted: &Value) -> Result<(), Refusal> {
        let Some(wanted) = wanted.as_object() else {
            return match wanted {
                Value::Null => Ok(()),
                _ => Err(Refusal::invalid("participants is a map of raw ids")),
            };
        };
        for (raw, participant) in wanted {
            if participant.is_null() {
                self.participants.remove(raw);
                continue;
            }
            let role = participant["role"].as_str().unwrap_or("Attendee");
            if !ROLES.contains(&role) {
                return Err(Refusal::invalid(
                    "a role is Presenter, Attendee or Consumer",
                ));
            }
            self.participants.insert(raw.clone(), role.to_owned());
        }
        Ok(())
    }
}

/// All rooms.
#[derive(Default)]
pub struct Rooms(Mutex<BTreeMap<String, Room>>);

impl Rooms {
    /// Makes one. Returns its id.
    pub fn make(&self) -> Result<String, Refusal> {
        let made = self.create(&Value::Null)?;
        Ok(made["id"].as_str().unwrap_or_default().to_owned())
    }

    /// `POST /rooms`.
    ///
    /// # Errors
    /// When the request is not right, or there are too many.
    pub fn create(&self, wanted: &Value) -> Result<Value, Refusal> {
        let now = OffsetDateTime::now_utc();
        let mut room = Room {
            created: now,
            valid_from: moment::in_answer(now),
            valid_until: moment::in_answer(now + Duration::days(180)),
            dial_out: false,
            participants: BTreeMap::new(),
        };
        room.update(wanted);
        room.set_participants(&wanted["participants"])?;
        let mut rooms = self.0.lock();
        if rooms.len() >= MOST_ROOMS {
            return Err(Refusal::throttled(1));
        }
        // Seventeen digits that begin with 99, as recorded.
        let id = format!("99{:015}", rand::random_range(0..1_000_000_000_000_000_u64));
        let model = room.model(&id);
        rooms.insert(id, room);
        Ok(model)
    }

    /// Whether there is this room.
    pub fn has(&self, id: &str) -> bool {
        self.0.lock().contains_key(id)
    }

    /// `GET /rooms`.
    pub fn list(&self) -> Value {
        let rooms = self.0.lock();
        let models: Vec<Value> = rooms.iter().map(|(id, room)| room.model(id)).collect();
        json!({"value": models})
    }

    /// Does something with a room.
    fn with<Done>(
        &self,
        id: &str,
        act: impl FnOnce(&mut Room) -> Result<Done, Refusal>,
    ) -> Result<Done, Refusal> {
        let mut rooms = self.0.lock();
        act(rooms
            .get_mut(id)
            .ok_or_else(|| Refusal::not_found("Room"))?)
    }

    /// `GET /rooms/{id}`.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, id: &str) -> Result<Value, Refusal> {
        self.with(id, |room| Ok(room.model(id)))
    }

    /// `PATCH /rooms/{id}`.
    ///
    /// # Errors
    /// When there is none.
    pub fn update(&self, id: &str, wanted: &Value) -> Result<Value, Refusal> {
        self.with(id, |room| {
            room.update(wanted);
            Ok(room.model(id))
        })
    }

    /// `DELETE /rooms/{id}`.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete(&self, id: &str) -> Result<(), Refusal> {
        let room = self.0.lock().remove(id);
        room.map(drop).ok_or_else(|| Refusal::not_found("Room"))
    }

    /// `GET /rooms/{id}/participants`.
    ///
    /// # Errors
    /// When there is no such room.
    pub fn participants(&self, id: &str) -> Result<Value, Refusal> {
        self.with(id, |room| {
            let participants: Vec<Value> = room
                .participants
                .iter()
                .map(|(raw, role)| json!({"rawId": raw, "role": role}))
                .collect();
            Ok(json!({"value": participants}))
        })
    }

    /// `PATCH /rooms/{id}/participants`.
    ///
    /// # Errors
    /// When there is no such room, or the request is not right.
    pub fn update_participants(&self, id: &str, wanted: &Value) -> Result<Value, Refusal> {
        self.with(id, |room| {
            room.set_participants(&wanted["participants"])?;
            Ok(json!({}))
        })
    }
}
