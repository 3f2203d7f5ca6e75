//! What a case forbids, in two messages each.

use intel::provider::Exposure;
use jiff::Timestamp;
use thiserror::Error;

use crate::Name;

/// Why a case does not let something happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CaseRefusal {
    /// There is no such case, or it has been deleted.
    #[error("there is no case {name}")]
    NoSuchCase {
        /// The name that was given.
        name: Name,
    },
    /// A case has that name, or had it once.
    #[error("the name {name} is taken by a case")]
    NameTaken {
        /// The name that was given.
        name: Name,
    },
    /// The case is read only.
    #[error("case {name} is sealed since {since}")]
    Sealed {
        /// The case.
        name: Name,
        /// When it was sealed.
        since: Timestamp,
    },
    /// The question would be seen by more people than the case allows.
    #[error("case {name} allows exposure {}, the question has {}", ceiling.as_str(), exposure.as_str())]
    TooExposed {
        /// The case.
        name: Name,
        /// What it allows at most.
        ceiling: Exposure,
        /// What the question has.
        exposure: Exposure,
    },
    /// The provider is not among those of the case.
    #[error("case {name} does not allow provider {provider}")]
    ProviderNotAllowed {
        /// The case.
        name: Name,
        /// The provider, by the name used in the configuration.
        provider: String,
    },
}

impl CaseRefusal {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::NoSuchCase { name } => {
                format!("There is no case \"{name}\". Please check the name, or make the case first.")
            }
            Self::NameTaken { name } => format!(
                "There is or was a case \"{name}\" already, and names are not used twice. Please choose another name."
            ),
            Self::Sealed { name, since } => format!(
                "The case \"{name}\" has been sealed since {}: it can be read, but nothing can be added to it or bought \
                 for it. Please work in another case.",
                since.strftime("%Y-%m-%d")
            ),
            Self::TooExposed { name, exposure, .. } => format!(
                "The case \"{name}\" does not allow this question, since {} would learn of it. Nothing was asked. Whoever \
                 looks after the case can raise its exposure to \"{}\".",
                match exposure {
                    Exposure::Local => "somebody on this machine",
                    Exposure::ThirdParty => "a data vendor",
                    Exposure::Infrastructure => "the target's name servers",
                    Exposure::Touch => "the target's own machine",
                },
                exposure.as_str()
            ),
            Self::ProviderNotAllowed { name, provider } => format!(
                "The case \"{name}\" does not allow \"{provider}\" to be asked. Nothing was asked. Whoever looks after the \
                 case can add it to the case's providers."
            ),
        }
    }
}
