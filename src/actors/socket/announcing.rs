//! What everybody connected is told, in a session or not.

use actix::{Handler, Message};
use bytestring::ByteString;

use super::Socket;
use crate::{
    actors::{environment::Environment, outbox::Parcel},
    domain::server_message::ServerMessage,
    supervision::{Ctx, Filter, Supervised},
};

/// A message for the client of this socket, encoded once for all.
#[derive(Message)]
#[rtype(result = "()")]
struct Announcement(ByteString);

impl Handler<Announcement> for Socket {
    type Result = ();

    fn handle(&mut self, Announcement(frame): Announcement, _: &mut Ctx<Self>) {
        self.outbox().push(Parcel::lasting(frame));
    }
}

/// Shows a message to everybody who is connected, and gives how many that are. One whose socket is too busy to take it
/// is left out.
pub fn announce_to_all(environment: &Environment, message: String) -> usize {
    let frame = ServerMessage::SystemAnnouncement { message }.encode(None);
    let sockets = environment
        .tree
        .snapshot(&Filter::all().kind(<Socket as Supervised>::KIND));
    let reached = sockets.into_iter().filter(|row| {
        environment
            .tree
            .lookup::<Socket>(row.path.as_str())
            .is_some_and(|socket| socket.tell(Announcement(frame.clone())).is_ok())
    });
    reached.count()
}
