//! Who a record says the domain belongs to: somebody, somebody who hides, or nobody.
//!
//! The registrant is the owner. A redaction, a privacy service or a filler in their place is not another owner: it says
//! that there is one, and that the record does not tell who. Whether two records name the same one is decided by what
//! both of them have, the strongest first:
//!
//! | both have | the same owner if |
//! |---|---|
//! | an organisation | it is the same, whoever writes for it; or the name and the mailbox both are (the firm was renamed) |
//! | a name | it is the same; a site's mailbox is often handed on with the site, so it does not count against a name |
//! | a mailbox | it is the same |
//! | none of these | never: nothing speaks for it |
//!
//! A mailbox alone in a contact that is otherwise hidden is often made up by the registrar. It can confirm an owner who is
//! known, but neither names one nor speaks against one.

use crate::{
    noise::{self, NoiseKind},
    observable::{EmailAddress, OrganizationName, PersonName},
    record::Contact,
};

/// An owner as records name them. At least one of the fields is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Owner {
    /// The person, or whatever the registrant wrote there.
    pub name: Option<String>,
    /// The organisation.
    pub organization: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
}

impl Owner {
    /// Whether both are the same owner, by the table in the module's head.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let (one, other) = (Key::of(self), Key::of(other));
        let equal = |one: &Option<String>, other: &Option<String>| {
            one.as_ref().zip(other.as_ref()).map(|(one, other)| one == other)
        };
        let name = equal(&one.name, &other.name);
        let email = equal(&one.email, &other.email);
        match equal(&one.organization, &other.organization) {
            Some(true) => true,
            Some(false) => name == Some(true) && email == Some(true),
            None => name.or(email).unwrap_or(false),
        }
    }

    /// The name that an editor would print: the organisation, else the person, else the mailbox. Who wrote for an
    /// organisation may have changed while it stayed the same, so they do not stand beside it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let known = self.organization.as_ref().or(self.name.as_ref()).or(self.email.as_ref());
        known.cloned().unwrap_or_else(|| "somebody".to_owned())
    }

    /// Takes over what a record of the same owner says, the newer of two spellings.
    pub(super) fn learn(&mut self, newer: &Self) {
        let fields = [
            (&mut self.name, &newer.name),
            (&mut self.organization, &newer.organization),
            (&mut self.email, &newer.email),
        ];
        for (known, newer) in fields {
            if newer.is_some() {
                known.clone_from(newer);
            }
        }
    }
}

/// The forms for comparison.
#[derive(PartialEq)]
struct Key {
    name: Option<String>,
    organization: Option<String>,
    email: Option<String>,
}

impl Key {
    fn of(owner: &Owner) -> Self {
        let Owner { name, organization, email } = owner;
        Self {
            name: name.as_deref().and_then(|text| PersonName::parse(text).ok()).map(|name| name.folded()),
            organization: organization
                .as_deref()
                .and_then(|text| OrganizationName::parse(text).ok())
                .map(|organization| organization.folded()),
            email: email.as_deref().and_then(|text| EmailAddress::parse(text).ok()).map(|email| email.folded()),
        }
    }
}

/// What one record says about the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// This one.
    Named(Owner),
    /// Somebody who is not named.
    Hidden {
        /// Behind what, in words.
        behind: String,
        /// A mailbox that was left, whoever's it is.
        email: Option<String>,
    },
    /// The record has no owner in it.
    NotStated,
}

impl Holder {
    /// Reads the registrant.
    pub(super) fn of(registrant: &Contact) -> Self {
        let noise_in = |field: &Option<String>| field.as_deref().and_then(noise::judge);
        let kinds =
            [&registrant.organization, &registrant.name, &registrant.email, &registrant.phone, &registrant.street]
                .map(noise_in)
                .map(|noise| noise.map(|noise| noise.kind));
        let service = registrant.privacy_service.as_deref().or_else(|| {
            let services = [&registrant.organization, &registrant.name];
            let is_service =
                |field: &&&Option<String>| noise_in(field).is_some_and(|noise| noise.kind == NoiseKind::PrivacyService);
            services.iter().find(is_service).and_then(|field| field.as_deref())
        });
        if let Some(service) = service {
            return Self::Hidden { behind: format!("the privacy service \"{}\"", service.trim()), email: None };
        }
        let owner = owner(registrant);
        let is_hidden = registrant.redacted
            || kinds.iter().any(|kind| matches!(kind, Some(NoiseKind::Redacted | NoiseKind::PrivacyService)));
        match owner {
            Owner { name: None, organization: None, email } if is_hidden => {
                Self::Hidden { behind: "a redaction".to_owned(), email }
            }
            Owner { name: None, organization: None, email: None } => Self::NotStated,
            owner => Self::Named(owner),
        }
    }

    /// What a hidden record confirms of an owner who is known already.
    pub(super) fn confirms(&self, known: &Owner) -> bool {
        let Self::Hidden { email: Some(email), .. } = self else { return false };
        let left = Owner { email: Some(email.clone()), ..Owner::default() };
        let mailbox = Owner { email: known.email.clone(), ..Owner::default() };
        left.is_same(&mailbox)
    }

    /// In place of an owner's name.
    pub(super) fn behind(&self) -> Option<&str> {
        match self {
            Self::Named(_) => None,
            Self::Hidden { behind, .. } => Some(behind),
            Self::NotStated => Some("no owner in the record"),
        }
    }
}

