//! The settings of the realtime engines: `engines.azure_openai`, `engines.azure_translate`, `engines.azure_realtime`.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

/// `engines.azure_openai`: whose service, and who we are to it. No key or secret is ever logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AzureOpenAi {
    /// Whose service it is.
    pub provider: Provider,
    /// Its address; unset: none at Azure, `https://api.openai.com` at OpenAI.
    pub endpoint: Option<String>,
    /// A key. Not together with the other two ways.
    pub api_key: Option<SecretString>,
    /// The organization that is billed, at OpenAI.
    pub organization: Option<String>,
    /// The project that is billed, at OpenAI.
    pub project: Option<String>,
    /// From the first packet to our settings being confirmed.
    #[serde(with = "humantime_serde")]
    pub connect_timeout: Duration,
    /// An application of Microsoft Entra, instead of a key.
    pub entra: Entra,
    /// The identity of this machine, instead of a key.
    pub managed_identity: ManagedIdentity,
}

/// `engines.azure_openai.entra` and `acs.entra`: tenant, id and secret, or none of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entra {
    /// The directory.
    pub tenant: Option<String>,
    /// The application.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<SecretString>,
    /// Where tokens are had.
    pub authority: String,
}

/// `engines.azure_openai.managed_identity` and `acs.managed_identity`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedIdentity {
    /// Whether it is used.
    pub enabled: bool,
    /// Which identity, if the machine has several.
    pub client_id: Option<String>,
    /// Where tokens are had.
    pub endpoint: String,
}

/// Whose service it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Azure OpenAI.
    Azure,
    /// OpenAI itself.
    OpenAi,
}

/// How noise is taken out of what goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseReduction {
    /// For headsets.
    NearField,
    /// For rooms.
    FarField,
    /// Not at all.
    Off,
}

/// `engines.azure_translate`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AzureTranslate {
    /// Instead of `engines.azure_openai.endpoint`.
    pub endpoint: Option<String>,
    /// Instead of what `engines.azure_openai` says about who we are.
    pub api_key: Option<SecretString>,
    /// The translating model, on Azure its deployment.
    pub deployment: String,
    /// The model that writes down what is said, on Azure its deployment; `off`: none.
    pub transcription: String,
    /// How noise is taken out.
    pub noise_reduction: NoiseReduction,
    /// For a minute of audio that goes in, silence too, in US dollars.
    pub price_per_minute: f64,
    /// For a minute of what is written down besides, in US dollars.
    pub transcription_price_per_minute: f64,
}

/// `engines.azure_realtime`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AzureRealtime {
    /// Instead of `engines.azure_openai.endpoint`.
    pub endpoint: Option<String>,
    /// Instead of what `engines.azure_openai` says about who we are.
    pub api_key: Option<SecretString>,
    /// The conversing model, on Azure its deployment.
    pub deployment: String,
    /// The model that writes down what is said, on Azure its deployment; `off`: none.
    pub transcription: String,
    /// How noise is taken out.
    pub noise_reduction: NoiseReduction,
    /// Whose voice translations have.
    pub voice: String,
    /// What it costs.
    pub prices: RealtimePrices,
}

/// `engines.azure_realtime.prices`, in US dollars; tokens by the million.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "each is the price of the kind of token its name says"
)]
pub struct RealtimePrices {
    /// For a minute of what is written down.
    pub transcription_per_minute: f64,
    pub text_in: f64,
    pub text_in_cached: f64,
    pub audio_in: f64,
    pub audio_in_cached: f64,
    pub text_out: f64,
    pub audio_out: f64,
}

impl AzureOpenAi {
    /// Rules that several settings have together.
    ///
    /// # Errors
    /// The key that is wrong, and what is expected there.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        let entra = &self.entra;
        let parts = [
            ("engines.azure_openai.entra.tenant", entra.tenant.is_some()),
            (
                "engines.azure_openai.entra.client_id",
                entra.client_id.is_some(),
            ),
            (
                "engines.azure_openai.entra.client_secret",
                entra.client_secret.is_some(),
            ),
        ];
        let is_begun = parts.iter().any(|(_, is_set)| *is_set);
        if let Some((key, _)) = parts.iter().find(|(_, is_set)| is_begun && !is_set) {
            let expected = "tenant, client_id and client_secret together, or none of them";
            return Err((key, expected.to_owned()));
        }
        let ways = [
            ("engines.azure_openai.api_key", self.api_key.is_some()),
            ("engines.azure_openai.entra.tenant", is_begun),
            (
                "engines.azure_openai.managed_identity.enabled",
                self.managed_identity.enabled,
            ),
        ];
        match ways.iter().filter(|(_, is_set)| *is_set).nth(1) {
            Some((key, _)) => {
                let expected = "only one of engines.azure_openai.api_key, entra and managed_identity to be set";
                Err((key, expected.to_owned()))
            }
            None => Ok(()),
        }
    }
}
