//! The case format, version 1: the shapes that files are read into, and the JSON Schemas made from those very shapes.
//!
//! A record is one flat JSON object on one line with a `record` field that says which kind it is. That is the form
//! that is easiest to type, to copy as a line, to sort and to compare in any editor. Every field carries an example in
//! its schema; error messages show that example, so there is one place where the right form is written down.

use std::{fmt, sync::LazyLock};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::fields::{
    Accused, Block, CaseName, CertificateName, Day, Fingerprint, Hexadecimal, Mailbox, Name, Phone, Score, Subject,
    Text, WebAddress,
};
use crate::{moment::Moment, record::DnsRecordType};

/// The versions of the format that this program reads.
pub const FORMATS: [i64; 1] = [1];

/// `case.toml`: what the case is about, and what to do with it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "case.toml of a Namehound case, format 1")]
pub(super) struct CaseFile {
    /// The version of the case format: 1.
    #[expect(dead_code, reason = "read ahead of all other fields, see read.rs; kept here for the schema")]
    #[schemars(range(min = 1, max = 1), example = 1)]
    pub(super) format: u32,
    /// The short name that answers carry as their source.
    #[schemars(example = &"leaked-episode")]
    pub(super) name: CaseName,
    /// The title for people.
    #[schemars(example = &"The leaked episode")]
    pub(super) title: Text,
    /// What the case is about, in a sentence or a few.
    #[schemars(example = &"An unreleased episode has appeared on the web. Who stands behind the site?")]
    pub(super) summary: Text,
    /// The day on which the case plays: what was still registered then is current.
    #[schemars(example = &"2021-05-12")]
    pub(super) as_of: Day,
    /// The language of the texts, as a tag of BCP 47.
    #[schemars(example = &"en")]
    pub(super) language: Option<Text>,
    /// Who wrote the case.
    #[schemars(example = &"A. Trainer")]
    pub(super) author: Option<Text>,
    /// The terms under which others may use it.
    #[schemars(example = &"CC BY 4.0")]
    pub(super) licence: Option<Text>,
    /// What participants are asked to find out, in order.
    #[serde(default)]
    pub(super) exercises: Vec<ExerciseLine>,
}

/// A question to the participants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct ExerciseLine {
    /// The question.
    #[schemars(example = &"Who registered cmt-net.example?")]
    pub(super) question: Text,
    /// The answer, for the trainer.
    #[schemars(example = &"Dara Velani")]
    pub(super) answer: Option<Text>,
}

/// One line of a `.jsonl` file: a fact of the case.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "record", rename_all = "lowercase")]
#[schemars(title = "One line of a record file of a Namehound case, format 1")]
pub(super) enum RecordLine {
    /// A domain's WHOIS record as it was seen on one day.
    Whois(Box<WhoisLine>),
    /// A DNS record and when it was seen.
    Dns(DnsLine),
    /// A network: whose addresses they are, and where.
    Network(NetworkLine),
    /// A certificate and the names it is good for.
    Certificate(CertificateLine),
    /// How far a name or an address is trusted.
    Reputation(ReputationLine),
    /// What a name, an address, a network, a web address or a file is accused of.
    Threat(ThreatLine),
    /// What a web site shows.
    Website(WebsiteLine),
    /// What is known about a mailbox.
    Mailbox(MailboxLine),
}

/// The kinds of record, as the field `record` names them.
pub(super) const RECORD_KINDS: [&str; 8] =
    ["whois", "dns", "network", "certificate", "reputation", "threat", "website", "mailbox"];

