//! The link to Azure Communication Services, as the settings have it.

use std::sync::Arc;

use anyhow::Context;
use interpres::{
    actors::{
        call::{auditing::Auditor, registry::Link},
        environment::Environment,
    },
    config::{Acs, AcsAuth},
    entra::{EntraTokens, Identity},
    links::{
        acs::{
            client::{Client, ClientSettings},
            signing::{Authorise, ConnectionString, Endpoint, RESOURCE},
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
pub fn connect(environment: &Arc<Environment>, outgoing: &Handle) -> anyhow::Result<()> {
    let settings = &environment.settings.acs;
    let Some((endpoint, authorise)) = identity(settings)? else {
        return Ok(());
    };
    let mut asking = ClientSettings::new(endpoint);
    asking.calling_version.clone_from(&settings.api_version);
    let clock = environment.clock.clone();
    let now = Arc::new(move || clock.now());
    let chance = rand::rngs::StdRng::from_rng(&mut rand::rng());
    let client = Client::new(asking, authorise, now, chance)
        .context("this machine has no certificates to know the service by")?;
    let tokens = match &settings.audience {
        Some(audience) if settings.auth != AcsAuth::Off => Some(tokens(
            &settings.issuer,
            audience,
            (&settings.openid_url, "acs.openid_url"),
            None,
            outgoing,
        )?),
        _ => None,
    };
    let link = Link {
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
    };
    let link = environment.calls.connect(link);
    Auditor::start(environment, link).context("no auditor of calls")?;
    Ok(())
}

/// Where the service is, and who we are to it.
fn identity(settings: &Acs) -> anyhow::Result<Option<(Endpoint, Arc<dyn Authorise>)>> {
    if let Some(given) = &settings.connection_string {
        let ConnectionString { endpoint, key } =
            ConnectionString::parse(given).context("acs.connection_string")?;
        return Ok(Some((endpoint, Arc::new(key))));
    }
    let Some(endpoint) = &settings.endpoint else {
        return Ok(None);
    };
    let tokens = EntraTokens::new(identity_of(settings), RESOURCE, |client| client)
        .context("this machine has no certificates to know Microsoft Entra by")?;
    let endpoint = Endpoint::parse(endpoint).context("acs.endpoint")?;
    Ok(Some((endpoint, Arc::new(tokens))))
}

/// Who we are to Entra; the settings have been looked at.
fn identity_of(settings: &Acs) -> Identity {
    let (entra, machine) = (&settings.entra, &settings.managed_identity);
    match machine.enabled {
        true => Identity::Machine {
            endpoint: machine.endpoint.clone(),
            client_id: machine.client_id.clone(),
        },
        false => Identity::Application {
            authority: entra.authority.clone(),
            tenant: entra.tenant.clone().unwrap_or_default(),
            client_id: entra.client_id.clone().unwrap_or_default(),
            client_secret: entra.client_secret.clone().unwrap_or_default(),
        },
    }
}

fn event_tokens(settings: &Acs, outgoing: &Handle) -> anyhow::Result<Option<Tokens>> {
    let events = &settings.events;
    match (&events.issuer, &events.audience, &events.openid_url) {
        (Some(issuer), Some(audience), Some(url)) => {
            let place = (url.as_str(), "acs.events.openid_url");
            let role = Some(&events.role).filter(|role| *role != "off");
            tokens(issuer, audience, place, role, outgoing).map(Some)
        }
        _ => Ok(None),
    }
}

fn tokens(
    issuer: &str,
    audience: &str,
    (url, setting): (&str, &'static str),
    role: Option<&String>,
    outgoing: &Handle,
) -> anyhow::Result<Tokens> {
    let rules = TokenRules {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        leeway: MOST_LEEWAY,
        role: role.cloned(),
    };
    let published = Issuer::of_configuration(url, issuer, setting)
        .context("this machine has no certificates to know the issuer by")?;
    Ok(Tokens::new(&rules, published, outgoing))
}
