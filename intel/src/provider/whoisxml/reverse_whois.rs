//! Reverse WHOIS API, version 2: the domains whose WHOIS record holds a value.
//!
//! Which search a term becomes:
//!
//! | term | search | why |
//! |---|---|---|
//! | mailbox | advanced, field `Email`, exact | the field stands for the mailboxes of all four contacts |
//! | phone number | basic, its digits | advanced terms are ANDed and each names one contact's field, so *any contact's phone* would be four purchases; a basic term is looked for in every field, and the vendor's parsed records hold numbers as digits only |
//! | person | advanced, `RegistrantContact.Name` | the owner, not whoever runs the name servers |
//! | organisation | advanced, `RegistrantContact.Organization` | likewise |
//! | text | basic, as given | any field |
//!
//! Names are searched without `exactMatch`: *Example Org* is also registered as *Example Org, Inc.*, and the count is
//! free to look at before anything is bought. Mailboxes are sent in lower case, as the vendor's own examples do.
//!
//! `includeAuditDates` makes rows carry when the vendor first and last saw the domain. Each page of 10,000 is a purchase
//! of its own; the vendor counts no further than 10,000 either, so that number means *at least*.

use serde_json::{Value, json};
use url::Url;

use super::{counted, key::Key, rows};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::{ReverseWhoisTerm, Scope},
    provider::{Cursor, Step, lenient::Node},
    upstream::HttpRequest,
};

/// The shortest term the vendor's clients accept, in characters.
const SHORTEST_TERM: usize = 2;

pub(super) fn request(
    base: &Url,
    key: &Key,
    term: &ReverseWhoisTerm,
    scope: Scope,
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
    if let Step::Page(Some(Cursor(cursor))) = step {
        let cursor = cursor.parse::<i64>().map_or_else(|_| json!(cursor), |number| json!(number));
        set("searchAfter", cursor);
    }
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_header()))
}

fn search(term: &ReverseWhoisTerm) -> Result<(&'static str, Value), ProviderError> {
    let advanced = |field: &str, term: &str, exact: bool| {
        let term = json!({ "field": field, "term": term, "exactMatch": exact, "exclude": false });
        ("advancedSearchTerms", json!([term]))
    };
    let basic = |term: &str| ("basicSearchTerms", json!({ "include": [term] }));
    if term.as_text().trim().chars().nth(SHORTEST_TERM - 1).is_none() {
        return Err(ProviderError::InvalidInput {
            reason: format!("it looks for texts of at least {SHORTEST_TERM} characters."),
        });
    }
    Ok(match term {
        ReverseWhoisTerm::Email(email) => advanced("Email", &email.folded(), true),
        ReverseWhoisTerm::Phone(phone) => basic(phone.digits()),
        ReverseWhoisTerm::Person(person) => advanced("RegistrantContact.Name", person.as_str().trim(), false),
        ReverseWhoisTerm::Organization(organization) => {
            advanced("RegistrantContact.Organization", organization.as_str().trim(), false)
        }
        ReverseWhoisTerm::Text(text) => basic(text.trim()),
    })
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let body = Node::new(body);
    let announced = body.get("domainsCount").count();
    let list = body.get("domainsList").rows();
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
    let offered = body.get("nextPageSearchAfter").text().filter(|next| next != "0").map(Cursor);
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
    Ok(Page { records, next, total: Some(total), notes })
}
