//! Reverse WHOIS API, version 2: the domains whose WHOIS record holds a value.
//!
//! Which search a term becomes:
//!
//! | term | search | why |
//! |---|---|---|
//! | mailbox | advanced, field `Email`, exact | the field stands for the mailboxes of all four contacts |
//! | phone number | basic, one spelling after the other | advanced terms are ANDed and each names one contact's field, so *any contact's phone* would be four purchases; a basic term is looked for in every field, in which numbers stand as digits only, dotted or with a plus |
//! | person | advanced, `RegistrantContact.Name` | the owner, not whoever runs the name servers |
//! | organisation | advanced, `RegistrantContact.Organization` | likewise |
//! | postal address | advanced: the registrant's street, city, postal code, country | whichever are given |
//! | text | basic, as given | any field |
//! | words | basic, what to include and what to exclude | up to four of each |
//! | fields | advanced, as they are | up to four, all of which must hold |
//!
//! Names are searched without `exactMatch`: *Example Org* is also registered as *Example Org, Inc.*, and the count is
//! free to look at before anything is bought. Mailboxes are sent in lower case, as the vendor's own examples do.
//!
//! `includeAuditDates` makes rows carry when the vendor first and last saw the domain. Each page of 10,000 is a purchase
//! of its own; the vendor counts no further than 10,000 either, so that number means *at least*.

use serde_json::{Value, json};
use url::Url;

use super::{counted, key::Key, names_no_page, rows};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::{ContactField, ContactRole, FieldTerm, ReverseWhoisTerm, Scope, WhoisDates, WhoisField},
    provider::{Cursor, Step, lenient::Node},
    upstream::HttpRequest,
};

/// The shortest term the vendor's clients accept, in characters.
const SHORTEST_TERM: usize = 2;

/// The most terms of a kind in one search.
const MOST_TERMS: usize = 4;

pub(super) fn request(
    base: &Url,
    key: &Key,
    term: &ReverseWhoisTerm,
    scope: Scope,
    dates: &WhoisDates,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    let mut body = json!({
        "searchType": scope.as_str(),
        "mode": if *step == Step::Preview { "preview" } else { "purchase" },
        "punycode": true,
        "includeAuditDates": true,
        "responseFormat": "json",
    });
    let (name, search) = search(term)?;
    let mut set = |name: &str, value: Value| body.as_object_mut().and_then(|body| body.insert(name.to_owned(), value));
    set(name, search);
    let WhoisDates { created, updated, expires } = dates;
    for (event, range) in [("createdDate", created), ("updatedDate", updated), ("expiredDate", expires)] {
        for (end, day) in [("From", range.from), ("To", range.to)] {
            if let Some(day) = day {
                set(&format!("{event}{end}"), json!(day.to_string()));
            }
        }
    }
    if let Step::Page(Some(Cursor(cursor))) = step {
        set("searchAfter", search_after(cursor));
    }
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_header()))
}

/// A cursor in the vendor's own type, which is a whole number.
fn search_after(cursor: &str) -> Value {
    let signed = || cursor.parse::<i64>().map(Value::from);
    cursor.parse::<u64>().map(Value::from).or_else(|_| signed()).unwrap_or_else(|_| Value::from(cursor))
}

/// The name and the value of the field that says what to look for.
fn search(term: &ReverseWhoisTerm) -> Result<(&'static str, Value), ProviderError> {
    use ContactField as Field;
    use ContactRole::Registrant;
    let advanced = |terms: &[FieldTerm]| {
        checked(terms.iter().map(|term| term.text.as_str()))?;
        let terms: Vec<Value> = terms.iter().map(advanced_term).collect();
        Ok(("advancedSearchTerms", json!(terms)))
    };
    let one = |field, text: &str, exact| advanced(&[FieldTerm { field, text: text.to_owned(), exact, exclude: false }]);
    match term {
        ReverseWhoisTerm::Email(email) => one(WhoisField::Email, &email.folded(), true),
        ReverseWhoisTerm::Phone(phone) => basic(&[phone.digits()], &[]),
        ReverseWhoisTerm::Person(person) => one(WhoisField::Contact(Registrant, Field::Name), person.as_str(), false),
        ReverseWhoisTerm::Organization(organization) => {
            one(WhoisField::Contact(Registrant, Field::Organization), organization.as_str(), false)
        }
        ReverseWhoisTerm::Address(address) => {
            let parts = [
                (Field::StreetAddress, address.street.clone()),
                (Field::City, address.city.clone()),
                (Field::PostalCode, address.postal_code.clone()),
                (Field::Country, address.country.clone()),
            ];
            let terms = parts.into_iter().filter_map(|(field, text)| {
                let field = WhoisField::Contact(Registrant, field);
                let text = text.filter(|text| !text.trim().is_empty())?;
                Some(FieldTerm { field, text, exact: false, exclude: false })
            });
            advanced(&terms.collect::<Vec<_>>())
        }
        ReverseWhoisTerm::Text(text) | ReverseWhoisTerm::PhoneSpelling(text) => basic(&[text], &[]),
        ReverseWhoisTerm::Words { include, exclude } => {
            let [include, exclude] =
                [include, exclude].map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
            basic(&include, &exclude)
        }
        ReverseWhoisTerm::Fields(terms) => advanced(terms),
    }
}

