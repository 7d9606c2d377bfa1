//! What a client asks over its socket, each request answered or passed on to its session.

use serde_json::Value;

use super::{Socket, route::no_session};
use crate::{
    actors::{
        environment::Counters,
        refusal::Refusal,
        session::{
            Session,
            attaching::LeaveSession,
            commands::{Asker, Configure, MoveTo, SayText},
        },
    },
    domain::{
        client_message::{
            self, AudioData, ClientMessage, ClientRequest, LONGEST_TEXT, SayText as Say,
        },
        server_message::ServerMessage,
    },
    supervision::Ctx,
};

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

    pub(super) fn refuse(&self, refusal: &Refusal, reference: Option<&Value>) {
        Counters::add(&self.environment.counters.messages_refused, 1);
        self.send(
            &ServerMessage::error(refusal.code, refusal.message.clone()),
            reference,
        );
    }

    pub(super) fn asker(&self, reference: Option<Value>) -> Asker {
        Asker {
            connection: self.id.clone(),
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
}
