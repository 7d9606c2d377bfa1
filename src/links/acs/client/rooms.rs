//! Rooms of the service: made, looked at, changed, deleted, and who may in.

use std::time::Duration;

use reqwest::Method;

use super::Client;
use super::error::AcsError;
use super::request::{MERGE_PATCH, Request, segment};
use crate::links::acs::wire::rooms::{CreateRoom, Room, RoomParticipant, UpdateRoom, UpdateSeats};

impl Client {
    /// Makes a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn create_room(
        &self,
        create: &CreateRoom,
        budget: Duration,
    ) -> Result<Room, AcsError> {
        let version = &self.settings.rooms_version;
        let request = self.request("create_room", Method::POST, "/rooms", version)?;
        self.ask(&request.with(create).repeatable(), budget).await
    }

    /// Looks at a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn get_room(&self, room: &str, budget: Duration) -> Result<Room, AcsError> {
        let request = self.room("get_room", Method::GET, room, "")?;
        self.ask(&request, budget).await
    }

    /// All rooms of the resource.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn list_rooms(&self, budget: Duration) -> Result<Vec<Room>, AcsError> {
        let version = &self.settings.rooms_version;
        let first = self.request("list_rooms", Method::GET, "/rooms", version)?;
        self.pages(first, budget).await
    }

    /// Changes a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn update_room(
        &self,
        room: &str,
        update: &UpdateRoom,
        budget: Duration,
    ) -> Result<Room, AcsError> {
        let request = self.room("update_room", Method::PATCH, room, "")?;
        self.ask(&request.of_type(MERGE_PATCH).with(update), budget)
            .await
    }

    /// Deletes a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn delete_room(&self, room: &str, budget: Duration) -> Result<(), AcsError> {
        let request = self.room("delete_room", Method::DELETE, room, "")?;
        self.tell(&request, budget).await
    }

    /// Who may into a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn list_room_participants(
        &self,
        room: &str,
        budget: Duration,
    ) -> Result<Vec<RoomParticipant>, AcsError> {
        let first = self.room("list_room_participants", Method::GET, room, "/participants")?;
        self.pages(first, budget).await
    }

    /// Changes who may into a room.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn update_room_participants(
        &self,
        room: &str,
        update: &UpdateSeats,
        budget: Duration,
    ) -> Result<(), AcsError> {
        let operation = "update_room_participants";
        let request = self.room(operation, Method::PATCH, room, "/participants")?;
        self.tell(&request.of_type(MERGE_PATCH).with(update), budget)
            .await
    }

    fn room(
        &self,
        operation: &'static str,
        method: Method,
        room: &str,
        rest: &str,
    ) -> Result<Request, AcsError> {
        let path = format!("/rooms/{}{rest}", segment(operation, room)?);
        self.request(operation, method, &path, &self.settings.rooms_version)
    }
}
