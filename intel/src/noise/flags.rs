//! What a protocol itself says is missing.
//!
//! RDAP does not leave it to guesses: an answer lists each field that was kept back, with how and why (RFC 9537 §4.2).
//! Servers that are older than that put a remark of a registered type beside the object (RFC 9083 §10.2.1), or one with the
//! marker for a title. A flag is the best evidence there is: no value has to look like anything.

use super::{Confidence, NoiseKind, Verdict, contact};

/// Judges a field that an RDAP answer lists as redacted. `field` is the registered name or the description of the field
/// (`Registrant Email`), `method` one of the methods of RFC 9537 §4.2.3, `reason` what the server states.
#[must_use]
pub fn redaction_flag(field: &str, method: Option<&str>, reason: Option<&str>) -> Verdict {
    let stated = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(contact::excerpt);
    let how = match method {
        Some("emptyValue") => "left empty",
        Some("partialValue") => "shown in part",
        Some("replacementValue") => "replaced",
        // The method of RFC 9537 §4.2.3 where none is stated.
        _ => "left out",
    };
    let field = stated(Some(field)).unwrap_or_else(|| "a field".to_owned());
    let why = stated(reason).map(|reason| format!(", since: {reason}")).unwrap_or_default();
    Verdict::by_rule(
        NoiseKind::Redacted,
        format!("the registry says that {field} was {how}{why}"),
        Confidence::Certain,
        "RFC 9537",
        "the redaction list of the RDAP answer",
    )
}

/// Judges a remark of an RDAP object: whether it says that something was kept back. `title` and `kind` are the members
/// `title` and `type` of the remark.
#[must_use]
pub fn redaction_remark(title: Option<&str>, kind: Option<&str>) -> Option<Verdict> {
    // Of the registered types (IANA, RDAP JSON Values) the two that mean "there is more, and not for you".
    const TYPES: [&str; 2] = ["object redacted due to authorization", "object truncated due to authorization"];
    let (by_rule, origin) = ("RFC 9083", "a remark of the RDAP answer");
    let verdict = |reason: String| Verdict::by_rule(NoiseKind::Redacted, reason, Confidence::Certain, by_rule, origin);
    if let Some(kind) = kind.map(str::trim).filter(|kind| TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known))) {
        return Some(verdict(format!("the registry says: {}", kind.to_lowercase())));
    }
    let title = title?;
    let is_marker = contact::judge(title).is_some_and(|judged| judged.kind == NoiseKind::Redacted);
    is_marker.then(|| verdict(format!("the registry says: {}", contact::excerpt(title.trim()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_says_which_field_was_kept_back_and_how() {
        for (method, reason, expected) in [
            (
                Some("removal"),
                Some("Server policy"),
                "the registry says that Registrant Email was left out, since: Server policy",
            ),
            (Some("emptyValue"), None, "the registry says that Registrant Email was left empty"),
            (Some("replacementValue"), Some(" "), "the registry says that Registrant Email was replaced"),
            (None, None, "the registry says that Registrant Email was left out"),
        ] {
            let verdict = redaction_flag("Registrant Email", method, reason);
            assert_eq!(verdict.reason, expected);
            assert_eq!((verdict.kind, verdict.confidence), (NoiseKind::Redacted, Confidence::Certain));
            assert_eq!(verdict.basis.list, "RFC 9537");
        }
    }

    #[test]
    fn a_remark_is_known_by_its_type_or_its_title_as_a_whole() {
        for (title, kind, expected) in [
            (Some("REDACTED FOR PRIVACY"), None, true),
            (None, Some("Object redacted due to authorization"), true),
            (Some("Status Codes"), Some("object truncated due to excessive load"), false),
            (Some("Terms for data that is redacted"), None, false),
            (None, None, false),
        ] {
            assert_eq!(redaction_remark(title, kind).is_some(), expected, "{title:?} {kind:?}");
        }
    }
}