/// A domain's WHOIS record as it was seen on one day.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhoisLine {
    /// The registered domain.
    #[schemars(example = &"cmt-net.example")]
    pub(super) domain: Name,
    /// When this state was seen.
    #[schemars(example = &"2011-03-08")]
    pub(super) observed: Moment,
    /// When the domain was registered.
    #[schemars(example = &"2011-03-04")]
    pub(super) created: Option<Moment>,
    /// When the registration last changed.
    #[schemars(example = &"2012-02-27")]
    pub(super) updated: Option<Moment>,
    /// When the registration runs out.
    #[schemars(example = &"2013-03-04")]
    pub(super) expires: Option<Moment>,
    /// The registrar: its name, or an object with more about it.
    #[schemars(example = &"Brightlabel Names")]
    pub(super) registrar: Option<RegistrarField>,
    /// The name servers.
    #[serde(default)]
    #[schemars(example = ["ns1.tala-host.example"])]
    pub(super) name_servers: Vec<Name>,
    /// The EPP status words.
    #[serde(default)]
    #[schemars(example = ["clientTransferProhibited"])]
    pub(super) statuses: Vec<Text>,
    /// The registrant, the domain's owner.
    #[serde(default)]
    #[schemars(example = EXAMPLE_CONTACT.clone())]
    pub(super) registrant: Option<ContactLine>,
    /// The administrative contact.
    #[serde(default)]
    #[schemars(example = EXAMPLE_CONTACT.clone())]
    pub(super) administrative: Option<ContactLine>,
    /// The technical contact.
    #[serde(default)]
    #[schemars(example = EXAMPLE_CONTACT.clone())]
    pub(super) technical: Option<ContactLine>,
    /// The billing contact.
    #[serde(default)]
    #[schemars(example = EXAMPLE_CONTACT.clone())]
    pub(super) billing: Option<ContactLine>,
}

static EXAMPLE_CONTACT: LazyLock<Value> =
    LazyLock::new(|| serde_json::json!({"name": "Dara Velani", "email": "dara.velani@mail.example"}));

/// A contact of a WHOIS record, every field as the record showed it. A marker such as `REDACTED FOR PRIVACY` or the
/// name of a privacy service belongs here too: it is recognised as noise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactLine {
    /// The person's name.
    #[schemars(example = &"Dara Velani")]
    pub(super) name: Option<Text>,
    /// The organisation.
    #[schemars(example = &"Compute Make Tomorrow")]
    pub(super) organization: Option<Text>,
    /// Street and number.
    #[schemars(example = &"14 Lantern Row")]
    pub(super) street: Option<Text>,
    /// The city.
    #[schemars(example = &"Port Marlow")]
    pub(super) city: Option<Text>,
    /// State or province.
    #[schemars(example = &"North Shore")]
    pub(super) state: Option<Text>,
    /// The postal code.
    #[schemars(example = &"00142")]
    pub(super) postal_code: Option<Text>,
    /// The country's name.
    #[schemars(example = &"Ruritania")]
    pub(super) country: Option<Text>,
    /// The two-letter country code (ISO 3166-1).
    #[schemars(example = &"ZZ")]
    pub(super) country_code: Option<Text>,
    /// The mailbox.
    #[schemars(example = &"dara.velani@mail.example")]
    pub(super) email: Option<Text>,
    /// The phone number.
    #[schemars(example = &"+1.5555550142")]
    pub(super) phone: Option<Text>,
    /// The fax number.
    #[schemars(example = &"+1.5555550143")]
    pub(super) fax: Option<Text>,
}

/// A registrar: just its name, or more about it.
#[derive(Debug, Clone, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(super) enum RegistrarField {
    /// Its name.
    Name(Text),
    /// What is known about it.
    Details(RegistrarLine),
}

/// What is known about a registrar.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct RegistrarLine {
    /// Its name.
    #[schemars(example = &"Brightlabel Names")]
    pub(super) name: Option<Text>,
    /// The number IANA gave it, in quotes.
    #[schemars(example = &"9990")]
    pub(super) iana_id: Option<Text>,
    /// Its web site.
    #[schemars(example = &"https://brightlabel.example")]
    pub(super) url: Option<Text>,
    /// Its mailbox for complaints.
    #[schemars(example = &"abuse@brightlabel.example")]
    pub(super) abuse_email: Option<Text>,
}