/// Words that any field must hold, and words that none may.
fn basic(include: &[&str], exclude: &[&str]) -> Result<(&'static str, Value), ProviderError> {
    let trimmed = |words: &[&str]| -> Vec<String> { words.iter().map(|word| word.trim().to_owned()).collect() };
    checked(include.iter().copied())?;
    if exclude.is_empty() {
        return Ok(("basicSearchTerms", json!({ "include": trimmed(include) })));
    }
    checked(exclude.iter().copied())?;
    Ok(("basicSearchTerms", json!({ "include": trimmed(include), "exclude": trimmed(exclude) })))
}

fn advanced_term(term: &FieldTerm) -> Value {
    let text = term.text.trim();
    // Records have the countries' English names in capitals.
    let is_country = matches!(term.field, WhoisField::Contact(_, ContactField::Country));
    json!({
        "field": term.field.name(),
        "term": if is_country { text.to_uppercase() } else { text.to_owned() },
        "exactMatch": term.exact,
        "exclude": term.exclude,
    })
}

/// One to four terms, none too short.
fn checked<'a>(terms: impl Iterator<Item = &'a str>) -> Result<(), ProviderError> {
    let mut count = 0;
    for term in terms {
        count += 1;
        if term.trim().chars().nth(SHORTEST_TERM - 1).is_none() {
            return Err(ProviderError::InvalidInput {
                reason: format!("it looks for texts of at least {SHORTEST_TERM} characters."),
            });
        }
    }
    if (1..=MOST_TERMS).contains(&count) {
        Ok(())
    } else {
        Err(ProviderError::InvalidInput { reason: format!("it looks for one to {MOST_TERMS} texts at a time.") })
    }
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let body = Node::new(body);
    let announced = body.get("domainsCount").count();
    let list = rows::list(body.get("domainsList"));
    let asked = match step {
        Step::Preview => {
            let count = announced.or_else(|| list.map(|list| list.len() as u64));
            let count = count.ok_or_else(|| ProviderError::malformed("a preview without domainsCount"))?;
            return Ok(Page { total: Some(counted(count)), ..Page::default() });
        }
        Step::Page(cursor) => cursor.as_ref(),
    };
    let list = match (list, announced) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} domains announced and none sent")));
        }
        (None, None) => return Err(ProviderError::malformed("neither domainsList nor domainsCount nor an error")),
    };
    let rows::Rows { records, mut notes } = rows::sightings(list);
    let cursor = body.get("nextPageSearchAfter");
    let is_none = names_no_page(cursor);
    let offered = cursor.text().filter(|_| !is_none).map(Cursor);
    if offered.is_none() && !is_none {
        notes.push(
            "The source names its next page in a form that cannot be asked for, so paging ended here.".to_owned(),
        );
    }
    let next = match offered {
        Some(next) if asked == Some(&next) => {
            notes.push("The source offers the same page again as its next one, so paging ended here.".to_owned());
            None
        }
        Some(_) if list.is_empty() => {
            notes.push("The source offers a further page after an empty one, so paging ended here.".to_owned());
            None
        }
        offered => offered,
    };
    let sent = list.len() as u64;
    let count = announced.map_or(sent, |announced| announced.max(sent));
    // Whether the count of a later page is that of the question or of what is left, the vendor does not say.
    let total = if asked.is_some() || next.is_some() { Total::AtLeast(count) } else { counted(count) };
    Ok(Page { records, next, total: Some(total), notes, ..Page::default() })
}
