//! The media of a call: streamed or not, and what is played.

use std::time::Duration;

use reqwest::Method;

use super::Client;
use super::error::AcsError;
use crate::links::acs::wire::media::{MediaOperation, Play};

impl Client {
    /// Has the service open its socket to us; how that comes out is told later.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn start_media_streaming(
        &self,
        call: &str,
        operation: &MediaOperation,
        budget: Duration,
    ) -> Result<(), AcsError> {
        let name = "start_media_streaming";
        let request = self.of_call(name, Method::POST, call, ":startMediaStreaming")?;
        self.tell(&request.with(operation), budget).await
    }

    /// Has the service close it.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn stop_media_streaming(
        &self,
        call: &str,
        operation: &MediaOperation,
        budget: Duration,
    ) -> Result<(), AcsError> {
        let name = "stop_media_streaming";
        let request = self.of_call(name, Method::POST, call, ":stopMediaStreaming")?;
        self.tell(&request.with(operation), budget).await
    }

    /// Plays something.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn play(&self, call: &str, play: &Play, budget: Duration) -> Result<(), AcsError> {
        let request = self.of_call("play", Method::POST, call, ":play")?;
        self.tell(&request.with(play), budget).await
    }

    /// Ends whatever is being played.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn cancel_media(&self, call: &str, budget: Duration) -> Result<(), AcsError> {
        let what = ":cancelAllMediaOperations";
        let request = self.of_call("cancel_media", Method::POST, call, what)?;
        self.tell(&request, budget).await
    }
}
