//! The rules, as data.
//!
//! What a key means is not code. `rules/vocabulary.toml` holds the words that registries of all kinds write, in the
//! languages they write them in, and reads an unknown registry as well as it can. Each registry that means something
//! else by a word, or lays its text out in a way of its own, has a file beside it that is asked first: `rules/nl.toml`.
//! A new registry is a new file there, one line in [`FILES`], and a test.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use serde::Deserialize;

use super::{date::Order, line::fold};

/// A list of files with their text.
macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("rules/", $name, ".toml")))),*] };
}

/// Every file of rules but the vocabulary. No two may have marks that stand in one text.
const FILES: &[(&str, &str)] = files![
    "at",
    "au",
    "be",
    "bg",
    "br",
    "by",
    "ca",
    "ch",
    "cl",
    "cn",
    "cz",
    "de",
    "dk",
    "dz",
    "edu",
    "eu",
    "fi",
    "fr",
    "freenom",
    "gandi",
    "hk",
    "iana",
    "icb",
    "ie",
    "il",
    "im",
    "ir",
    "it",
    "jp",
    "kg",
    "kr",
    "latin1",
    "lu",
    "lv",
    "melbourneit",
    "mx",
    "my",
    "nic_ad_jp",
    "nl",
    "no",
    "nz",
    "pl",
    "pt",
    "ru",
    "se",
    "sg",
    "to",
    "tr",
    "tw",
    "ua",
    "uk"
];

/// The words of all registries.
const VOCABULARY: &str = include_str!("rules/vocabulary.toml");

/// The sentences that say what kind of answer a text is.
const PHRASES: &str = include_str!("rules/phrases.toml");

/// Whose contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Role {
    /// The registrant.
    Registrant,
    /// The administrative contact.
    Administrative,
    /// The technical contact.
    Technical,
    /// The billing contact.
    Billing,
    /// The zone contact.
    Zone,
}

impl Role {
    /// All of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Registrant, Self::Administrative, Self::Technical, Self::Billing, Self::Zone];

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "registrant" => Self::Registrant,
            "administrative" => Self::Administrative,
            "technical" => Self::Technical,
            "billing" => Self::Billing,
            "zone" => Self::Zone,
            _ => return None,
        })
    }
}

/// A field of the registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// The name itself.
    Domain,
    /// When it was registered.
    Created,
    /// When it last changed.
    Updated,
    /// When it runs out.
    Expires,
    /// The registrar's name.
    Registrar,
    /// The registrar's web site.
    RegistrarUrl,
    /// The registrar's number at IANA.
    RegistrarIanaId,
    /// The registrar's mailbox for complaints.
    RegistrarAbuseEmail,
    /// Who sold the name, where that is not the registrar.
    Reseller,
    /// Something else about the registrar, which has no place in a record.
    RegistrarDetail,
    /// A name server.
    NameServer,
    /// A status word.
    Status,
    /// The server that knows more.
    Referral,
    /// Something that nobody needs: what was asked, who answered.
    Nothing,
}

/// A field of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Detail {
    /// A name.
    Name,
    /// A first name, which stands apart.
    FirstName,
    /// A last name, which stands apart.
    LastName,
    /// An organisation.
    Organization,
    /// A line of the address.
    Street,
    /// The city.
    City,
    /// The state.
    State,
    /// The postal code.
    PostalCode,
    /// The country, by name or code.
    Country,
    /// The mailbox.
    Email,
    /// The phone.
    Phone,
    /// Its extension.
    PhoneExtension,
    /// The fax.
    Fax,
    /// Its extension.
    FaxExtension,
    /// The contact's own handle.
    Handle,
    /// Whether the contact is a person or an organisation.
    Kind,
    /// A line that describes the holder: the name first, the address after it.
    Description,
    /// Something else, which has no place in a record.
    Other,
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A field of the registration, wherever it stands.
    Field(Field),
    /// A field of whatever object it stands in.
    Loose(Field),
    /// A field of a given contact.
    Contact(Role, Detail),
    /// A field of the contact in whose section it stands.
    Detail(Detail),
    /// A contact as a whole: its name, or the handle of an object further down.
    Role(Role),
}

/// What a heading opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// The registration itself, its dates and statuses.
    Domain,
    /// The registrar.
    Registrar,
    /// The name servers.
    NameServers,
    /// The status words.
    Statuses,
    /// One contact.
    Contact(Role),
    /// Something that a record has no place for.
    Other,
}