/// What can be read of an owner. Many write the organisation into both fields, or into the field for the name alone: a
/// name with a legal form is an organisation's.
fn owner(registrant: &Contact) -> Owner {
    let organization = registrant.organization.as_deref().and_then(|text| OrganizationName::parse(text).ok());
    let person = registrant.name.as_deref().and_then(|text| PersonName::parse(text).ok());
    let email = registrant.email.as_deref().filter(|text| noise::judge(text).is_none());
    let email = email.and_then(|text| EmailAddress::parse(text).ok()).map(|email| email.as_str().to_owned());
    let written_as_name = person.as_ref().and_then(|person| OrganizationName::parse(person.as_str()).ok());
    let is_organization = |person: &PersonName, name: &OrganizationName| {
        let known = organization.as_ref().is_some_and(|organization| organization.folded() == name.folded());
        known || name.folded() != person.folded()
    };
    match (person, written_as_name) {
        (Some(person), Some(name)) if is_organization(&person, &name) => {
            Owner { name: None, organization: Some(organization.unwrap_or(name).as_str().to_owned()), email }
        }
        (person, _) => Owner {
            name: person.map(|person| person.as_str().to_owned()),
            organization: organization.map(|organization| organization.as_str().to_owned()),
            email,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn contact(name: &str, organization: &str, email: &str) -> Contact {
        Contact { name: some(name), organization: some(organization), email: some(email), ..Contact::default() }
    }

    fn named(name: &str, organization: &str, email: &str) -> Owner {
        match Holder::of(&contact(name, organization, email)) {
            Holder::Named(owner) => owner,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_strongest_thing_that_both_have_decides() {
        for (one, other, same) in [
            // An organisation stays itself whoever writes for it and whatever its legal form.
            (("Jo Doe", "Acme Ltd", ""), ("Mina Roe", "ACME Limited", "new@acme.example"), true),
            (("Jo Doe", "Acme Ltd", ""), ("Jo Doe", "Brookfen Lamps", ""), false),
            (("Jo Doe", "Acme", "jo@post.example"), ("Jo Doe", "Brookfen", "JO@post.example"), true),
            (("Jo Doe", "", "site@x.example"), ("JO DOE", "Acme", "other@x.example"), true),
            // A site's mailbox is handed on with the site.
            (("Jo Doe", "", "site@x.example"), ("Mina Roe", "", "site@x.example"), false),
            (("Jo Doe", "", "jo@post.example"), ("", "Acme", "jo@post.example"), true),
            (("Jo Doe", "", "jo@post.example"), ("", "Acme", "office@acme.example"), false),
            (("Jo Doe", "", ""), ("", "Acme", ""), false),
            (("", "", "jo@post.example"), ("", "", "jo@post.example"), true),
            (("Acme Ltd", "", ""), ("", "Acme", ""), true),
        ] {
            let owner = |(name, organization, email)| named(name, organization, email);
            assert_eq!(owner(one).is_same(&owner(other)), same, "{one:?} {other:?}");
            assert_eq!(owner(other).is_same(&owner(one)), same, "{other:?} {one:?}");
        }
    }

    #[test]
    fn who_hides_is_not_somebody_else() {
        let hidden = |contact: &Contact| match Holder::of(contact) {
            Holder::Hidden { behind, .. } => behind,
            other => panic!("{other:?}"),
        };
        assert_eq!(hidden(&contact("REDACTED FOR PRIVACY", "REDACTED FOR PRIVACY", "")), "a redaction");
        assert_eq!(hidden(&Contact { redacted: true, ..Contact::default() }), "a redaction");
        let service = Contact { privacy_service: some("Hidden Owner Privacy Service"), ..Contact::default() };
        assert_eq!(hidden(&service), "the privacy service \"Hidden Owner Privacy Service\"");
        assert_eq!(
            hidden(&contact("Jo Doe", "Withheld for Privacy ehf", "jo@x.example")),
            "the privacy service \"Withheld for Privacy ehf\""
        );
        assert_eq!(hidden(&contact("", "", "x@domainsbyproxy.com")), "a redaction");
        assert_eq!(Holder::of(&Contact::default()), Holder::NotStated);
        assert_eq!(Holder::of(&contact("N/A", "-", "")), Holder::NotStated);
        assert_eq!(Holder::of(&Contact { country: some("Northmark"), ..Contact::default() }), Holder::NotStated);
        // A firm that is named while its people are not is named.
        assert!(matches!(Holder::of(&Contact { redacted: true, ..contact("", "Acme", "") }), Holder::Named(_)));
    }

    #[test]
    fn a_mailbox_in_a_hidden_contact_confirms_and_does_not_contradict() {
        let left = Holder::of(&Contact { redacted: true, ..contact("", "", "jo@post.example") });
        assert!(left.confirms(&named("Jo Doe", "", "Jo@post.example")));
        assert!(!left.confirms(&named("Jo Doe", "", "other@post.example")));
        assert!(!left.confirms(&named("Jo Doe", "", "")));
    }

    #[test]
    fn an_owner_is_called_by_what_an_editor_would_print() {
        assert_eq!(named("Jo Doe", "Acme", "jo@x.example").in_words(), "Acme");
        assert_eq!(named("Jo Doe", "", "jo@x.example").in_words(), "Jo Doe");
        assert_eq!(named("", "", "jo@x.example").in_words(), "jo@x.example");
        assert_eq!(named("Acme Ltd", "Acme", "").in_words(), "Acme");
    }
}
