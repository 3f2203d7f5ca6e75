//! Reverse WHOIS: the domains that stand behind a mailbox, a phone number or a name.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, ReverseWhoisTerm, Scope, noise};
use maltego::{EntityType, Input, InputKind, SettingDefinition, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::{CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN, SCOPE},
    sink::Sink,
    walk::{sightings, walk},
};

const SETTINGS: &[&SettingDefinition] = &[&SCOPE, &CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN];
const OUTPUTS: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name: "To Domains [reverse WHOIS]",
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs: OUTPUTS,
            set: sets::REVERSE_LOOKUPS,
            settings: SETTINGS,
        },
        lookups: &[LookupKind::ReverseWhois],
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Large,
    }
}

/// EmailAddress → domains.
#[derive(Debug)]
pub(crate) struct EmailToDomains;

static EMAIL: Declaration = declaration(
    "email_to_domains",
    "The domains whose WHOIS record names, or once named, this e-mail address in any contact.",
    &[&entity_types::EMAIL_ADDRESS],
);

/// PhoneNumber → domains.
#[derive(Debug)]
pub(crate) struct PhoneToDomains;

static PHONE: Declaration = declaration(
    "phone_to_domains",
    "The domains whose WHOIS record names, or once named, this phone number, in any spelling of it.",
    &[&entity_types::PHONE_NUMBER],
);

/// Person → domains.
#[derive(Debug)]
pub(crate) struct PersonToDomains;

static PERSON: Declaration = declaration(
    "person_to_domains",
    "The domains whose WHOIS record names, or once named, a person of this name. Namesakes are possible: check another \
     contact before linking people.",
    &[&entity_types::PERSON],
);

/// Organization → domains.
#[derive(Debug)]
pub(crate) struct OrganizationToDomains;

static ORGANIZATION: Declaration = declaration(
    "organization_to_domains",
    "The domains whose WHOIS record names, or once named, this organisation.",
    &[&entity_types::ORGANIZATION],
);

#[async_trait]
impl Transform for EmailToDomains {
    fn declaration(&self) -> &'static Declaration {
        &EMAIL
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        refuse_noise(run.input())?;
        reverse_whois(run, sink, ReverseWhoisTerm::Email(observables::email(run.input())?)).await
    }
}

#[async_trait]
impl Transform for PhoneToDomains {
    fn declaration(&self) -> &'static Declaration {
        &PHONE
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        refuse_noise(run.input())?;
        reverse_whois(run, sink, ReverseWhoisTerm::Phone(observables::phone(run.input())?)).await
    }
}

#[async_trait]
impl Transform for PersonToDomains {
    fn declaration(&self) -> &'static Declaration {
        &PERSON
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        refuse_noise(run.input())?;
        reverse_whois(run, sink, ReverseWhoisTerm::Person(observables::person(run.input())?)).await
    }
}

#[async_trait]
impl Transform for OrganizationToDomains {
    fn declaration(&self) -> &'static Declaration {
        &ORGANIZATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        refuse_noise(run.input())?;
        reverse_whois(run, sink, ReverseWhoisTerm::Organization(observables::organization(run.input())?)).await
    }
}

async fn reverse_whois(run: &Run, sink: &mut dyn Sink, term: ReverseWhoisTerm) -> Result<(), RunError> {
    let scope = match run.settings.choice(&SCOPE)? {
        Some("current") => Scope::Current,
        _ => Scope::Historic,
    };
    let question = format!("\"{}\" ({} WHOIS)", term.as_text(), scope.as_str());
    let label = match scope {
        Scope::Current => "WHOIS",
        Scope::Historic => "WHOIS history",
    };
    walk(run, sink, Lookup::ReverseWhois { term, scope }, &question, sightings(label)).await
}

/// A reverse lookup of a privacy service's mailbox matches millions of strangers and may cost as much as a good one.
fn refuse_noise(input: &Input) -> Result<(), RunError> {
    // A blank value is not noise: the observable may stand in the entity's parts.
    match noise::judge(&input.value) {
        Some(noise) if !input.value.trim().is_empty() => Err(RunError::Noise { reason: noise.reason }),
        _ => Ok(()),
    }
}
