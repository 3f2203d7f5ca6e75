//! Reverse WHOIS: the domains that stand behind a mailbox, a phone number, a name, an address or any text.
//!
//! Each kind of input has three transforms: all domains ever (or, by a setting, only those of today), the domains of
//! today, and how many there are. They are one family with one table; what differs is how the input is read.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, ReverseWhoisTerm, Scope, noise};
use maltego::{EntityType, Input, InputKind, SettingDefinition, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    names::{show_count, show_names},
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::{CASE, CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN, PURCHASE, REFRESH, REPLAY, SCOPE},
    sink::Sink,
};

/// A reverse WHOIS transform.
#[derive(Debug)]
pub(crate) struct ReverseWhois {
    declaration: Declaration,
    /// What the input is to look for.
    term: fn(&Input) -> Result<ReverseWhoisTerm, RunError>,
    wanted: Wanted,
}

/// What is wanted of the domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The domains in the scope that the setting says.
    Domains,
    /// The domains of today.
    CurrentDomains,
    /// How many there are in the scope that the setting says.
    Count,
}

/// The transforms of one kind of input.
macro_rules! family {
    ($all:ident, $current:ident, $count:ident, $input:literal, $inputs:expr, $term:expr, $of:literal) => {
        static $all: ReverseWhois = ReverseWhois {
            declaration: declaration(
                concat!($input, "_to_domains"),
                "To Domains [reverse WHOIS]",
                concat!("The domains whose WHOIS record names, or once named, ", $of, "."),
                $inputs,
                Wanted::Domains,
            ),
            term: $term,
            wanted: Wanted::Domains,
        };
        static $current: ReverseWhois = ReverseWhois {
            declaration: declaration(
                concat!($input, "_to_current_domains"),
                "To Domains of Today [reverse WHOIS]",
                concat!("The domains whose WHOIS record names ", $of, " today."),
                $inputs,
                Wanted::CurrentDomains,
            ),
            term: $term,
            wanted: Wanted::CurrentDomains,
        };
        static $count: ReverseWhois = ReverseWhois {
            declaration: declaration(
                concat!($input, "_to_domain_count"),
                "To Number of Domains [reverse WHOIS]",
                concat!(
                    "How many domains have a WHOIS record that names, or once named, ",
                    $of,
                    ": the size of the answer before it is bought."
                ),
                $inputs,
                Wanted::Count,
            ),
            term: $term,
            wanted: Wanted::Count,
        };
    };
}

family!(
    EMAIL_DOMAINS,
    EMAIL_CURRENT_DOMAINS,
    EMAIL_COUNT,
    "email",
    &[&entity_types::EMAIL_ADDRESS],
    |input| Ok(ReverseWhoisTerm::Email(observables::email(input)?)),
    "this e-mail address in any contact"
);
family!(
    PHONE_DOMAINS,
    PHONE_CURRENT_DOMAINS,
    PHONE_COUNT,
    "phone",
    &[&entity_types::PHONE_NUMBER],
    |input| Ok(ReverseWhoisTerm::Phone(observables::phone(input)?)),
    "this phone number, in any spelling of it"
);
family!(
    PERSON_DOMAINS,
    PERSON_CURRENT_DOMAINS,
    PERSON_COUNT,
    "person",
    &[&entity_types::PERSON],
    |input| Ok(ReverseWhoisTerm::Person(observables::person(input)?)),
    "a person of this name (namesakes are possible: check another contact before linking people)"
);
family!(
    ORGANIZATION_DOMAINS,
    ORGANIZATION_CURRENT_DOMAINS,
    ORGANIZATION_COUNT,
    "organization",
    &[&entity_types::ORGANIZATION],
    |input| Ok(ReverseWhoisTerm::Organization(observables::organization(input)?)),
    "this organisation"
);
family!(
    LOCATION_DOMAINS,
    LOCATION_CURRENT_DOMAINS,
    LOCATION_COUNT,
    "location",
    &[&entity_types::LOCATION],
    |input| Ok(ReverseWhoisTerm::Address(observables::address(input)?)),
    "this postal address"
);
family!(
    PHRASE_DOMAINS,
    PHRASE_CURRENT_DOMAINS,
    PHRASE_COUNT,
    "phrase",
    &[&entity_types::PHRASE, &entity_types::ALIAS],
    |input| Ok(ReverseWhoisTerm::Text(observables::phrase(input)?)),
    "this text in any field"
);

