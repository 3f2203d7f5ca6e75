//! Why a run ended early.

use intel::{AskError, ProviderError, observable::ObservableError};
use maltego::{Message, MessageKind, SettingError};
use thiserror::Error;

/// Why a run ended early. Displays for the log; the analyst reads [`RunError::message`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    /// A setting cannot be read.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The input is not what the transform takes. Observables print what they could not read, so it is kept from logs.
    #[error("the input is not {}: {}", .0.expected, .0.reason)]
    Input(#[from] ObservableError),
    /// The input is of the right type, and yet there is nothing to ask about it.
    #[error("the input cannot be asked about: {reason}")]
    Unusable {
        /// Why not.
        reason: String,
    },
    /// The value is a privacy service's or a redaction marker: it would match strangers.
    #[error("a noise value was not searched for: {reason}")]
    Noise {
        /// Why it is noise.
        reason: String,
    },
    /// A question has no answer.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl RunError {
    /// The message on the graph.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Setting(error) => Message::new(MessageKind::PartialError, error.to_string()),
            Self::Input(error) => Message::new(MessageKind::PartialError, error.to_string()),
            Self::Unusable { reason } => {
                Message::new(MessageKind::PartialError, format!("This was not searched for: {reason}."))
            }
            Self::Noise { reason } => Message::new(
                MessageKind::Inform,
                format!(
                    "This was not searched for: {reason}. It stands in the WHOIS records of strangers, so the domains it \
                     matches have nothing to do with each other."
                ),
            ),
            Self::Ask(error) => {
                let kind = match error {
                    // Nothing failed: somebody has to decide.
                    AskError::NeedsConsent { .. } | AskError::SpecialUse { .. } | AskError::LocalAddress { .. } => {
                        MessageKind::Inform
                    }
                    // Nothing will work until somebody changes the configuration.
                    AskError::Provider { error: ProviderError::BadKey, .. } => MessageKind::FatalError,
                    _ => MessageKind::PartialError,
                };
                Message::new(kind, error.analyst_message())
            }
        }
    }

    /// Whether the run failed, rather than needing a decision or being refused for the asker's own protection.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(
            self,
            Self::Noise { .. }
                | Self::Ask(
                    AskError::NeedsConsent { .. } | AskError::SpecialUse { .. } | AskError::LocalAddress { .. }
                )
        )
    }
}
