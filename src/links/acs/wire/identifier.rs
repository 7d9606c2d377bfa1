//! Who somebody is to the service: a user of it, a phone number, somebody or something of Teams.
//!
//! Each has a raw id, whose beginning says of which kind it is, and the details of its kind. Some senders leave out the kind,
//! some the raw id; either follows from the rest.

use super::words::words;

words! {
    /// In which of Microsoft's clouds somebody is.
    Cloud {
        /// The one that is open to all.
        Public = "public",
        /// That of the Department of Defense.
        Dod = "dod",
        /// That of the government.
        Gcch = "gcch",
    }
}

/// Somebody in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// What the service knows them by: `8:acs:…`, `4:+1…`.
    pub raw_id: String,
    /// Of which kind they are, and the details of it.
    pub kind: Kind,
}

/// What somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A user of the service; the raw id is theirs.
    CommunicationUser,
    /// A phone.
    PhoneNumber {
        /// As E.164 with its plus sign, or `anonymous`.
        value: String,
        /// Which of those who share a number it is.
        asserted_id: Option<String>,
    },
    /// A user of Teams.
    TeamsUser {
        /// Their id in Entra, or that of a visitor.
        user_id: String,
        /// Whether they are a visitor.
        is_anonymous: bool,
        /// Where they are.
        cloud: Cloud,
    },
    /// An app of Teams.
    TeamsApp {
        /// Its id.
        app_id: String,
        /// Where it is.
        cloud: Cloud,
    },
    /// A user of Teams who is in the call by way of an ACS resource.
    TeamsExtensionUser {
        /// Their id in Entra.
        user_id: String,
        /// Their tenant.
        tenant_id: String,
        /// The ACS resource.
        resource_id: String,
        /// Where they are.
        cloud: Cloud,
    },
    /// None of these.
    Unknown,
}

/// The number of who withholds theirs.
const ANONYMOUS: &str = "anonymous";

impl Identifier {
    /// Whom a raw id names, by the rules of the SDK (`@azure/communication-common` 2.4.2).
    pub fn from_raw(raw_id: &str) -> Self {
        Self {
            raw_id: raw_id.to_owned(),
            kind: kind_of(raw_id),
        }
    }

    /// A phone, by its number with or without the plus sign.
    pub fn phone(number: &str) -> Self {
        let plus = if number.starts_with('+') || number == ANONYMOUS {
            ""
        } else {
            "+"
        };
        Self::from_raw(&format!("4:{plus}{number}"))
    }

    /// The number, if this is a phone that shows it.
    pub fn phone_number(&self) -> Option<&str> {
        match &self.kind {
            Kind::PhoneNumber { value, .. } if value != ANONYMOUS => Some(value),
            _ => None,
        }
    }
}

/// The kind that a raw id shows.
pub(super) fn kind_of(raw_id: &str) -> Kind {
    if let Some(number) = raw_id.strip_prefix("4:") {
        let asserted = number
            .rsplit_once('_')
            .map(|(_, asserted)| asserted.to_owned());
        return Kind::PhoneNumber {
            value: number.to_owned(),
            asserted_id: asserted.filter(|asserted| !asserted.is_empty()),
        };
    }
    let segments: Vec<_> = raw_id.splitn(4, ':').collect();
    let [class, realm, rest] = segments[..] else {
        return Kind::Unknown;
    };
    let teams_user = |is_anonymous, cloud| Kind::TeamsUser {
        user_id: rest.to_owned(),
        is_anonymous,
        cloud,
    };
    let teams_app = |cloud| Kind::TeamsApp {
        app_id: rest.to_owned(),
        cloud,
    };
    match (class, realm) {
        ("8", "teamsvisitor") => teams_user(true, Cloud::Public),
        ("8", "orgid") => teams_user(false, Cloud::Public),
        ("8", "dod") => teams_user(false, Cloud::Dod),
        ("8", "gcch") => teams_user(false, Cloud::Gcch),
        ("8", "acs") => user(rest, Cloud::Public),
        ("8", "dod-acs") => user(rest, Cloud::Dod),
        ("8", "gcch-acs") => user(rest, Cloud::Gcch),
        ("8", "spool") => Kind::CommunicationUser,
        ("28", "orgid") => teams_app(Cloud::Public),
        ("28", "dod") => teams_app(Cloud::Dod),
        ("28", "gcch") => teams_app(Cloud::Gcch),
        _ => Kind::Unknown,
    }
}

/// A user of ours, or one of Teams whose id is of three parts.
fn user(rest: &str, cloud: Cloud) -> Kind {
    let parts: Vec<_> = rest.split('_').collect();
    match parts[..] {
        [resource, tenant, user] => Kind::TeamsExtensionUser {
            user_id: user.to_owned(),
            tenant_id: tenant.to_owned(),
            resource_id: resource.to_owned(),
            cloud,
        },
        _ => Kind::CommunicationUser,
    }
}
