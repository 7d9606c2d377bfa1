//! What a client asks over its socket, each request answered or passed on to its session.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{Bound, Socket, route::no_session};
use crate::{
    actors::{
        environment::Counters,
        refusal::Refusal,
        room::entering::Purpose,
        session::{
            Session,
            attaching::{Attach, LeaveSession},
            commands::{Asker, Configure, MoveTo, SayText},
        },
    },
    domain::{
        client_message::{
            self, AudioData, ClientMessage, ClientRequest, CreateSession, JoinSession,
            LARGEST_SESSION_DATA, LONGEST_TEXT, RecoverSession, SayText as Say,
        },
        identity::SessionId,
        server_message::ServerMessage,
        session_config::{ConfigPatch, SessionConfig},
    },
    store::archive::{SessionRow, SharedRow},
    supervision::{AskError, Ctx},
};

/// How long a socket waits for its session. Entering a room takes microseconds; this is for one that restarts.
const ATTACH_DEADLINE: Duration = Duration::from_secs(30);

/// How long a session that ends is waited for.
const ATTACH_PAUSE: Duration = Duration::from_secs(2);

/// How often attaching is tried with a session that ends just then.
const ATTACH_TRIES: usize = 3;

/// The longest `user_id`, in characters.
const LONGEST_USER: usize = 128;

/// Why a socket is to be attached to a session, and what comes with it.
struct Errand {
    purpose: Purpose,
    reference: Option<Value>,
    patch: Option<ConfigPatch>,
    fresh: bool,
}

impl Errand {
    /// To a session that exists, as it is.
    fn of(purpose: Purpose, reference: Option<Value>) -> Self {
        Self {
            purpose,
            reference,
            patch: None,
            fresh: false,
        }
    }
}

impl Socket {
    /// Understands one text frame and acts on it.
    pub(super) fn on_text(&mut self, frame: &str, ctx: &mut Ctx<Self>) {
        match client_message::decode(frame) {
            Ok(ClientMessage { reference, request }) => self.on_request(request, reference, ctx),
            Err(error) => {
                Counters::add(&self.environment.counters.messages_refused, 1);
                self.send(
                    &ServerMessage::error(error.code, error.message),
                    error.reference.as_ref(),
                );
            }
        }
    }

    fn on_request(
        &mut self,
        request: ClientRequest,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        let re = reference.as_ref();
        match request {
            ClientRequest::Ping => self.send(&ServerMessage::Pong, re),
            ClientRequest::Heartbeat => self.send(&ServerMessage::HeartbeatReceived, re),
            ClientRequest::TestMessage(message) => {
                let echo = Value::Object(message).to_string();
                self.outbox()
                    .push(crate::actors::outbox::Parcel::lasting(echo.into()));
            }
            ClientRequest::CreateSession(create) => self.create_session(create, reference, ctx),
            ClientRequest::JoinSession(join) => self.join_session(join, reference, ctx),
            ClientRequest::RecoverSession(recover) => {
                self.recover_session(recover, reference, ctx);
            }
            ClientRequest::LeaveSession => {
                let connection = self.id.clone();
                self.tell_session(reference, |asker| LeaveSession {
                    connection,
                    reference: asker.reference,
                });
            }
            ClientRequest::Configure(configure) => {
                self.audio.forget_refusal();
                self.tell_session(reference, |asker| Configure {
                    patch: configure.config,
                    asker,
                });
            }
            ClientRequest::JoinRoom(join) => self.tell_session(reference, |asker| MoveTo {
                room: Some(join.room_id),
                asker,
            }),
            ClientRequest::LeaveRoom => {
                self.tell_session(reference, |asker| MoveTo { room: None, asker });
            }
            ClientRequest::Text(said) => self.say(said, reference),
            ClientRequest::AudioEnd => match self.bound {
                Some(_) => self.on_audio_end(),
                None => self.send(&no_session(), re),
            },
            ClientRequest::TranscriptionStream(audio) => {
                self.audio_message(audio, reference, |bytes| {
                    ServerMessage::TranscriptionReceived { bytes }
                });
            }
            ClientRequest::SpeakerStream(audio) => {
                self.audio_message(audio, reference, |bytes| ServerMessage::SpeakerReceived {
                    bytes,
                });
            }
            ClientRequest::TranslationStream(text) => self.translate_once(text, reference, ctx),
            ClientRequest::Subscribe(name) => self.subscribe(name, re),
            ClientRequest::Unsubscribe(name) => self.unsubscribe(name, re),
            ClientRequest::ServiceMessage(message) => self.ask_service(message, reference, ctx),
        }
    }

