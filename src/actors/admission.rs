//! Who may connect: so many connections in total, and so many from one address.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    actors::{
        environment::Environment,
        limit::Limit,
        quotas::{Claim, Quota},
    },
    config::Settings,
};

/// The bits of an IPv6 address that tell its network: whoever has one address has all of a /64 (RFC 6177).
const NETWORK: u128 = !0 << 64;

/// What a peer is counted as: its IPv4 address, or its IPv6 network. Nothing for one that is not limited: this machine
/// itself, unless the settings say otherwise, and one without an address.
pub fn counted_as(peer: Option<IpAddr>, limit_loopback: bool) -> Option<IpAddr> {
    let address = peer?.to_canonical();
    if address.is_loopback() && !limit_loopback {
        return None;
    }
    Some(match address {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & NETWORK).into()
        }
        address => address,
    })
}

/// The connections there are.
#[derive(Debug)]
pub struct Admission {
    open: AtomicUsize,
    most: usize,
    /// Absent: addresses are not limited.
    by_address: Option<Arc<Quota<IpAddr>>>,
    limit_loopback: bool,
}

impl Admission {
    /// The limits these settings give.
    pub fn new(settings: &Settings) -> Self {
        let server = &settings.server;
        let per_address = server.max_connections_per_address;
        Self {
            open: AtomicUsize::new(0),
            most: server.max_connections,
            by_address: (per_address > 0).then(|| Quota::new(per_address)),
            limit_loopback: server.limit_loopback,
        }
    }
}

/// A connection's place among all; dropped, it is free again.
pub struct Place {
    environment: Arc<Environment>,
    /// Boxed, because few servers are called from elsewhere by many, and there are many connections.
    _address: Option<Box<Claim<IpAddr>>>,
}

impl Place {
    /// A place for a connection from this peer.
    ///
    /// # Errors
    /// The limit that leaves none.
    pub fn take(environment: &Arc<Environment>, peer: Option<IpAddr>) -> Result<Self, Limit> {
        let admission = &environment.admission;
        let counted = counted_as(peer, admission.limit_loopback);
        let address = match admission.by_address.as_ref().zip(counted) {
            None => None,
            Some((quota, address)) => {
                let claim = quota.claim(address).ok_or(Limit::ConnectionsPerAddress)?;
                Some(Box::new(claim))
            }
        };
        let taken = admission
            .open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < admission.most).then_some(open + 1)
            });
        taken.map_err(|_| Limit::Connections)?;
        Ok(Self {
            environment: Arc::clone(environment),
            _address: address,
        })
    }

    /// Where it is.
    pub fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.environment
            .admission
            .open
            .fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(peer: &str, limit_loopback: bool) -> Option<String> {
        counted_as(Some(peer.parse().unwrap()), limit_loopback).map(|address| address.to_string())
    }

    #[test]
    fn a_peer_is_counted_by_its_address_or_network() {
        let is = |address: &str| Some(address.to_owned());
        assert_eq!(counted("192.0.2.7", false), is("192.0.2.7"));
        assert_eq!(counted("::ffff:192.0.2.7", false), is("192.0.2.7"));
        assert_eq!(counted("2001:db8:1:2:3:4:5:6", false), is("2001:db8:1:2::"));
        for (loopback, name) in [
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("::ffff:127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(counted(loopback, false), None);
            assert_eq!(counted(loopback, true), is(name));
        }
        assert_eq!(counted_as(None, true), None);
    }
}