/// A file of rules as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The servers whose texts these rules read.
    #[serde(default)]
    servers: Vec<String>,
    /// What stands in these texts and in no others.
    #[serde(default)]
    marks: Vec<String>,
    /// The charset where it is not UTF-8.
    charset: Option<String>,
    /// What stands first in a numeric date.
    dates: Option<Order>,
    /// Whether a field that comes twice means its second value: the English half of a bilingual text.
    #[serde(default)]
    last_wins: bool,
    /// Whether comments are headings, as in `% Registrant:`.
    #[serde(default)]
    comment_headings: bool,
    /// Whether a heading may have a handle behind it: `[Registrant Code]   SHOP1.ORG`.
    #[serde(default)]
    handles_in_headings: bool,
    /// What the lines from the first one on are, if no heading says it.
    opens_with: Option<String>,
    /// Whether all changes are listed: the one that assigned the name, and the last.
    #[serde(default)]
    history: bool,
    /// The order of an address' lines.
    #[serde(default)]
    address: Vec<String>,
    /// Field → spellings of its key.
    #[serde(default)]
    keys: BTreeMap<String, Vec<String>>,
    /// Section → spellings of its heading.
    #[serde(default)]
    sections: BTreeMap<String, Vec<String>>,
    /// Role → what the bare lines of that contact's section are, one after the other.
    #[serde(default)]
    layouts: BTreeMap<String, Vec<String>>,
}

/// The vocabulary as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VocabularyFile {
    fields: BTreeMap<String, Vec<String>>,
    loose: BTreeMap<String, Vec<String>>,
    roles: BTreeMap<String, Vec<String>>,
    details: BTreeMap<String, Vec<String>>,
    sections: BTreeMap<String, Vec<String>>,
    tails: Vec<String>,
    leads: BTreeMap<String, Vec<String>>,
    prose: Vec<String>,
    companies: Vec<String>,
    places: Vec<String>,
}

/// The phrases as they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhrasesFile {
    terms: Vec<String>,
    throttled: Phrases,
    invalid: Phrases,
    offered: Phrases,
    reserved: Phrases,
    available: Phrases,
    error: Phrases,
    statuses: Statuses,
}

/// Sentences of one kind, folded.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    /// A line that contains one of these.
    #[serde(default)]
    contains: Vec<String>,
    /// A line that begins with one of these.
    #[serde(default)]
    begins: Vec<String>,
    /// A line that ends with one of these.
    #[serde(default)]
    ends: Vec<String>,
    /// A line that is one of these.
    #[serde(default)]
    is: Vec<String>,
}

impl Phrases {
    fn folded(self) -> Self {
        let all = |texts: Vec<String>| texts.iter().map(|text| fold(text)).filter(|text| !text.is_empty()).collect();
        Self { contains: all(self.contains), begins: all(self.begins), ends: all(self.ends), is: all(self.is) }
    }

    /// Whether a folded line is of this kind.
    pub(super) fn fit(&self, line: &str) -> bool {
        self.is.iter().any(|phrase| line == phrase)
            || self.ends.iter().any(|phrase| line.strip_suffix(phrase.as_str()).is_some_and(|rest| rest.ends_with(' ')))
            || self.begins.iter().any(|phrase| line.starts_with(phrase.as_str()))
            || self.contains.iter().any(|phrase| contains_words(line, phrase))
    }
}

/// Whether whole words stand in a folded line.
pub(super) fn contains_words(line: &str, words: &str) -> bool {
    line.match_indices(words).any(|(at, _)| {
        let before = line.get(..at).is_none_or(|before| before.is_empty() || before.ends_with(' '));
        let after = line.get(at.saturating_add(words.len())..);
        before && after.is_none_or(|after| after.is_empty() || after.starts_with(' '))
    })
}

/// Values of a status key that say what kind of answer a text is, folded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statuses {
    /// The name can be registered.
    pub(super) available: Vec<String>,
    /// Nobody can register it.
    pub(super) reserved: Vec<String>,
    /// There is no such name.
    pub(super) invalid: Vec<String>,
    /// The name is registered.
    pub(super) registered: Vec<String>,
}

impl Statuses {
    fn folded(self) -> Self {
        let all = |texts: Vec<String>| texts.iter().map(|text| fold(text)).collect();
        Self {
            available: all(self.available),
            reserved: all(self.reserved),
            invalid: all(self.invalid),
            registered: all(self.registered),
        }
    }
}

