//! What several sources say of one registration, side by side.
//!
//! A registry, its WHOIS server, a vendor and yesterday's history describe the same registration and do not always agree:
//! one copy is older, one hides what the other shows, one is wrong. Which of them is right is for a person to decide, so
//! nothing is voted on here: every field is laid out with what each source says of it, and a verdict names the kind of
//! difference.
//!
//! Values are compared by meaning and shown as they were found:
//!
//! * dates by their day, and neighbouring days are the same, since registries write local time without saying so;
//! * status words without blanks and case, and by the equivalents of RFC 8056 §2 (`ok` is `active`);
//! * name servers and statuses as sets;
//! * names of people and companies in their folded form, phone numbers by their digits, countries by their code.
//!
//! What a source hides is not a different value. It is a finding of its own: where one hides what another shows, the one
//! that shows it is worth keeping.

use std::collections::BTreeSet;

use crate::{
    moment::Moment,
    observable::{EmailAddress, OrganizationName, PersonName, PhoneNumber},
    record::{Contact, Registrar, WhoisRecord},
};

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The source, as people know it.
    pub source: String,
    /// What it says.
    pub record: WhoisRecord,
}

/// What one source says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// That there is something it does not show: what is in its place.
    Hidden(String),
    /// A value, as it was found.
    Value(String),
}

/// How the sources stand to each other on one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accord {
    /// At least two say different things.
    Differ,
    /// At least one shows what at least one other hides; those that show something agree.
    PartlyHidden,
    /// Only one says anything.
    OnlyOne,
    /// All that say anything say the same.
    Agree,
    /// All that say anything hide it.
    Hidden,
}

impl Accord {
    /// The word for tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Differ => "differ",
            Self::PartlyHidden => "partly hidden",
            Self::OnlyOne => "only one says so",
            Self::Agree => "agree",
            Self::Hidden => "hidden",
        }
    }
}

/// One field with what every source says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The field, in words.
    pub field: &'static str,
    /// What each source says, in the order of the accounts.
    pub said: Vec<Said>,
    /// How they stand to each other.
    pub accord: Accord,
}

/// The fields of which at least one source says something, in the order of [`WhoisRecord`].
#[must_use]
pub fn compare(accounts: &[Account]) -> Vec<Row> {
    FIELDS
        .iter()
        .filter_map(|field| {
            let said: Vec<Statement> = accounts.iter().map(|account| (field.read)(&account.record)).collect();
            let accord = accord(&said, field.same)?;
            let said = said.into_iter().map(Statement::shown).collect();
            Some(Row { field: field.name, said, accord })
        })
        .collect()
}

/// One record out of several: each field from the first source that says it, contacts whole. Their order is the order of
/// trust.
#[must_use]
pub fn merged(accounts: &[Account]) -> Option<WhoisRecord> {
    let mut accounts = accounts.iter().map(|account| &account.record);
    let mut whole = accounts.next()?.clone();
    for record in accounts {
        whole.observed = whole.observed.max(record.observed);
        whole.created = whole.created.or(record.created);
        whole.updated = whole.updated.or(record.updated);
        whole.expires = whole.expires.or(record.expires);
        whole.whois_server = whole.whois_server.take().or_else(|| record.whois_server.clone());
        whole.registrar = match (whole.registrar.take(), &record.registrar) {
            (Some(known), Some(other)) => Some(Registrar {
                name: known.name.or_else(|| other.name.clone()),
                iana_id: known.iana_id.or_else(|| other.iana_id.clone()),
                url: known.url.or_else(|| other.url.clone()),
                abuse_email: known.abuse_email.or_else(|| other.abuse_email.clone()),
            }),
            (known, other) => known.or_else(|| other.clone()),
        };
        if whole.name_servers.is_empty() {
            whole.name_servers.clone_from(&record.name_servers);
        }
        if whole.statuses.is_empty() {
            whole.statuses.clone_from(&record.statuses);
        }
        for (known, other) in [
            (&mut whole.registrant, &record.registrant),
            (&mut whole.administrative, &record.administrative),
            (&mut whole.technical, &record.technical),
            (&mut whole.billing, &record.billing),
            (&mut whole.zone, &record.zone),
        ] {
            if names_nobody(known) && !names_nobody(other) {
                *known = other.clone();
            }
        }
        whole.raw_text = whole.raw_text.take().or_else(|| record.raw_text.clone());
    }
    Some(whole)
}

/// Whether a contact has no value that would lead anywhere.
fn names_nobody(contact: &Contact) -> bool {
    let Contact { name, organization, email, phone, .. } = contact;
    [name, organization, email, phone].into_iter().all(Option::is_none)
}