/// Not derived: an untagged enum says no more than "no variant matched", which helps nobody.
impl<'de> Deserialize<'de> for RegistrarField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RegistrarField;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the registrar's name in quotes, or an object")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RegistrarField, E> {
                Text::new(text).map(RegistrarField::Name).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RegistrarField, A::Error> {
                RegistrarLine::deserialize(de::value::MapAccessDeserializer::new(map)).map(RegistrarField::Details)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// A DNS record and when it was seen.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DnsLine {
    /// The name that has the record.
    #[schemars(example = &"webmail.velani.example")]
    pub(super) name: Name,
    /// The record's type, in capitals.
    #[serde(rename = "type")]
    #[schemars(example = &"A")]
    pub(super) record_type: DnsType,
    /// The value as it stands in a zone file: an address, a name, `10 mail.example` for MX.
    #[schemars(example = &"192.0.2.10")]
    pub(super) value: Text,
    /// When it was first seen.
    #[schemars(example = &"2019-06-03")]
    pub(super) first_seen: Option<Moment>,
    /// When it was last seen.
    #[schemars(example = &"2021-05-10")]
    pub(super) last_seen: Option<Moment>,
    /// Time to live in seconds.
    #[schemars(example = 3600)]
    pub(super) ttl: Option<u32>,
}

/// The type of a DNS record.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub(super) enum DnsType {
    A,
    Aaaa,
    Cname,
    Ns,
    Mx,
    Soa,
    Txt,
    Caa,
}

impl From<DnsType> for DnsRecordType {
    fn from(kind: DnsType) -> Self {
        match kind {
            DnsType::A => Self::A,
            DnsType::Aaaa => Self::Aaaa,
            DnsType::Cname => Self::Cname,
            DnsType::Ns => Self::Ns,
            DnsType::Mx => Self::Mx,
            DnsType::Soa => Self::Soa,
            DnsType::Txt => Self::Txt,
            DnsType::Caa => Self::Caa,
        }
    }
}

/// A network: whose addresses they are, and where.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkLine {
    /// The addresses, as a prefix or as a first and a last address.
    #[schemars(example = &"192.0.2.0/24")]
    pub(super) network: Block,
    /// The name that the registry gave it.
    #[schemars(example = &"TALA-NET")]
    pub(super) name: Option<Text>,
    /// The organisation that holds it.
    #[schemars(example = &"Tala Hosting")]
    pub(super) organization: Option<Text>,
    /// The two-letter country code (ISO 3166-1).
    #[schemars(example = &"ZZ")]
    pub(super) country_code: Option<Text>,
    /// The city.
    #[schemars(example = &"Port Marlow")]
    pub(super) city: Option<Text>,
    /// The number of the autonomous system that announces it, without quotes.
    #[serde(rename = "as")]
    #[schemars(example = 64500)]
    pub(super) system: Option<u32>,
    /// The name of the autonomous system.
    #[schemars(example = &"TALA-AS")]
    pub(super) as_name: Option<Text>,
    /// The mailbox for complaints.
    #[schemars(example = &"abuse@tala-host.example")]
    pub(super) abuse_email: Option<Text>,
}

/// A certificate and the names it is good for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateLine {
    /// The names it is good for; `*.` before a name stands for any one label.
    #[schemars(length(min = 1), example = ["velani.example", "*.velani.example"])]
    pub(super) names: Vec<CertificateName>,
    /// The subject's common name; without it, the first of the names.
    #[schemars(example = &"velani.example")]
    pub(super) subject: Option<Text>,
    /// Who issued it.
    #[schemars(example = &"Letters Authority R1")]
    pub(super) issuer: Text,
    /// The serial number, in hexadecimal digits.
    #[schemars(example = &"0A1B2C")]
    pub(super) serial: Hexadecimal,
    /// From when it is good.
    #[schemars(example = &"2019-06-03")]
    pub(super) not_before: Moment,
    /// Until when it is good.
    #[schemars(example = &"2019-09-01")]
    pub(super) not_after: Moment,
    /// The SHA-256 digest of the certificate, in hexadecimal digits.
    #[schemars(example = &"9c".repeat(32))]
    pub(super) fingerprint: Option<Fingerprint>,
}

