//! The link to Azure Communication Services, as the settings have it.

use std::sync::Arc;

use anyhow::Context;
use interpres::{
    actors::{call::registry::Link, environment::Environment},
    config::{Acs, AcsAuth},
    links::{
        acs::{
            client::{Client, ClientSettings},
            signing::ConnectionString,
            tokens::{MOST_LEEWAY, TokenRules, Tokens},
        },
        keys::Issuer,
    },
};
use rand::SeedableRng as _;
use tokio::runtime::Handle;

/// Lets there be calls, if the settings name a resource.
///
/// # Errors
/// What is wrong with the connection string, or that this machine has no certificates.
pub fn connect(environment: &Environment, outgoing: &Handle) -> anyhow::Result<()> {
    let settings = &environment.settings.acs;
    let Some(given) = &settings.connection_string else {
        return Ok(());
    };
    let ConnectionString { endpoint, key } =
        ConnectionString::parse(given).context("acs.connection_string")?;
    let mut asking = ClientSettings::new(endpoint);
    asking.calling_version.clone_from(&settings.api_version);
    let clock = environment.clock.clone();
    let now = Arc::new(move || clock.now());
    let chance = rand::rngs::StdRng::from_rng(&mut rand::rng());
    let client = Client::new(asking, Arc::new(key), now, chance)
        .context("this machine has no certificates to know the service by")?;
    let tokens = match &settings.audience {
        Some(audience) if settings.auth != AcsAuth::Off => Some(tokens(
            &settings.issuer,
            audience,
            (&settings.openid_url, "acs.openid_url"),
            outgoing,
        )?),
        _ => None,
    };
    environment.calls.connect(Link {
        client: Arc::new(client),
        tokens,
        event_tokens: event_tokens(settings, outgoing)?,
        outgoing: outgoing.clone(),
        public_url: environment
            .settings
            .server
            .public_url
            .clone()
            .unwrap_or_default(),
    });
    Ok(())
}

fn event_tokens(settings: &Acs, outgoing: &Handle) -> anyhow::Result<Option<Tokens>> {
    let events = &settings.events;
    match (&events.issuer, &events.audience, &events.openid_url) {
        (Some(issuer), Some(audience), Some(url)) => {
            let place = (url.as_str(), "acs.events.openid_url");
            tokens(issuer, audience, place, outgoing).map(Some)
        }
        _ => Ok(None),
    }
}

fn tokens(
    issuer: &str,
    audience: &str,
    (url, setting): (&str, &'static str),
    outgoing: &Handle,
) -> anyhow::Result<Tokens> {
    let rules = TokenRules {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        leeway: MOST_LEEWAY,
    };
    let published = Issuer::of_configuration(url, issuer, setting)
        .context("this machine has no certificates to know the issuer by")?;
    Ok(Tokens::new(&rules, published, outgoing))
}
