//! Users of the service: made, given tokens, deleted.

use std::time::Duration;

use reqwest::Method;

use super::Client;
use super::error::AcsError;
use super::request::{JSON, Request, segment};
use crate::links::acs::wire::identity::{AccessToken, CreateIdentity, CreatedIdentity, IssueToken};

impl Client {
    /// Makes a user, with a token if one is asked for.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn create_identity(
        &self,
        token: Option<&CreateIdentity>,
        budget: Duration,
    ) -> Result<CreatedIdentity, AcsError> {
        let version = &self.settings.identity_version;
        let request = self.request("create_identity", Method::POST, "/identities", version)?;
        let request = match token {
            Some(token) => request.with(token),
            // Announced, and empty: so does the SDK.
            None => request.of_type(JSON),
        };
        self.ask(&request, budget).await
    }

    /// Makes a token for a user.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn issue_token(
        &self,
        user: &str,
        token: &IssueToken,
        budget: Duration,
    ) -> Result<AccessToken, AcsError> {
        let request = self.identity("issue_token", Method::POST, user, "/:issueAccessToken")?;
        self.ask(&request.with(token), budget).await
    }

    /// Makes all tokens of a user worthless.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn revoke_tokens(&self, user: &str, budget: Duration) -> Result<(), AcsError> {
        let request = self.identity("revoke_tokens", Method::POST, user, "/:revokeAccessTokens")?;
        self.tell(&request, budget).await
    }

    /// Deletes a user, and with them all their tokens.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn delete_identity(&self, user: &str, budget: Duration) -> Result<(), AcsError> {
        let request = self.identity("delete_identity", Method::DELETE, user, "")?;
        self.tell(&request, budget).await
    }

    fn identity(
        &self,
        operation: &'static str,
        method: Method,
        user: &str,
        rest: &str,
    ) -> Result<Request, AcsError> {
        let path = format!("/identities/{}{rest}", segment(operation, user)?);
        self.request(operation, method, &path, &self.settings.identity_version)
    }
}