    fn refuse(&self, refusal: &Refusal, reference: Option<&Value>) {
        Counters::add(&self.environment.counters.messages_refused, 1);
        self.send(
            &ServerMessage::error(refusal.code, refusal.message.clone()),
            reference,
        );
    }

    pub(super) fn asker(&self, reference: Option<Value>) -> Asker {
        Asker {
            outlet: self.outlet.clone(),
            reference,
        }
    }

    /// Passes a command on to the session.
    fn tell_session<M>(&mut self, reference: Option<Value>, command: impl FnOnce(Asker) -> M)
    where
        Session: actix::Handler<M>,
        M: actix::Message<Result = ()> + Send + 'static,
    {
        let Some(bound) = &self.bound else {
            return self.send(&no_session(), reference.as_ref());
        };
        let asker = self.asker(reference.clone());
        if bound.session.tell(command(asker)).is_err() {
            let busy = Refusal::new(
                "busy",
                "the session has more to do than it can; send this again in a moment",
            );
            self.refuse(&busy, reference.as_ref());
        }
    }

    fn say(&mut self, said: Say, reference: Option<Value>) {
        let length = said.text.chars().count();
        if length > LONGEST_TEXT {
            let message = format!(
                "a text has at most {LONGEST_TEXT} characters; this one has {length}, send it in parts"
            );
            return self.refuse(&Refusal::new("text_too_long", message), reference.as_ref());
        }
        if client_message::says_nothing(&said.text) {
            let message = "the text is empty; there is nothing to say";
            return self.refuse(&Refusal::new("text_empty", message), reference.as_ref());
        }
        self.tell_session(reference, |asker| SayText {
            text: said.text,
            utterance_id: said.utterance_id,
            asker,
        });
    }

    fn audio_message(
        &mut self,
        audio: AudioData,
        reference: Option<Value>,
        received: fn(usize) -> ServerMessage,
    ) {
        if self.bound.is_none() {
            return self.refuse_audio_without_session(reference.as_ref());
        }
        self.send(&received(audio.audio_data.len()), reference.as_ref());
        self.on_audio(audio.audio_data.into());
    }

    fn create_session(
        &mut self,
        create: CreateSession,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        if self.environment.is_stopping() {
            return self.refuse(&Refusal::stopping(), reference.as_ref());
        }
        if let Some(id) = &create.session_id
            && let Some(row) = self.environment.archive.session(id)
        {
            let claim = create.user_id.as_deref();
            if !self.may_attach(&row, claim, create.resume_token.as_deref()) {
                let refusal = Refusal::new(
                    "session_exists",
                    "a session with this id exists and is not yours; choose another id, or send its resume_token",
                );
                return self.refuse(&refusal, reference.as_ref());
            }
            let errand = Errand::of(Purpose::Created, reference);
            let patch = create.config;
            return self.attach(row, Errand { patch, ..errand }, ctx);
        }
        match self.new_row(create) {
            Ok(row) => {
                let errand = Errand::of(Purpose::Created, reference);
                self.attach(
                    row,
                    Errand {
                        fresh: true,
                        ..errand
                    },
                    ctx,
                );
            }
            Err(refusal) => self.refuse(&refusal, reference.as_ref()),
        }
    }

    fn new_row(&self, create: CreateSession) -> Result<SharedRow, Refusal> {
        let environment = &self.environment;
        let id: SessionId = create
            .session_id
            .unwrap_or_else(|| environment.identities.next().into());
        if let Some(data) = &create.data
            && data.to_string().len() > LARGEST_SESSION_DATA
        {
            return Err(Refusal::new(
                "data_too_large",
                format!("data holds at most {LARGEST_SESSION_DATA} bytes of JSON"),
            ));
        }
        let claimed = create.user_id.or_else(|| self.caller.user_id.clone());
        if claimed
            .as_ref()
            .is_some_and(|user| user.chars().count() > LONGEST_USER)
        {
            return Err(Refusal::new(
                "invalid_message",
                format!("create_session: user_id has at most {LONGEST_USER} characters"),
            ));
        }
        let owner = self.caller.access.subject.clone().or(claimed);
        let config = match create.config {
            Some(patch) => SessionConfig::default().with(patch)?,
            None => SessionConfig::default(),
        };
        Ok(environment.archive.create_session(SessionRow {
            id,
            owner,
            config,
            data: create.data,
            private_room: environment.identities.next().into(),
            cursor: 0,
            entered_at: None,
            created_at: environment.clock.now(),
            active_at: tokio::time::Instant::now(),
            attached: false,
        })?)
    }

