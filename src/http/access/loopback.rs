//! Without keys: whoever sits at this machine holds every role, and no page of another site speaks in their name.

use url::{Host, Url};

use super::call::Call;

/// The three marks of a caller at this machine. The peer's address alone is not enough: a page of another site can make
/// the user's browser call us, under a name of its own that points here (DNS rebinding) or across origins.
pub(super) fn from_this_machine(call: &Call) -> Result<(), &'static str> {
    if !call.peer.is_some_and(|peer| peer.is_loopback()) {
        return Err(
            "this server has no keys and serves its own machine only; set auth.keys to serve others",
        );
    }
    let host = call
        .host
        .as_deref()
        .and_then(|host| host_of(&format!("http://{host}")));
    let Some(host) = host.filter(is_loopback_name) else {
        return Err(
            "this server has no keys and answers to localhost, 127.0.0.1 and [::1] only; call it by one of these, \
                    or set auth.keys",
        );
    };
    let same_site = call
        .origin
        .as_deref()
        .is_none_or(|origin| host_of(origin).as_ref() == Some(&host));
    if !same_site && (call.is_upgrade || !call.is_safe) {
        return Err(
            "this server has no keys and takes no requests from pages of other sites; open its own page, or set \
                    auth.admin_key",
        );
    }
    Ok(())
}

fn host_of(address: &str) -> Option<Host<String>> {
    let address = Url::parse(address)
        .ok()
        .filter(|address| matches!(address.scheme(), "http" | "https"))?;
    address.host().map(|host| host.to_owned())
}

fn is_loopback_name(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call {
            peer: Some([127, 0, 0, 1].into()),
            host: Some("localhost:3000".into()),
            origin: None,
            key: None,
            is_upgrade: false,
            is_safe: false,
        }
    }

    fn allowed(call: &Call) -> bool {
        from_this_machine(call).is_ok()
    }

    #[test]
    fn without_keys_only_this_machine_by_a_loopback_name_is_served() {
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
        ] {
            assert!(
                allowed(&Call {
                    host: Some(host.into()),
                    ..call()
                }),
                "{host}"
            );
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "192.168.0.4:3000",
            "localhost@evil.example",
            "",
        ] {
            assert!(
                !allowed(&Call {
                    host: Some(host.into()),
                    ..call()
                }),
                "{host}"
            );
        }
        assert!(!allowed(&Call {
            host: None,
            ..call()
        }));
        assert!(!allowed(&Call {
            peer: Some([192, 168, 0, 4].into()),
            ..call()
        }));
        assert!(!allowed(&Call {
            peer: None,
            ..call()
        }));
        assert!(allowed(&Call {
            peer: Some("::1".parse().unwrap()),
            ..call()
        }));
    }

    #[test]
    fn without_keys_a_page_of_another_site_may_only_look() {
        for (origin, same) in [
            ("http://localhost:5173", true),
            ("https://localhost", true),
            ("http://127.0.0.1:3000", false),
            ("https://evil.example", false),
            ("http://localhost.evil.example", false),
            ("null", false),
            ("file://localhost", false),
            ("", false),
        ] {
            let from = |is_safe, is_upgrade| {
                allowed(&Call {
                    origin: Some(origin.into()),
                    is_safe,
                    is_upgrade,
                    ..call()
                })
            };
            assert_eq!(from(false, false), same, "a change from {origin}");
            assert_eq!(from(true, true), same, "an upgrade from {origin}");
            assert!(from(true, false), "a look from {origin}");
        }
    }
}