/// One registry's rules.
#[derive(Debug)]
pub(super) struct Rules {
    servers: Vec<String>,
    marks: Vec<String>,
    /// The charset where it is not UTF-8.
    pub(super) charset: Option<String>,
    /// What stands first in a numeric date.
    pub(super) dates: Option<Order>,
    /// Whether a field that comes twice means its second value.
    pub(super) last_wins: bool,
    /// Whether comments are headings.
    pub(super) comment_headings: bool,
    /// Whether a heading may have a handle behind it.
    pub(super) handles_in_headings: bool,
    /// What the lines from the first one on are.
    pub(super) opens_with: Option<Section>,
    /// Whether all changes are listed.
    pub(super) history: bool,
    /// The order of an address' lines.
    pub(super) address: Vec<Detail>,
    keys: HashMap<String, Meaning>,
    pub(super) sections: HashMap<String, Section>,
    layouts: HashMap<Role, Vec<Detail>>,
}

impl Rules {
    fn compiled(name: &str, file: File) -> Result<Self, Fault> {
        let fault = |what: &str| Fault(format!("{name}: {what}"));
        let mut keys = HashMap::new();
        for (meaning, spellings) in file.keys {
            let meaning = meaning_named(&meaning).ok_or_else(|| fault(&meaning))?;
            keys.extend(spellings.iter().map(|spelling| (fold(spelling), meaning)));
        }
        let mut sections = HashMap::new();
        for (section, spellings) in file.sections {
            let section = section_named(&section).ok_or_else(|| fault(&section))?;
            sections.extend(spellings.iter().map(|spelling| (fold(spelling), section)));
        }
        let details = |names: &[String]| -> Result<Vec<Detail>, Fault> {
            names.iter().map(|name| detail_named(name).ok_or_else(|| fault(name))).collect()
        };
        let opens_with = match &file.opens_with {
            Some(name) => Some(section_named(name).ok_or_else(|| fault(name))?),
            None => None,
        };
        let mut layouts = HashMap::new();
        for (role, names) in &file.layouts {
            layouts.insert(Role::named(role).ok_or_else(|| fault(role))?, details(names)?);
        }
        Ok(Self {
            servers: file.servers,
            marks: file.marks.iter().map(|mark| mark.to_lowercase()).collect(),
            charset: file.charset,
            dates: file.dates,
            last_wins: file.last_wins,
            comment_headings: file.comment_headings,
            handles_in_headings: file.handles_in_headings,
            opens_with,
            history: file.history,
            address: details(&file.address)?,
            keys,
            sections,
            layouts,
        })
    }

    /// What the bare lines of a contact's section are.
    pub(super) fn layout(&self, role: Role) -> Option<&[Detail]> {
        self.layouts.get(&role).map(Vec::as_slice)
    }
}

/// A word in a file of rules that means nothing. Only a test meets it.
#[derive(Debug, thiserror::Error)]
#[error("rules of WHOIS texts: {0}")]
struct Fault(String);

/// All rules.
#[derive(Debug)]
pub(super) struct Library {
    rules: Vec<Rules>,
    fields: HashMap<String, Meaning>,
    roles: HashMap<String, Role>,
    details: HashMap<String, Detail>,
    pub(super) sections: HashMap<String, Section>,
    tails: Vec<String>,
    leads: Vec<String>,
    /// Words of legal texts.
    pub(super) prose: Vec<String>,
    /// Words of which one makes a name a company's.
    pub(super) companies: Vec<String>,
    /// Words of which one makes a line a part of an address.
    pub(super) places: Vec<String>,
    /// Words of which one makes a paragraph terms of use.
    pub(super) terms: Vec<String>,
    /// What a registry says to somebody who asks too often.
    pub(super) throttled: Phrases,
    /// What it says of something that is no name at all.
    pub(super) invalid: Phrases,
    /// What it says of a name that can be had at a price of its own.
    pub(super) offered: Phrases,
    /// What it says of a name that nobody can register.
    pub(super) reserved: Phrases,
    /// What it says of a name that is free.
    pub(super) available: Phrases,
    /// What it says of a question that it does not answer.
    pub(super) error: Phrases,
    /// What a status says about the kind of answer.
    pub(super) statuses: Statuses,
}

/// The library; read once.
pub(super) fn library() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| match Library::read() {
        Ok(library) => library,
        Err(fault) => {
            // The files are compiled in and a test reads them, so nobody ever sees this.
            tracing::error!(%fault, "no rules for WHOIS texts");
            Library::empty()
        }
    });
    &LIBRARY
}

