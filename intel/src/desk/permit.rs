//! What the asker may have asked: how widely a question may become known, and by whom.
//!
//! An investigation may demand that the target's own name servers never see a question, or that only certain vendors do.
//! That is a property of the asker, not of the server, so it travels with each question.

use std::sync::Arc;

use crate::provider::Exposure;

/// Who may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// The widest exposure that is allowed.
    pub ceiling: Exposure,
    /// The only providers that may be asked; `None` for all.
    pub providers: Option<Arc<[String]>>,
    /// Whether anything may be bought, however much somebody agrees.
    pub may_buy: bool,
}

/// Everybody may be asked.
impl Default for Permit {
    fn default() -> Self {
        Self { ceiling: Exposure::Touch, providers: None, may_buy: true }
    }
}

impl Permit {
    /// The same, for one provider alone.
    #[must_use]
    pub fn only(&self, provider: &str) -> Self {
        let providers = self.providers.as_ref().is_none_or(|allowed| allowed.iter().any(|name| name == provider));
        let providers = if providers { vec![provider.to_owned()] } else { Vec::new() };
        Self { providers: Some(providers.into()), ..self.clone() }
    }

    /// Whether a provider may be asked with this exposure. What never leaves the machine always may.
    #[must_use]
    pub fn allows(&self, provider: &str, exposure: Exposure) -> bool {
        let listed = self.providers.as_ref().is_none_or(|allowed| allowed.iter().any(|name| name == provider));
        exposure == Exposure::Local || (exposure <= self.ceiling && listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_and_a_list_both_have_to_allow() {
        let permit =
            Permit { ceiling: Exposure::ThirdParty, providers: Some(["rdap".to_owned()].into()), ..Permit::default() };
        assert!(permit.allows("rdap", Exposure::ThirdParty));
        assert!(!permit.allows("rdap", Exposure::Infrastructure));
        assert!(!permit.allows("crtsh", Exposure::ThirdParty));
        assert!(permit.allows("case", Exposure::Local));
        assert!(permit.only("rdap").allows("rdap", Exposure::ThirdParty));
        assert!(!permit.only("crtsh").allows("crtsh", Exposure::ThirdParty));
        let one = Permit::default().only("crtsh");
        assert!(one.allows("crtsh", Exposure::ThirdParty) && !one.allows("rdap", Exposure::ThirdParty));
    }
}