/// How far a name or an address is trusted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReputationLine {
    /// The name or the address.
    #[schemars(example = &"velani.example")]
    pub(super) subject: Subject,
    /// From 0 (bad) to 100 (good), without quotes.
    #[schemars(example = 12.5)]
    pub(super) score: Score,
    /// What speaks against it.
    #[serde(default)]
    #[schemars(example = ["listed for phishing"])]
    pub(super) warnings: Vec<Text>,
}

/// What a name, an address, a network, a web address or a file is accused of.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreatLine {
    /// What is accused: a name with all names below it, an address, a network, a web address, or the digest of a file.
    #[schemars(example = &"velani.example")]
    pub(super) indicator: Accused,
    /// The accusation, in a word or a few.
    #[schemars(example = &"phishing")]
    pub(super) threat: Text,
    /// When it was first seen.
    #[schemars(example = &"2020-11-02")]
    pub(super) first_seen: Option<Moment>,
    /// When it was last seen.
    #[schemars(example = &"2021-04-30")]
    pub(super) last_seen: Option<Moment>,
}

/// What a web site shows.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebsiteLine {
    /// The site's name; with and without `www.` it is the same site.
    #[schemars(example = &"velani.example")]
    pub(super) site: Name,
    /// The title of its front page.
    #[schemars(example = &"Velani: lamps and lanterns")]
    pub(super) title: Option<Text>,
    /// The companies that it names as its own.
    #[serde(default)]
    #[schemars(example = ["Compute Make Tomorrow"])]
    pub(super) companies: Vec<Text>,
    /// The mailboxes on it.
    #[serde(default)]
    #[schemars(example = ["hello@velani.example"])]
    pub(super) emails: Vec<Mailbox>,
    /// The phone numbers on it.
    #[serde(default)]
    #[schemars(example = ["+1 555 555 0142"])]
    pub(super) phones: Vec<Phone>,
    /// The postal addresses on it, each on one line.
    #[serde(default)]
    #[schemars(example = ["14 Lantern Row, Port Marlow"])]
    pub(super) addresses: Vec<Text>,
    /// The addresses of its profiles elsewhere.
    #[serde(default)]
    #[schemars(example = ["https://social.example/velani"])]
    pub(super) profiles: Vec<WebAddress>,
    /// What it is about.
    #[serde(default)]
    #[schemars(example = ["Online shops"])]
    pub(super) categories: Vec<Text>,
}

/// What is known about a mailbox. What was not found out is left out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailboxLine {
    /// The mailbox.
    #[schemars(example = &"dara.velani@mail.example")]
    pub(super) email: Mailbox,
    /// Whether its mail server takes mail for it.
    #[schemars(example = true)]
    pub(super) deliverable: Option<bool>,
    /// Whether its domain gives throw-away mailboxes.
    #[schemars(example = false)]
    pub(super) disposable: Option<bool>,
    /// Whether its domain gives mailboxes to anybody for nothing.
    #[schemars(example = true)]
    pub(super) free: Option<bool>,
    /// Whether its mail server takes mail for any name.
    #[schemars(example = false)]
    pub(super) catch_all: Option<bool>,
    /// When this was found out.
    #[schemars(example = &"2021-05-03")]
    pub(super) checked: Option<Moment>,
}

/// The JSON Schema of `case.toml`. TOML has no schema language of its own; editors apply JSON Schema to it. A date may
/// be written with or without quotes.
#[must_use]
pub fn case_schema() -> Value {
    schema_of::<CaseFile>(false)
}

/// The JSON Schema of one line of a record file.
#[must_use]
pub fn record_schema() -> Value {
    schema_of::<RecordLine>(false)
}

/// The same schemas without references, for finding one's way in them.
pub(super) static CASE_SHAPE: LazyLock<Value> = LazyLock::new(schema_of_inline::<CaseFile>);
/// See [`CASE_SHAPE`].
pub(super) static RECORD_SHAPE: LazyLock<Value> = LazyLock::new(schema_of_inline::<RecordLine>);

fn schema_of_inline<T: JsonSchema>() -> Value {
    schema_of::<T>(true)
}

fn schema_of<T: JsonSchema>(inline: bool) -> Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = inline)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