impl Library {
    fn empty() -> Self {
        Self {
            rules: Vec::new(),
            fields: HashMap::new(),
            roles: HashMap::new(),
            details: HashMap::new(),
            sections: HashMap::new(),
            tails: Vec::new(),
            leads: Vec::new(),
            prose: Vec::new(),
            companies: Vec::new(),
            places: Vec::new(),
            terms: Vec::new(),
            throttled: Phrases::default(),
            invalid: Phrases::default(),
            offered: Phrases::default(),
            reserved: Phrases::default(),
            available: Phrases::default(),
            error: Phrases::default(),
            statuses: Statuses {
                available: Vec::new(),
                reserved: Vec::new(),
                invalid: Vec::new(),
                registered: Vec::new(),
            },
        }
    }

    fn read() -> Result<Self, Fault> {
        fn toml<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, Fault> {
            toml::from_str(text).map_err(|error| Fault(format!("{name}: {error}")))
        }
        let rules = FILES
            .iter()
            .map(|(name, text)| Rules::compiled(name, toml(name, text)?))
            .collect::<Result<Vec<_>, Fault>>()?;
        let words: VocabularyFile = toml("vocabulary", VOCABULARY)?;
        let phrases: PhrasesFile = toml("phrases", PHRASES)?;
        let mut fields = HashMap::new();
        let mut leads = Vec::new();
        let fault = |name: &str| Fault(format!("vocabulary: {name}"));
        for (name, spellings) in &words.loose {
            let field = field_named(name).ok_or_else(|| fault(name))?;
            fields.extend(spellings.iter().map(|spelling| (fold(spelling), Meaning::Loose(field))));
        }
        for (name, spellings) in &words.fields {
            let meaning = meaning_named(name).ok_or_else(|| fault(name))?;
            fields.extend(spellings.iter().map(|spelling| (fold(spelling), meaning)));
        }
        for (name, spellings) in &words.leads {
            let meaning = meaning_named(name).ok_or_else(|| fault(name))?;
            for spelling in spellings {
                fields.entry(fold(spelling)).or_insert(meaning);
            }
            leads.extend(spellings.iter().map(|spelling| spelling.to_lowercase()));
        }
        let mut roles = HashMap::new();
        for (name, spellings) in &words.roles {
            let role = Role::named(name).ok_or_else(|| fault(name))?;
            roles.extend(spellings.iter().map(|spelling| (fold(spelling), role)));
        }
        let mut details = HashMap::new();
        for (name, spellings) in &words.details {
            let detail = detail_named(name).ok_or_else(|| fault(name))?;
            details.extend(spellings.iter().map(|spelling| (fold(spelling), detail)));
        }
        let mut sections = HashMap::new();
        for (name, spellings) in &words.sections {
            let section = section_named(name).ok_or_else(|| fault(name))?;
            sections.extend(spellings.iter().map(|spelling| (fold(spelling), section)));
        }
        // The longest lead first, so that "Record last updated on" is not taken for "Record".
        leads.sort_by_key(|lead| std::cmp::Reverse(lead.len()));
        Ok(Self {
            rules,
            fields,
            roles,
            details,
            sections,
            tails: words.tails.iter().map(|tail| fold(tail)).collect(),
            leads,
            prose: words.prose.iter().map(|word| fold(word)).collect(),
            companies: words.companies.iter().map(|word| fold(word)).collect(),
            places: words.places.iter().map(|word| fold(word)).collect(),
            terms: phrases.terms.iter().map(|term| fold(term)).collect(),
            throttled: phrases.throttled.folded(),
            invalid: phrases.invalid.folded(),
            offered: phrases.offered.folded(),
            reserved: phrases.reserved.folded(),
            available: phrases.available.folded(),
            error: phrases.error.folded(),
            statuses: phrases.statuses.folded(),
        })
    }

    /// The rules of a server.
    pub(super) fn for_server(&self, server: &str) -> Option<&Rules> {
        let server = server.trim().trim_end_matches('.').to_ascii_lowercase();
        self.rules.iter().find(|rules| rules.servers.contains(&server))
    }

    /// The rules of the registry whose marks stand in a text.
    pub(super) fn for_text(&self, text: &str) -> Option<&Rules> {
        let text = text.to_lowercase();
        self.rules.iter().find(|rules| rules.marks.iter().any(|mark| text.contains(mark.as_str())))
    }

