//! What can be set about the realtime engines: whose service, who we are to it, and which models.

use std::time::Duration;

use secrecy::SecretString;

use crate::{
    config,
    domain::usage::{Prices, TokenPrices},
    entra::Identity,
};

/// Whose service it is; the two differ in addresses, in how a key is shown, and in what a model is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Azure OpenAI: models are called by the names of their deployments.
    Azure,
    /// OpenAI itself.
    OpenAi,
}

/// Whose service, and who we are to it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose service.
    pub provider: Provider,
    /// Its address: `https://NAME.openai.azure.com`; plain `http` only on this machine.
    pub endpoint: Option<String>,
    /// Who we are; none: not set.
    pub credential: Option<CredentialSettings>,
    /// The organization that is billed, at OpenAI.
    pub organization: Option<String>,
    /// The project that is billed, at OpenAI.
    pub project: Option<String>,
    /// From the first packet to our settings being confirmed.
    pub connect_timeout: Duration,
}

/// Who we are.
#[derive(Debug, Clone)]
pub enum CredentialSettings {
    /// A key.
    Key(SecretString),
    /// A token of Microsoft Entra.
    Entra(Identity),
}

/// How noise is taken out of what goes in.
pub type NoiseReduction = Option<&'static str>;

/// The engine `azure-translate`.
#[derive(Debug, Clone)]
pub struct TranslateSettings {
    /// Whose service.
    pub account: Account,
    /// The translating model, on Azure its deployment.
    pub deployment: String,
    /// The model that writes down what is said, on Azure its deployment; none: the text as it was said is not to be had.
    pub transcription: Option<String>,
    /// `near_field`, `far_field` or none.
    pub noise_reduction: NoiseReduction,
    /// What it costs.
    pub prices: Prices,
}

/// The engine `azure-realtime`.
#[derive(Debug, Clone)]
pub struct ConverseSettings {
    /// Whose service.
    pub account: Account,
    /// The conversing model, on Azure its deployment.
    pub deployment: String,
    /// As [`TranslateSettings::transcription`].
    pub transcription: Option<String>,
    /// As [`TranslateSettings::noise_reduction`].
    pub noise_reduction: NoiseReduction,
    /// Whose voice translations have.
    pub voice: String,
    /// What it costs.
    pub prices: Prices,
}

impl Account {
    /// The account of an engine whose own endpoint and key go before those of all.
    fn of(
        shared: &config::AzureOpenAi,
        endpoint: Option<&String>,
        key: Option<&SecretString>,
    ) -> Self {
        let provider = match shared.provider {
            config::Provider::Azure => Provider::Azure,
            config::Provider::OpenAi => Provider::OpenAi,
        };
        let usual = match provider {
            Provider::Azure => None,
            Provider::OpenAi => Some("https://api.openai.com"),
        };
        let shared_endpoint = shared.endpoint.as_deref().or(usual);
        Self {
            provider,
            endpoint: endpoint
                .map(String::as_str)
                .or(shared_endpoint)
                .map(str::to_owned),
            credential: key
                .map(|key| CredentialSettings::Key(key.clone()))
                .or_else(|| credential(shared)),
            organization: shared.organization.clone(),
            project: shared.project.clone(),
            connect_timeout: shared.connect_timeout,
        }
    }
}

fn credential(shared: &config::AzureOpenAi) -> Option<CredentialSettings> {
    let entra = &shared.entra;
    if let Some(key) = &shared.api_key {
        return Some(CredentialSettings::Key(key.clone()));
    }
    if let (Some(tenant), Some(client_id), Some(client_secret)) =
        (&entra.tenant, &entra.client_id, &entra.client_secret)
    {
        return Some(CredentialSettings::Entra(Identity::Application {
            authority: entra.authority.clone(),
            tenant: tenant.clone(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        }));
    }
    let identity = &shared.managed_identity;
    identity.enabled.then(|| {
        CredentialSettings::Entra(Identity::Machine {
            endpoint: identity.endpoint.clone(),
            client_id: identity.client_id.clone(),
        })
    })
}

fn noise_reduction(wanted: config::NoiseReduction) -> NoiseReduction {
    match wanted {
        config::NoiseReduction::NearField => Some("near_field"),
        config::NoiseReduction::FarField => Some("far_field"),
        config::NoiseReduction::Off => None,
    }
}

/// `off` in the settings is no model.
fn model(name: &str) -> Option<String> {
    (name != "off").then(|| name.to_owned())
}

impl From<&config::Engines> for TranslateSettings {
    fn from(settings: &config::Engines) -> Self {
        let own = &settings.azure_translate;
        Self {
            account: Account::of(
                &settings.azure_openai,
                own.endpoint.as_ref(),
                own.api_key.as_ref(),
            ),
            deployment: own.deployment.clone(),
            transcription: model(&own.transcription),
            noise_reduction: noise_reduction(own.noise_reduction),
            prices: Prices {
                minute_in: own.price_per_minute,
                minute_transcribed: own.transcription_price_per_minute,
                ..Prices::default()
            },
        }
    }
}

impl From<&config::Engines> for ConverseSettings {
    fn from(settings: &config::Engines) -> Self {
        let own = &settings.azure_realtime;
        Self {
            account: Account::of(
                &settings.azure_openai,
                own.endpoint.as_ref(),
                own.api_key.as_ref(),
            ),
            deployment: own.deployment.clone(),
            transcription: model(&own.transcription),
            noise_reduction: noise_reduction(own.noise_reduction),
            voice: own.voice.clone(),
            prices: Prices {
                // Audio itself is billed in tokens.
                minute_transcribed: own.prices.transcription_per_minute,
                million_tokens: TokenPrices {
                    text_in: own.prices.text_in,
                    text_in_cached: own.prices.text_in_cached,
                    audio_in: own.prices.audio_in,
                    audio_in_cached: own.prices.audio_in_cached,
                    text_out: own.prices.text_out,
                    audio_out: own.prices.audio_out,
                },
                ..Prices::default()
            },
        }
    }
}