    fn join_session(&mut self, join: JoinSession, reference: Option<Value>, ctx: &mut Ctx<Self>) {
        match self.known_row(&join.session_id, join.resume_token.as_deref()) {
            Ok(row) => self.attach(row, Errand::of(Purpose::Joined, reference), ctx),
            Err(refusal) => self.refuse(&refusal, reference.as_ref()),
        }
    }

    fn recover_session(
        &mut self,
        recover: RecoverSession,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        match self.known_row(&recover.session_id, recover.resume_token.as_deref()) {
            Ok(row) => {
                let purpose = Purpose::Recovered(recover.last_seq);
                self.attach(row, Errand::of(purpose, reference), ctx);
            }
            Err(refusal) => self.refuse(&refusal, reference.as_ref()),
        }
    }

    fn known_row(&self, id: &SessionId, token: Option<&str>) -> Result<SharedRow, Refusal> {
        let row = self.environment.archive.session(id).ok_or_else(not_found)?;
        if self.may_attach(&row, None, token) {
            Ok(row)
        } else {
            Err(Refusal::new(
                "forbidden",
                "this session belongs to somebody else; send its resume_token",
            ))
        }
    }

    /// The rules of ownership (API.md section 1).
    fn may_attach(&self, row: &SharedRow, claim: Option<&str>, token: Option<&str>) -> bool {
        let row = row.lock();
        if token.is_some_and(|token| {
            self.environment
                .tokens
                .verify(&row.id, &row.private_room, token)
        }) {
            return true;
        }
        let access = &self.caller.access;
        let claim = claim.or(self.caller.user_id.as_deref());
        match (&row.owner, &access.subject) {
            (Some(owner), Some(subject)) => owner == subject,
            (Some(owner), None) => claim == Some(owner.as_str()),
            (None, subject) => subject.is_none(),
        }
    }

    fn attach(&mut self, row: SharedRow, errand: Errand, ctx: &mut Ctx<Self>) {
        let id = row.lock().id.clone();
        if self.bound.as_ref().is_some_and(|bound| bound.id != id) {
            self.detach();
        }
        self.audio.forget_refusal();
        let attach = Attach {
            attached: self.attached(ctx),
            purpose: errand.purpose,
            reference: errand.reference.clone(),
            patch: errand.patch,
            fresh: errand.fresh,
        };
        let environment = Arc::clone(&self.environment);
        let asked = id.clone();
        let attaching = async move {
            for _ in 0..ATTACH_TRIES {
                // One that was closed meanwhile is not to be revived under the id of whoever comes next.
                let known = environment.archive.session(&asked);
                if known.is_none_or(|known| !Arc::ptr_eq(&known, &row)) {
                    return Err(not_found());
                }
                let session = Session::open(&environment, &row)?;
                match session.ask(attach.clone(), ATTACH_DEADLINE).await {
                    Ok(attached) => return attached.map(|()| session),
                    // It ended just now, its linger over: the next one takes its place.
                    Err(AskError::Gone | AskError::Dropped) => {
                        let _ = tokio::time::timeout(ATTACH_PAUSE, session.ended()).await;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Err(Refusal::from(AskError::Unavailable))
        };
        self.before_anything_else(
            attaching,
            move |attached, socket, ctx| match attached {
                Ok(session) => {
                    ctx.watch(&session);
                    socket.bound = Some(Bound { id, session });
                }
                Err(refusal) => socket.refuse(&refusal, errand.reference.as_ref()),
            },
            ctx,
        );
    }
}

fn not_found() -> Refusal {
    Refusal::new(
        "session_not_found",
        "there is no session with this id, or it has expired; send create_session",
    )
}