/// What a record says of a field.
#[derive(Debug)]
enum Statement {
    Nothing,
    Hidden(String),
    /// What is shown, and what it is compared by.
    Value(String, Measure),
}

impl Statement {
    fn shown(self) -> Said {
        match self {
            Self::Nothing => Said::Nothing,
            Self::Hidden(behind) => Said::Hidden(behind),
            Self::Value(shown, _) => Said::Value(shown),
        }
    }
}

/// What a value is compared by.
#[derive(Debug)]
enum Measure {
    Text(String),
    Set(BTreeSet<String>),
    Time(Moment),
    Country { code: Option<String>, name: Option<String> },
}

/// A field, how it is read and when two values of it are the same.
struct Field {
    name: &'static str,
    read: fn(&WhoisRecord) -> Statement,
    same: fn(&Measure, &Measure) -> bool,
}

const FIELDS: &[Field] = &[
    Field { name: "Registered", read: |record| moment(record.created), same: same_day },
    Field { name: "Updated", read: |record| moment(record.updated), same: same_day },
    Field { name: "Expires", read: |record| moment(record.expires), same: same_day },
    Field { name: "Registrar", read: |record| of_registrar(record, |it| it.name.as_deref(), organization), same },
    Field {
        name: "Registrar's IANA number",
        read: |record| of_registrar(record, |it| it.iana_id.as_deref(), number),
        same,
    },
    Field { name: "Name servers", read: |record| set(&record.name_servers, |server| server.to_lowercase()), same },
    Field { name: "Status", read: |record| set(&record.statuses, status_key), same },
    Field { name: "Registrant's name", read: |record| of(&record.registrant, |it| &it.name, person), same },
    Field {
        name: "Registrant's organisation",
        read: |record| of(&record.registrant, |it| &it.organization, organization),
        same,
    },
    Field { name: "Registrant's e-mail", read: |record| of(&record.registrant, |it| &it.email, email), same },
    Field { name: "Registrant's phone", read: |record| of(&record.registrant, |it| &it.phone, phone), same },
    Field { name: "Registrant's city", read: |record| of(&record.registrant, |it| &it.city, plain), same },
    Field { name: "Registrant's country", read: |record| country(&record.registrant), same: same_country },
    Field {
        name: "Administrative contact's name",
        read: |record| of(&record.administrative, |it| &it.name, person),
        same,
    },
    Field {
        name: "Administrative contact's organisation",
        read: |record| of(&record.administrative, |it| &it.organization, organization),
        same,
    },
    Field {
        name: "Administrative contact's e-mail",
        read: |record| of(&record.administrative, |it| &it.email, email),
        same,
    },
    Field { name: "Technical contact's name", read: |record| of(&record.technical, |it| &it.name, person), same },
    Field {
        name: "Technical contact's organisation",
        read: |record| of(&record.technical, |it| &it.organization, organization),
        same,
    },
    Field { name: "Technical contact's e-mail", read: |record| of(&record.technical, |it| &it.email, email), same },
];

/// How statements stand to each other; `None` where nobody says anything.
fn accord(said: &[Statement], same: fn(&Measure, &Measure) -> bool) -> Option<Accord> {
    let values: Vec<&Measure> = said
        .iter()
        .filter_map(|statement| match statement {
            Statement::Value(_, measure) => Some(measure),
            _ => None,
        })
        .collect();
    let hidden = said.iter().any(|statement| matches!(statement, Statement::Hidden(_)));
    let differ =
        values.iter().enumerate().any(|(place, one)| values.iter().skip(place + 1).any(|other| !same(one, other)));
    match (values.len(), hidden) {
        (0, false) => None,
        (0, true) => Some(Accord::Hidden),
        _ if differ => Some(Accord::Differ),
        (_, true) => Some(Accord::PartlyHidden),
        (1, false) if said.len() > 1 => Some(Accord::OnlyOne),
        _ => Some(Accord::Agree),
    }
}

fn same(one: &Measure, other: &Measure) -> bool {
    match (one, other) {
        (Measure::Text(one), Measure::Text(other)) => one == other,
        (Measure::Set(one), Measure::Set(other)) => one == other,
        _ => false,
    }
}

/// By code, else by name. A code and a name alone cannot be told to differ.
fn same_country(one: &Measure, other: &Measure) -> bool {
    let (Measure::Country { code, name }, Measure::Country { code: other_code, name: other_name }) = (one, other)
    else {
        return false;
    };
    match (code.as_ref().zip(other_code.as_ref()), name.as_ref().zip(other_name.as_ref())) {
        (Some((one, other)), _) | (None, Some((one, other))) => one == other,
        (None, None) => true,
    }
}