    /// What a key means.
    pub(super) fn meaning<'s>(
        &self,
        rules: Option<&Rules>,
        spellings: impl Iterator<Item = &'s str> + Clone,
    ) -> Option<Meaning> {
        let special = rules.and_then(|rules| spellings.clone().find_map(|spelling| rules.keys.get(spelling).copied()));
        // The most faithful spelling first: "Registrant Province/State" is no "State".
        let of = |spelling: &str| {
            let field = self.fields.get(spelling).copied();
            field
                .or_else(|| self.of_role(spelling))
                .or_else(|| self.details.get(spelling).copied().map(Meaning::Detail))
        };
        special.or_else(|| spellings.clone().find_map(of))
    }

    /// `admin c`, `registrant`, `registrant name`, `tech contact email`, `registrant s address`.
    fn of_role(&self, spelling: &str) -> Option<Meaning> {
        if let Some(role) = self.roles.get(spelling) {
            return Some(Meaning::Role(*role));
        }
        // The longest beginning that is a role: "admin contact" before "admin".
        let cuts: Vec<usize> = spelling.match_indices(' ').map(|(at, _)| at).collect();
        cuts.iter().rev().find_map(|&at| {
            let (role, rest) = spelling.split_at_checked(at)?;
            let role = self.roles.get(role)?;
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("contact ").or_else(|| rest.strip_prefix("s ")).unwrap_or(rest);
            self.details.get(rest).map(|detail| Meaning::Contact(*role, *detail))
        })
    }

    /// What a detail is called in a contact's own section.
    pub(super) fn detail<'s>(&self, mut spellings: impl Iterator<Item = &'s str>) -> Option<Detail> {
        spellings.find_map(|spelling| self.details.get(spelling).copied())
    }

    /// The sections that a heading opens: several where one heading names several contacts. Empty if it is none.
    pub(super) fn sections<'s>(
        &self,
        rules: Option<&Rules>,
        heading: &str,
        spellings: impl Iterator<Item = &'s str> + Clone,
    ) -> Vec<Section> {
        let one = |spelling: &str| -> Option<Section> {
            rules
                .and_then(|rules| rules.sections.get(spelling).copied())
                .or_else(|| self.sections.get(spelling).copied())
                .or_else(|| self.role_of(spelling).map(Section::Contact))
        };
        if let Some(section) = spellings.clone().find_map(one) {
            return vec![section];
        }
        // "Administrative Contact, Technical Contact:" and "Admin & Tech Contact".
        let parts: Vec<Option<Section>> = heading
            .split([',', '&', '/', ';'])
            .flat_map(|part| part.split(" and "))
            .map(fold)
            .filter(|part| !part.is_empty())
            .map(|part| one(&part))
            .collect();
        if parts.len() < 2 { Vec::new() } else { parts.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default() }
    }

    /// The role that a heading names, whatever word for a contact follows.
    pub(super) fn role_of(&self, spelling: &str) -> Option<Role> {
        if let Some(role) = self.roles.get(spelling) {
            return Some(*role);
        }
        self.tails.iter().find_map(|tail| {
            let role = spelling.strip_suffix(tail.as_str())?.strip_suffix(' ')?;
            self.roles.get(role).copied()
        })
    }

    /// Whether a folded text is a key of the registration itself or of a role's; a contact's bare words (`name`) are too
    /// common to be told from text.
    pub(super) fn is_key(&self, rules: Option<&Rules>, spelling: &str) -> bool {
        rules.is_some_and(|rules| rules.keys.contains_key(spelling))
            || self.fields.contains_key(spelling)
            || self.of_role(spelling).is_some()
    }

    /// The length of a known beginning of a sentence.
    pub(super) fn lead(&self, line: &str) -> Option<usize> {
        self.leads.iter().find_map(|lead| {
            let begin = line.get(..lead.len())?;
            let after = line.get(lead.len()..)?;
            (begin.to_lowercase() == **lead && after.starts_with([' ', '\t', ':', '.'])).then_some(lead.len())
        })
    }
}

fn field_named(name: &str) -> Option<Field> {
    Some(match name {
        "domain" => Field::Domain,
        "created" => Field::Created,
        "updated" => Field::Updated,
        "expires" => Field::Expires,
        "registrar" => Field::Registrar,
        "registrar.url" => Field::RegistrarUrl,
        "registrar.iana_id" => Field::RegistrarIanaId,
        "registrar.abuse_email" => Field::RegistrarAbuseEmail,
        "registrar.reseller" => Field::Reseller,
        "registrar.detail" => Field::RegistrarDetail,
        "name_server" => Field::NameServer,
        "status" => Field::Status,
        "referral" => Field::Referral,
        "nothing" => Field::Nothing,
        _ => return None,
    })
}

