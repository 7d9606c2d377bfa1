//! Calls: answered, sent on, joined, placed, looked at, ended.

use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;

use super::Client;
use super::error::AcsError;
use super::request::Request;
use crate::links::acs::wire::connection::CallConnection;
use crate::links::acs::wire::request::{Answer, Connect, Create, Redirect, Reject};

/// How a call came to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By this request.
    Now,
    /// It was over already.
    Before,
}

/// What each of these fails of, and `budget`: see [`Client`](super).
impl Client {
    /// Answers a call that rings.
    ///
    /// # Errors
    /// [`AcsError`]; [`Meaning::Gone`](crate::links::acs::wire::error::Meaning::Gone) if the caller hung up.
    pub async fn answer(
        &self,
        answer: &Answer,
        budget: Duration,
    ) -> Result<CallConnection, AcsError> {
        let request = self.calling("answer", Method::POST, ":answer")?;
        self.ask(&request.with(answer).repeatable(), budget).await
    }

    /// Rejects a call that rings.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn reject(&self, reject: &Reject, budget: Duration) -> Result<(), AcsError> {
        let request = self.calling("reject", Method::POST, ":reject")?;
        self.tell(&request.with(reject).repeatable(), budget).await
    }

    /// Sends a call that rings to somebody else.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn redirect(&self, redirect: &Redirect, budget: Duration) -> Result<(), AcsError> {
        let request = self.calling("redirect", Method::POST, ":redirect")?;
        self.tell(&request.with(redirect).repeatable(), budget)
            .await
    }

    /// Joins a call that is there.
    ///
    /// # Errors
    /// [`AcsError`]; [`Meaning::Gone`](crate::links::acs::wire::error::Meaning::Gone) if it is over.
    pub async fn connect(
        &self,
        connect: &Connect,
        budget: Duration,
    ) -> Result<CallConnection, AcsError> {
        let request = self.calling("connect", Method::POST, ":connect")?;
        self.ask(&request.with(connect).repeatable(), budget).await
    }

    /// Calls somebody.
    ///
    /// # Errors
    /// [`AcsError`].
    pub async fn create(
        &self,
        create: &Create,
        budget: Duration,
    ) -> Result<CallConnection, AcsError> {
        let request = self.calling("create", Method::POST, "")?;
        self.ask(&request.with(create).repeatable(), budget).await
    }

    /// Looks at our leg of a call.
    ///
    /// # Errors
    /// [`AcsError`]; [`Meaning::Gone`](crate::links::acs::wire::error::Meaning::Gone) if it is over.
    pub async fn get(&self, call: &str, budget: Duration) -> Result<CallConnection, AcsError> {
        let request = self.of_call("get", Method::GET, call, "")?;
        self.ask(&request, budget).await
    }

    /// Hangs up our own leg; the others go on talking.
    ///
    /// # Errors
    /// [`AcsError`]; a call that is over is none.
    pub async fn hang_up(&self, call: &str, budget: Duration) -> Result<Ended, AcsError> {
        let request = self.of_call("hang_up", Method::DELETE, call, "")?;
        ended(self.send(&request, budget).await)
    }

    /// Ends the call for everybody.
    ///
    /// # Errors
    /// [`AcsError`]; a call that is over is none.
    pub async fn terminate(&self, call: &str, budget: Duration) -> Result<Ended, AcsError> {
        let request = self.of_call("terminate", Method::POST, call, ":terminate")?;
        ended(self.send(&request.repeatable(), budget).await)
    }

    /// Sends a request whose answer matters.
    pub(super) async fn ask<Answer: DeserializeOwned>(
        &self,
        request: &Request,
        budget: Duration,
    ) -> Result<Answer, AcsError> {
        let body = self.send(request, budget).await?;
        // Nothing at all is as good as an object with nothing in it.
        let body = if body.is_empty() { b"{}" } else { &body[..] };
        let operation = request.operation;
        serde_json::from_slice(body).map_err(|_| AcsError::Unreadable { operation })
    }

    /// Sends a request whose answer says nothing.
    pub(super) async fn tell(&self, request: &Request, budget: Duration) -> Result<(), AcsError> {
        self.send(request, budget).await.map(|_| ())
    }
}

fn ended(answer: Result<Vec<u8>, AcsError>) -> Result<Ended, AcsError> {
    match answer {
        Ok(_) => Ok(Ended::Now),
        Err(error) if error.is_gone() => Ok(Ended::Before),
        Err(error) => Err(error),
    }
}