/// Whether two times are the same day or neighbouring ones.
fn same_day(one: &Measure, other: &Measure) -> bool {
    let (Measure::Time(one), Measure::Time(other)) = (one, other) else { return false };
    one.day().until(other.day()).is_ok_and(|apart| apart.get_days().abs() <= 1 && apart.get_months() == 0)
}

fn moment(moment: Option<Moment>) -> Statement {
    moment.map_or(Statement::Nothing, |moment| Statement::Value(moment.to_string(), Measure::Time(moment)))
}

fn set(values: &[String], key: impl Fn(&str) -> String) -> Statement {
    if values.is_empty() {
        return Statement::Nothing;
    }
    let keys = values.iter().map(|value| key(value)).collect();
    Statement::Value(values.join(", "), Measure::Set(keys))
}

fn of_registrar(record: &WhoisRecord, field: fn(&Registrar) -> Option<&str>, key: fn(&str) -> String) -> Statement {
    match record.registrar.as_ref().and_then(field) {
        Some(value) => Statement::Value(value.to_owned(), Measure::Text(key(value))),
        None => Statement::Nothing,
    }
}

fn of(contact: &Contact, field: fn(&Contact) -> &Option<String>, key: fn(&str) -> String) -> Statement {
    match field(contact) {
        Some(value) => Statement::Value(value.clone(), Measure::Text(key(value))),
        None => hidden(contact),
    }
}

fn country(contact: &Contact) -> Statement {
    let (code, name) = (contact.country_code.as_ref(), contact.country.as_ref());
    let Some(shown) = code.or(name) else { return Statement::Nothing };
    let key = |text: Option<&String>| text.map(|text| plain(text));
    Statement::Value(shown.clone(), Measure::Country { code: key(code), name: key(name) })
}

