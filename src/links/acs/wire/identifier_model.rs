//! Identifiers as the wire has them (`CommunicationIdentifierModel`): a raw id, a kind, and an object named like the kind.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::identifier::{Cloud, Identifier, Kind, kind_of};
use super::lenient::lenient;

/// The kind is written and not read: not everybody writes it, and the detail says the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    raw_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(flatten)]
    detail: Option<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    #[serde(default, deserialize_with = "lenient")]
    raw_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    communication_user: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    phone_number: Option<Phone>,
    #[serde(default, deserialize_with = "lenient")]
    microsoft_teams_user: Option<TeamsUser>,
    #[serde(default, deserialize_with = "lenient")]
    microsoft_teams_app: Option<TeamsApp>,
    #[serde(default, deserialize_with = "lenient")]
    teams_extension_user: Option<TeamsExtensionUser>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Detail {
    CommunicationUser(User),
    PhoneNumber(Phone),
    MicrosoftTeamsUser(TeamsUser),
    MicrosoftTeamsApp(TeamsApp),
    TeamsExtensionUser(TeamsExtensionUser),
}

#[derive(Serialize, Deserialize)]
struct User {
    id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Phone {
    value: String,
    #[serde(
        default,
        deserialize_with = "lenient",
        skip_serializing_if = "Option::is_none"
    )]
    asserted_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TeamsUser {
    user_id: String,
    #[serde(default, deserialize_with = "lenient")]
    is_anonymous: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    cloud: Option<Cloud>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TeamsApp {
    app_id: String,
    #[serde(default, deserialize_with = "lenient")]
    cloud: Option<Cloud>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TeamsExtensionUser {
    user_id: String,
    tenant_id: String,
    resource_id: String,
    #[serde(default, deserialize_with = "lenient")]
    cloud: Option<Cloud>,
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut read = Read::deserialize(from)?;
        let raw_id = read.raw_id.take().filter(|raw_id| !raw_id.is_empty());
        let (derived, kind) = read.detail().unzip();
        let raw_id = raw_id
            .or(derived)
            .ok_or_else(|| serde::de::Error::custom("it names nobody"))?;
        let kind = kind.unwrap_or_else(|| kind_of(&raw_id));
        Ok(Self { raw_id, kind })
    }
}

impl Read {
    /// What the details say, and the raw id that follows from them.
    fn detail(self) -> Option<(String, Kind)> {
        if let Some(User { id }) = self.communication_user {
            return Some((id, Kind::CommunicationUser));
        }
        if let Some(Phone { value, asserted_id }) = self.phone_number {
            let raw_id = format!("4:{value}");
            return Some((raw_id, Kind::PhoneNumber { value, asserted_id }));
        }
        if let Some(user) = self.microsoft_teams_user {
            let (user_id, cloud) = (user.user_id, user.cloud.unwrap_or(Cloud::Public));
            let is_anonymous = user.is_anonymous.unwrap_or(false);
            let realm = if is_anonymous {
                "teamsvisitor"
            } else {
                realm(&cloud)
            };
            let raw_id = format!("8:{realm}:{user_id}");
            let kind = Kind::TeamsUser {
                user_id,
                is_anonymous,
                cloud,
            };
            return Some((raw_id, kind));
        }
        if let Some(TeamsApp { app_id, cloud }) = self.microsoft_teams_app {
            let cloud = cloud.unwrap_or(Cloud::Public);
            let raw_id = format!("28:{}:{app_id}", realm(&cloud));
            return Some((raw_id, Kind::TeamsApp { app_id, cloud }));
        }
        let user = self.teams_extension_user?;
        let cloud = user.cloud.unwrap_or(Cloud::Public);
        let realm = match cloud {
            Cloud::Dod => "dod-acs",
            Cloud::Gcch => "gcch-acs",
            Cloud::Public | Cloud::Other(_) => "acs",
        };
        let (user_id, tenant_id, resource_id) = (user.user_id, user.tenant_id, user.resource_id);
        let raw_id = format!("8:{realm}:{resource_id}_{tenant_id}_{user_id}");
        let kind = Kind::TeamsExtensionUser {
            user_id,
            tenant_id,
            resource_id,
            cloud,
        };
        Some((raw_id, kind))
    }
}

fn realm(cloud: &Cloud) -> &'static str {
    match cloud {
        Cloud::Dod => "dod",
        Cloud::Gcch => "gcch",
        Cloud::Public | Cloud::Other(_) => "orgid",
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let (kind, detail) = match self.kind.clone() {
            Kind::CommunicationUser => {
                let id = self.raw_id.clone();
                ("communicationUser", Detail::CommunicationUser(User { id }))
            }
            Kind::PhoneNumber { value, asserted_id } => {
                let phone = Phone { value, asserted_id };
                ("phoneNumber", Detail::PhoneNumber(phone))
            }
            Kind::TeamsUser {
                user_id,
                is_anonymous,
                cloud,
            } => {
                let user = TeamsUser {
                    user_id,
                    is_anonymous: Some(is_anonymous),
                    cloud: Some(cloud),
                };
                ("microsoftTeamsUser", Detail::MicrosoftTeamsUser(user))
            }
            Kind::TeamsApp { app_id, cloud } => {
                let cloud = Some(cloud);
                let app = TeamsApp { app_id, cloud };
                ("microsoftTeamsApp", Detail::MicrosoftTeamsApp(app))
            }
            Kind::TeamsExtensionUser {
                user_id,
                tenant_id,
                resource_id,
                cloud,
            } => {
                let user = TeamsExtensionUser {
                    user_id,
                    tenant_id,
                    resource_id,
                    cloud: Some(cloud),
                };
                ("teamsExtensionUser", Detail::TeamsExtensionUser(user))
            }
            Kind::Unknown => {
                let raw_id = &self.raw_id;
                let written = Written {
                    raw_id,
                    kind: None,
                    detail: None,
                };
                return written.serialize(out);
            }
        };
        let written = Written {
            raw_id: &self.raw_id,
            kind: Some(kind),
            detail: Some(detail),
        };
        written.serialize(out)
    }
}