fn detail_named(name: &str) -> Option<Detail> {
    Some(match name {
        "name" => Detail::Name,
        "first_name" => Detail::FirstName,
        "last_name" => Detail::LastName,
        "organization" => Detail::Organization,
        "street" => Detail::Street,
        "city" => Detail::City,
        "state" => Detail::State,
        "postal_code" => Detail::PostalCode,
        "country" => Detail::Country,
        "email" => Detail::Email,
        "phone" => Detail::Phone,
        "phone_extension" => Detail::PhoneExtension,
        "fax" => Detail::Fax,
        "fax_extension" => Detail::FaxExtension,
        "handle" => Detail::Handle,
        "kind" => Detail::Kind,
        "description" => Detail::Description,
        "other" => Detail::Other,
        _ => return None,
    })
}

/// `created`, `loose.created`, `registrant.name`, `contact.name`, `role.registrant`.
fn meaning_named(name: &str) -> Option<Meaning> {
    if let Some(field) = field_named(name) {
        return Some(Meaning::Field(field));
    }
    let (first, rest) = name.split_once('.')?;
    match first {
        "loose" => field_named(rest).map(Meaning::Loose),
        "contact" => detail_named(rest).map(Meaning::Detail),
        "role" => Role::named(rest).map(Meaning::Role),
        role => Some(Meaning::Contact(Role::named(role)?, detail_named(rest)?)),
    }
}

fn section_named(name: &str) -> Option<Section> {
    Some(match name {
        "domain" => Section::Domain,
        "registrar" => Section::Registrar,
        "name_servers" => Section::NameServers,
        "statuses" => Section::Statuses,
        "other" => Section::Other,
        role => Section::Contact(Role::named(role)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_says_whom_it_is_for() {
        let library = Library::read().unwrap();
        assert_eq!(library.rules.len(), FILES.len());
        for ((name, _), rules) in FILES.iter().zip(&library.rules) {
            assert!(!rules.servers.is_empty() || !rules.marks.is_empty(), "{name} is for nobody");
            for server in &rules.servers {
                assert_eq!(*server, server.to_ascii_lowercase(), "{name}");
            }
            if let Some(charset) = &rules.charset {
                assert!(encoding_rs::Encoding::for_label(charset.as_bytes()).is_some(), "{name}: {charset}");
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_the_list() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/whois_text/rules");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .filter(|name| !["vocabulary", "phrases"].contains(&name.as_str()))
            .collect();
        names.sort();
        let mut listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(names, listed);
    }

    #[test]
    fn no_server_belongs_to_two_files() {
        let library = Library::read().unwrap();
        let mut servers: Vec<&String> = library.rules.iter().flat_map(|rules| &rules.servers).collect();
        servers.sort();
        let count = servers.len();
        servers.dedup();
        assert_eq!(servers.len(), count);
    }

    #[test]
    fn a_key_with_a_role_in_front_is_understood() {
        let library = library();
        for (key, meaning) in [
            ("registrant name", Meaning::Contact(Role::Registrant, Detail::Name)),
            ("tech contact email", Meaning::Contact(Role::Technical, Detail::Email)),
            ("administrative contact phone number", Meaning::Contact(Role::Administrative, Detail::Phone)),
            ("registrant s address", Meaning::Contact(Role::Registrant, Detail::Street)),
            ("admin c", Meaning::Role(Role::Administrative)),
            ("creation date", Meaning::Field(Field::Created)),
            ("registered", Meaning::Loose(Field::Created)),
            ("e mail", Meaning::Detail(Detail::Email)),
        ] {
            assert_eq!(library.meaning(None, [key].into_iter()), Some(meaning), "{key}");
        }
        assert_eq!(library.meaning(None, ["no such key"].into_iter()), None);
    }

    #[test]
    fn one_heading_may_open_several_contacts() {
        let sections = |heading: &str| library().sections(None, heading, [fold(heading).as_str()].into_iter());
        assert_eq!(sections("Registrant Contact"), [Section::Contact(Role::Registrant)]);
        assert_eq!(
            sections("Administrative Contact, Technical Contact"),
            [Section::Contact(Role::Administrative), Section::Contact(Role::Technical)]
        );
        assert_eq!(sections("Nothing of the kind, and more"), []);
    }
}