/// What stands in the place of a contact's value. A redacted contact may simply lack one field, so only what a privacy
/// service or a redaction covers as a whole counts as hidden.
fn hidden(contact: &Contact) -> Statement {
    match (&contact.privacy_service, contact.redacted) {
        (Some(service), _) => Statement::Hidden(format!("privacy service {service}")),
        (None, true) => Statement::Hidden("redacted".to_owned()),
        (None, false) => Statement::Nothing,
    }
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn number(text: &str) -> String {
    text.trim().trim_start_matches('0').to_owned()
}

fn person(text: &str) -> String {
    PersonName::parse(text).map_or_else(|_| plain(text), |name| name.folded())
}

fn organization(text: &str) -> String {
    OrganizationName::parse(text).map_or_else(|_| plain(text), |name| name.folded())
}

fn email(text: &str) -> String {
    EmailAddress::parse(text).map_or_else(|_| plain(text), |email| email.folded())
}

fn phone(text: &str) -> String {
    PhoneNumber::parse(text).map_or_else(|_| plain(text), |phone| phone.digits().to_owned())
}

/// A status without blanks, case and explanations, in the words of RDAP where they differ from those of EPP (RFC 8056 §2).
fn status_key(status: &str) -> String {
    let word: String = status.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    match word.as_str() {
        "ok" => "active".to_owned(),
        "linked" => "associated".to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(source: &str, change: impl FnOnce(&mut WhoisRecord)) -> Account {
        let mut record = WhoisRecord { domain: "velani.example".to_owned(), ..WhoisRecord::default() };
        change(&mut record);
        Account { source: source.to_owned(), record }
    }

    fn accords(accounts: &[Account]) -> Vec<(&'static str, Accord)> {
        compare(accounts).into_iter().map(|row| (row.field, row.accord)).collect()
    }

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn equal_by_meaning_is_no_disagreement() {
        let one = account("RDAP", |record| {
            record.created = "2012-03-04T23:30:00Z".parse().ok();
            record.registrar = Some(Registrar {
                name: Some("Example Names, Ltd.".to_owned()),
                iana_id: Some("0042".to_owned()),
                ..Registrar::default()
            });
            record.name_servers = texts(&["ns1.host.example", "ns2.host.example"]);
            record.statuses = texts(&["active", "client transfer prohibited"]);
            record.registrant.phone = Some("+1.5555550142".to_owned());
        });
        let other = account("WHOIS", |record| {
            record.created = "2012-03-05".parse().ok();
            record.registrar = Some(Registrar {
                name: Some("EXAMPLE NAMES LTD".to_owned()),
                iana_id: Some("42".to_owned()),
                ..Registrar::default()
            });
            record.name_servers = texts(&["NS2.host.example", "ns1.host.example"]);
            record.statuses = texts(&["ok", "clientTransferProhibited"]);
            record.registrant.phone = Some("+1 555 555 0142".to_owned());
        });
        let accords = accords(&[one, other]);
        assert_eq!(accords.len(), 6, "{accords:?}");
        assert!(accords.iter().all(|(_, accord)| *accord == Accord::Agree), "{accords:?}");
    }

    #[test]
    fn countries_differ_by_code_or_by_name() {
        let of = |code: &str, name: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            account("RDAP", |record| {
                record.registrant.country_code = text(code);
                record.registrant.country = text(name);
            })
        };
        for (one, other, expected) in [
            (("ZZ", ""), ("zz", "Nowhere"), Accord::Agree),
            (("ZZ", ""), ("ZY", "Nowhere"), Accord::Differ),
            (("", "Nowhere"), ("ZZ", "NOWHERE"), Accord::Agree),
            (("", "Nowhere"), ("", "Elsewhere"), Accord::Differ),
            (("ZZ", ""), ("", "Nowhere"), Accord::Agree),
        ] {
            let accords = accords(&[of(one.0, one.1), of(other.0, other.1)]);
            assert_eq!(accords, [("Registrant's country", expected)], "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_differs_is_laid_out_side_by_side() {
        let one = account("RDAP", |record| record.expires = "2027-03-04".parse().ok());
        let other = account("WHOIS", |record| record.expires = "2028-03-04".parse().ok());
        let silent = account("history", |_| {});
        let rows = compare(&[one, other, silent]);
        assert_eq!(
            rows,
            [Row {
                field: "Expires",
                said: vec![Said::Value("2027-03-04".to_owned()), Said::Value("2028-03-04".to_owned()), Said::Nothing],
                accord: Accord::Differ,
            }]
        );
    }

    #[test]
    fn dates_two_days_or_whole_months_apart_differ() {
        for (other, expected) in [
            ("2027-03-05", Accord::Agree),
            ("2027-03-03", Accord::Agree),
            ("2027-03-06", Accord::Differ),
            ("2027-04-04", Accord::Differ),
            ("2027-04-05", Accord::Differ),
            ("2028-03-04", Accord::Differ),
        ] {
            let one = account("RDAP", |record| record.expires = "2027-03-04".parse().ok());
            let other_account = account("WHOIS", |record| record.expires = other.parse().ok());
            assert_eq!(accords(&[one, other_account]), [("Expires", expected)], "{other}");
        }
    }

    #[test]
    fn hiding_is_a_finding_of_its_own() {
        let shows = account("WHOIS", |record| record.registrant.name = Some("Dara Velani".to_owned()));
        let hides = account("RDAP", |record| record.registrant.redacted = true);
        let service = account("history", |record| record.registrant.privacy_service = Some("Veil".to_owned()));
        let of_name = |accounts: &[Account]| {
            compare(accounts).into_iter().find(|row| row.field == "Registrant's name").map(|row| row.accord)
        };
        assert_eq!(of_name(&[shows.clone(), hides.clone()]), Some(Accord::PartlyHidden));
        assert_eq!(of_name(&[service, hides.clone()]), Some(Accord::Hidden));
        assert_eq!(of_name(&[shows.clone(), account("RDAP", |_| {})]), Some(Accord::OnlyOne));
        assert_eq!(of_name(std::slice::from_ref(&shows)), Some(Accord::Agree));
        let whole = merged(&[hides, shows]).unwrap();
        assert_eq!(whole.registrant.name.as_deref(), Some("Dara Velani"));
    }

    #[test]
    fn a_merged_record_takes_each_field_from_the_first_that_says_it() {
        let one = account("RDAP", |record| {
            record.expires = "2027-03-04".parse().ok();
            record.registrar = Some(Registrar { name: Some("A".to_owned()), ..Registrar::default() });
        });
        let other = account("WHOIS", |record| {
            record.expires = "2028-03-04".parse().ok();
            record.created = "2012-03-04".parse().ok();
            record.registrar =
                Some(Registrar { name: Some("B".to_owned()), iana_id: Some("7".to_owned()), ..Registrar::default() });
        });
        let whole = merged(&[one, other]).unwrap();
        assert_eq!(whole.expires, "2027-03-04".parse().ok());
        assert_eq!(whole.created, "2012-03-04".parse().ok());
        let registrar = whole.registrar.unwrap();
        assert_eq!((registrar.name.as_deref(), registrar.iana_id.as_deref()), (Some("A"), Some("7")));
        assert_eq!(merged(&[]), None);
    }
}