/// Every transform of the family, in the order of menus.
pub(crate) static ALL: [&ReverseWhois; 18] = [
    &EMAIL_DOMAINS,
    &EMAIL_CURRENT_DOMAINS,
    &EMAIL_COUNT,
    &PHONE_DOMAINS,
    &PHONE_CURRENT_DOMAINS,
    &PHONE_COUNT,
    &PERSON_DOMAINS,
    &PERSON_CURRENT_DOMAINS,
    &PERSON_COUNT,
    &ORGANIZATION_DOMAINS,
    &ORGANIZATION_CURRENT_DOMAINS,
    &ORGANIZATION_COUNT,
    &LOCATION_DOMAINS,
    &LOCATION_CURRENT_DOMAINS,
    &LOCATION_COUNT,
    &PHRASE_DOMAINS,
    &PHRASE_CURRENT_DOMAINS,
    &PHRASE_COUNT,
];

const WITH_SCOPE: &[&SettingDefinition] = &[&SCOPE, &CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN, &REFRESH, &CASE, &REPLAY];
const ONLY_SCOPE: &[&SettingDefinition] = &[&SCOPE];
const SUMMARY_ONLY: &[&EntityType] = &[&SUMMARY];
const NAMES: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &SUMMARY];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
    wanted: Wanted,
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs: match wanted {
                Wanted::Count => SUMMARY_ONLY,
                Wanted::Domains | Wanted::CurrentDomains => NAMES,
            },
            set: sets::REVERSE_LOOKUPS,
            settings: match wanted {
                Wanted::Domains => WITH_SCOPE,
                Wanted::CurrentDomains => PURCHASE,
                // Counts are free.
                Wanted::Count => ONLY_SCOPE,
            },
        },
        lookups: &[LookupKind::ReverseWhois],
        exposure: Exposure::ThirdParty,
        price_class: match wanted {
            Wanted::Count => PriceClass::Free,
            Wanted::Domains | Wanted::CurrentDomains => PriceClass::Large,
        },
    }
}

#[async_trait]
impl Transform for &'static ReverseWhois {
    fn declaration(&self) -> &'static Declaration {
        &self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let term = (self.term)(run.input());
        refuse_noise(run.input(), &term)?;
        let term = term?;
        let scope = match self.wanted {
            Wanted::CurrentDomains => Scope::Current,
            Wanted::Domains | Wanted::Count => match run.settings.choice(&SCOPE)? {
                Some("current") => Scope::Current,
                _ => Scope::Historic,
            },
        };
        let (records, label) = match scope {
            Scope::Current => ("WHOIS records of today", "WHOIS"),
            Scope::Historic => ("WHOIS history", "WHOIS history"),
        };
        let what = format!("domains with \"{}\" in their {records}", term.as_text());
        let lookup = Lookup::reverse_whois(term, scope);
        match self.wanted {
            Wanted::Count => show_count(run, sink, lookup, &what).await,
            Wanted::Domains | Wanted::CurrentDomains => show_names(run, sink, lookup, &what, label).await,
        }
    }
}

/// A reverse lookup of a privacy service's mailbox matches millions of strangers and may cost as much as a good one. So
/// does an address of which one part is a marker.
fn refuse_noise(input: &Input, term: &Result<ReverseWhoisTerm, RunError>) -> Result<(), RunError> {
    // A blank value is not noise: the observable may stand in the entity's parts.
    let value = Some(input.value.as_str()).filter(|value| !value.trim().is_empty());
    let parts: Vec<&str> = match term {
        Ok(ReverseWhoisTerm::Address(address)) => address.parts().collect(),
        Ok(ReverseWhoisTerm::Text(text)) => vec![text.as_str()],
        Ok(_) => Vec::new(),
        // What cannot be read as what it should be may be a marker in one of the parts, and is refused as that.
        Err(_) => input.properties.iter().map(|property| property.value.as_str()).collect(),
    };
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    match value.into_iter().chain(parts).find_map(noise::judge) {
        Some(noise) => Err(RunError::Noise { reason: noise.reason }),
        None => Ok(()),
    }
}
