//! Who is in a call: listed, looked at, added, put out, moved, muted.

use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::Client;
use super::error::AcsError;
use super::request::{Request, segment};
use crate::links::acs::wire::connection::{
    Accepted, AddedParticipant, MovedParticipants, Page, Participant,
};
use crate::links::acs::wire::request::{
    AddParticipant, CancelAddParticipant, MoveParticipants, MuteParticipant, RemoveParticipant,
};

/// Most pages of a list that are read: a call has at most some hundred people.
const MOST_PAGES: usize = 100;

impl Client {
    /// Everybody in a call.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn list_participants(
        &self,
        call: &str,
        budget: Duration,
    ) -> Result<Vec<Participant>, AcsError> {
        let first = self.of_call("list_participants", Method::GET, call, "/participants")?;
        self.pages(first, budget).await
    }

    /// One participant, by raw id.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn get_participant(
        &self,
        call: &str,
        raw_id: &str,
        budget: Duration,
    ) -> Result<Participant, AcsError> {
        let operation = "get_participant";
        let rest = format!("/participants/{}", segment(operation, raw_id)?);
        let request = self.of_call(operation, Method::GET, call, &rest)?;
        self.ask(&request, budget).await
    }

    /// Adds somebody; how that comes out is told later.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn add_participant(
        &self,
        call: &str,
        add: &AddParticipant,
        budget: Duration,
    ) -> Result<AddedParticipant, AcsError> {
        let request = self.participants("add_participant", call, ":add")?;
        self.ask(&request.with(add), budget).await
    }

    /// Puts somebody out; how that comes out is told later.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn remove_participant(
        &self,
        call: &str,
        remove: &RemoveParticipant,
        budget: Duration,
    ) -> Result<Accepted, AcsError> {
        let request = self.participants("remove_participant", call, ":remove")?;
        self.ask(&request.with(remove), budget).await
    }

    /// Moves somebody here from another of our calls; how that comes out is told later.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn move_participants(
        &self,
        call: &str,
        moved: &MoveParticipants,
        budget: Duration,
    ) -> Result<MovedParticipants, AcsError> {
        let request = self.participants("move_participants", call, ":moveHere")?;
        self.ask(&request.with(moved), budget).await
    }

    /// Mutes somebody.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn mute_participant(
        &self,
        call: &str,
        mute: &MuteParticipant,
        budget: Duration,
    ) -> Result<Accepted, AcsError> {
        let request = self.participants("mute_participant", call, ":mute")?;
        self.ask(&request.with(mute), budget).await
    }

    /// Takes an invitation back; how that comes out is told later.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn cancel_add_participant(
        &self,
        call: &str,
        cancel: &CancelAddParticipant,
        budget: Duration,
    ) -> Result<Accepted, AcsError> {
        let operation = "cancel_add_participant";
        let request = self.participants(operation, call, ":cancelAddParticipant")?;
        self.ask(&request.with(cancel), budget).await
    }

    fn participants(
        &self,
        operation: &'static str,
        call: &str,
        what: &str,
    ) -> Result<Request, AcsError> {
        let rest = format!("/participants{what}");
        let request = self.of_call(operation, Method::POST, call, &rest)?;
        Ok(request.repeatable())
    }

    /// Reads a list, page by page, all within one budget.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        first: Request,
        budget: Duration,
    ) -> Result<Vec<T>, AcsError> {
        let deadline = Instant::now() + budget;
        let (mut request, mut all) = (first, Vec::new());
        for _ in 0..MOST_PAGES {
            let left = deadline.saturating_duration_since(Instant::now());
            let page: Page<T> = self.ask(&request, left).await?;
            all.extend(page.value);
            match page.next_link.filter(|link| !link.is_empty()) {
                Some(link) => request = self.next_page(request.operation, &link)?,
                None => return Ok(all),
            }
        }
        Err(AcsError::StrangeLink {
            operation: request.operation,
        })
    }
}
