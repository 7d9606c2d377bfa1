//! Where a dialect is spoken: the address of the socket, made of the provider's address and the model's name.

use url::{Host, Url};

use super::settings::Provider;

/// Which dialect is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Continuous, without turns.
    Translation,
    /// In turns.
    Conversation,
}

/// The address of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

/// Why there is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No address at all.
    #[error("the endpoint is no address such as https://NAME.openai.azure.com")]
    NoAddress,
    /// What is said there could be read on the way.
    #[error("the endpoint must begin with https://, or be on this machine")]
    Unencrypted,
}

impl Endpoint {
    /// The address at which `deployment` speaks `dialect`, at a provider whose address is `base`: `https` or `wss`, on this
    /// machine also `http` or `ws`, with or without the path of its version (`/openai/v1`).
    ///
    /// # Errors
    /// [`EndpointError`] for what is no such address.
    pub fn new(
        base: &str,
        provider: Provider,
        dialect: Dialect,
        deployment: &str,
    ) -> Result<Self, EndpointError> {
        let given = Url::parse(base).map_err(|_| EndpointError::NoAddress)?;
        if !given.has_host() || !given.username().is_empty() || given.password().is_some() {
            return Err(EndpointError::NoAddress);
        }
        let scheme = match given.scheme() {
            "https" | "wss" => "wss",
            "http" | "ws" if is_here(&given) => "ws",
            "http" | "ws" => return Err(EndpointError::Unencrypted),
            _ => return Err(EndpointError::NoAddress),
        };
        let version = match provider {
            Provider::Azure => "/openai/v1",
            Provider::OpenAi => "/v1",
        };
        let path = given.path().trim_end_matches('/');
        let path = path.strip_suffix(version).unwrap_or(path);
        let dialect = match dialect {
            Dialect::Translation => "/realtime/translations",
            Dialect::Conversation => "/realtime",
        };
        // `Url` refuses to change between http and ws by itself.
        let (_, rest) = given
            .as_str()
            .split_once(':')
            .ok_or(EndpointError::NoAddress)?;
        let mut url =
            Url::parse(&format!("{scheme}:{rest}")).map_err(|_| EndpointError::NoAddress)?;
        url.set_path(&format!("{path}{version}{dialect}"));
        url.set_fragment(None);
        url.set_query(None);
        url.query_pairs_mut().append_pair("model", deployment);
        Ok(Self { url })
    }

    /// The whole address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host, as it is connected to.
    pub fn host(&self) -> String {
        match self.url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Whether what is said there is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "wss"
    }

    /// What a log may hold of it: no query, in which keys travel too.
    pub fn shown(&self) -> String {
        let mut shown = self.url.clone();
        shown.set_query(None);
        shown.to_string()
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str, provider: Provider, dialect: Dialect, model: &str) -> String {
        Endpoint::new(base, provider, dialect, model)
            .unwrap()
            .url()
            .to_string()
    }

    #[test]
    fn addresses_of_both_providers_and_dialects() {
        use Dialect::{Conversation, Translation};
        use Provider::{Azure, OpenAi};
        let res = "wss://res.openai.azure.com/openai/v1/realtime";
        for base in [
            "https://res.openai.azure.com",
            "https://res.openai.azure.com/",
            "https://res.openai.azure.com/openai/v1/",
            "wss://res.openai.azure.com/?api-key=secret",
        ] {
            assert_eq!(
                url(base, Azure, Conversation, "mine"),
                format!("{res}?model=mine")
            );
            assert_eq!(
                url(base, Azure, Translation, "a&b"),
                format!("{res}/translations?model=a%26b")
            );
        }
        assert_eq!(
            url(
                "https://api.openai.com/v1",
                OpenAi,
                Conversation,
                "gpt-realtime"
            ),
            "wss://api.openai.com/v1/realtime?model=gpt-realtime"
        );
        for here in ["127.0.0.1:9", "localhost:9", "[::1]:9"] {
            assert_eq!(
                url(&format!("http://{here}"), OpenAi, Translation, "m"),
                format!("ws://{here}/v1/realtime/translations?model=m")
            );
        }
    }

    #[test]
    fn nothing_is_said_in_the_clear_to_others_and_nothing_is_shown_of_a_query() {
        let of = |base| Endpoint::new(base, Provider::Azure, Dialect::Conversation, "m");
        assert_eq!(of("http://example.com"), Err(EndpointError::Unencrypted));
        assert_eq!(of("ws://10.0.0.1"), Err(EndpointError::Unencrypted));
        assert_eq!(
            of("http://localhost.evil.example"),
            Err(EndpointError::Unencrypted)
        );
        for wrong in [
            "",
            "example.com",
            "ftp://127.0.0.1",
            "https://user:pass@example.com",
        ] {
            assert_eq!(of(wrong), Err(EndpointError::NoAddress), "{wrong}");
        }
        let endpoint = of("https://example.com?api-key=secret").unwrap();
        assert_eq!(endpoint.shown(), "wss://example.com/openai/v1/realtime");
    }
}
