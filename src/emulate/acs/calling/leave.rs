//! Hanging up: our own leg, or everybody.

use std::sync::Arc;

use super::super::{
    call::{Call, ending},
    callback::Outcome,
    gate::Reply,
    refusal::Refusal,
    service::Service,
};

/// `DELETE /calling/callConnections/{id}`: others go on, if they are enough.
pub fn hang_up(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
) -> Result<Reply, Refusal> {
    if !ending::end_leg(service, call, connection, Outcome::HUNG_UP) {
        return Err(Refusal::no_call());
    }
    ending::settle(service, call);
    Ok(Reply::empty(204))
}

/// `POST …:terminate`: nobody goes on.
pub fn terminate(service: &Arc<Service>, call: &Arc<Call>) -> Reply {
    ending::end_for_everybody(service, call, Outcome::HUNG_UP, "terminated");
    Reply::empty(204)
}
