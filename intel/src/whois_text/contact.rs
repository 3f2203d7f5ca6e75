//! One contact while it is being read, and what comes of it.
//!
//! Some registries name every field of a contact, some print an address label and leave it to the reader which line is
//! what. Labelled fields go where their label says. Of bare lines, a mailbox and numbers are told by their looks, the
//! first of the others is the name, and the rest is the address. What is noise is blanked as everywhere
//! ([`crate::noise`]).

use super::{
    line::fold,
    rules::{Detail, Role, Rules, library},
};
use crate::{
    noise::{self, NoiseKind, Sieve, Verdict},
    record::Contact,
};

/// Fewer digits than this are a house number or a postal code.
const FEWEST_PHONE_DIGITS: usize = 7;

/// A contact that is read.
pub(super) struct Finished {
    /// Without noise.
    pub(super) contact: Contact,
    /// As the text has it: a privacy service's name and relaying mailbox are text, too.
    pub(super) written: Contact,
    /// The numbers of the lines that found no place.
    pub(super) unplaced: Vec<usize>,
}

/// A contact's fields as they were found.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    organization: Option<String>,
    street: Vec<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    country_code: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    phone_extension: Option<String>,
    fax: Option<String>,
    fax_extension: Option<String>,
    kind: Option<String>,
    /// Bare lines with the numbers of their lines.
    bare: Vec<(usize, String)>,
}

impl Draft {
    /// Takes a labelled value. `false` if there is no place for it.
    pub(super) fn put(&mut self, detail: Detail, value: &str, last_wins: bool) -> bool {
        let value = value.trim().trim_end_matches([',', ';']).trim_end();
        // "+86.2112345678 - " ends where an extension would stand.
        let value = match detail {
            Detail::Phone | Detail::Fax => value.trim_end_matches(['-', ' ']),
            _ => value,
        };
        if value.is_empty() {
            return true;
        }
        let place = match detail {
            Detail::Name => &mut self.name,
            Detail::FirstName => &mut self.first_name,
            Detail::LastName => &mut self.last_name,
            Detail::Organization => &mut self.organization,
            Detail::City => &mut self.city,
            Detail::State => &mut self.state,
            Detail::PostalCode => &mut self.postal_code,
            Detail::Country if is_country_code(value) => &mut self.country_code,
            // "US (UNITED STATES)".
            Detail::Country if value.get(..2).is_some_and(is_country_code) && value.get(2..4) == Some(" (") => {
                self.country_code = value.get(..2).map(str::to_owned);
                let name = value.get(4..).unwrap_or_default().trim_end_matches(')');
                self.country.get_or_insert_with(|| name.to_owned());
                return true;
            }
            Detail::Country => &mut self.country,
            Detail::Email => &mut self.email,
            Detail::Phone => &mut self.phone,
            Detail::PhoneExtension => &mut self.phone_extension,
            Detail::Fax => &mut self.fax,
            Detail::FaxExtension => &mut self.fax_extension,
            Detail::Kind => &mut self.kind,
            Detail::Street => {
                if last_wins {
                    self.street.clear();
                }
                if self.street.first().is_some_and(|line| is_placeholder(line)) {
                    self.street.clear();
                }
                if !self.street.iter().any(|line| line == value) {
                    self.street.push(value.to_owned());
                }
                return true;
            }
            Detail::Description if self.name.is_none() => &mut self.name,
            Detail::Description => {
                self.street.push(value.to_owned());
                return true;
            }
            // A handle tells the objects of one text apart, nothing else.
            Detail::Handle => return true,
            Detail::Other => return false,
        };
        // .ua says "n/a" in Latin letters and then the name in those of the country.
        if last_wins || place.as_deref().is_none_or(is_placeholder) {
            *place = Some(value.to_owned());
            return true;
        }
        place.as_deref() == Some(value)
    }

    /// Takes a line without a label.
    pub(super) fn put_bare(&mut self, line: usize, text: &str) {
        self.bare.push((line, text.to_owned()));
    }

    /// Puts a line above all bare ones, if there are any. Whether there were.
    pub(super) fn put_above(&mut self, line: usize, text: &str) -> bool {
        if self.bare.is_empty() {
            return false;
        }
        self.bare.insert(0, (line, text.to_owned()));
        true
    }

    /// Whether nobody would miss it.
    pub(super) fn is_empty(&self) -> bool {
        let Self { name, first_name, last_name, organization, email, phone, street, bare, .. } = self;
        [name, first_name, last_name, organization, email, phone].into_iter().all(Option::is_none)
            && street.is_empty()
            && bare.is_empty()
    }

    /// Takes what this contact lacks from another.
    pub(super) fn fill_from(&mut self, other: Self) {
        fn fill(place: &mut Option<String>, value: Option<String>) {
            if place.is_none() {
                *place = value;
            }
        }
        let named = self.name.is_some() || self.first_name.is_some() || self.last_name.is_some();
        if !named {
            fill(&mut self.name, other.name);
            fill(&mut self.first_name, other.first_name);
            fill(&mut self.last_name, other.last_name);
        }
        fill(&mut self.organization, other.organization);
        fill(&mut self.city, other.city);
        fill(&mut self.state, other.state);
        fill(&mut self.postal_code, other.postal_code);
        fill(&mut self.country, other.country);
        fill(&mut self.country_code, other.country_code);
        fill(&mut self.email, other.email);
        fill(&mut self.phone, other.phone);
        fill(&mut self.phone_extension, other.phone_extension);
        fill(&mut self.fax, other.fax);
        fill(&mut self.fax_extension, other.fax_extension);
        fill(&mut self.kind, other.kind);
        if self.street.is_empty() {
            self.street = other.street;
        }
        if self.bare.is_empty() {
            self.bare = other.bare;
        }
    }

    /// Moves the name to the organisation, where both a contact as a whole and a person there are named.
    pub(super) fn is_an_organization(&mut self, name: &str) {
        if self.organization.is_none() {
            self.organization = Some(name.to_owned());
        }
    }

    /// Whether there is a name already.
    pub(super) fn has_a_name(&self) -> bool {
        self.name.is_some() || self.first_name.is_some() || self.last_name.is_some()
    }

    /// What comes of it.
    pub(super) fn finish(mut self, role: Role, rules: Option<&Rules>) -> Finished {
        let unplaced = self.place_bare_lines(role, rules.and_then(|rules| rules.layout(role)));
        self.place_address_lines(rules.map_or(&[], |rules| &rules.address));
        // .fr prints a person's organisation as the first line of the address.
        let is_person = self.kind.as_deref().is_some_and(|kind| matches!(fold(kind).as_str(), "person" | "role"));
        let has_number = |line: &String| line.contains(|c: char| c.is_ascii_digit());
        if is_person
            && self.organization.is_none()
            && self.street.len() > 2
            && self.street.first().is_some_and(|first| !has_number(first))
        {
            self.organization = Some(self.street.remove(0));
        }
        if self.name.is_none() {
            let parts: Vec<&str> =
                [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
            self.name = (!parts.is_empty()).then(|| parts.join(" "));
        }
        // A name whose own words say that it is an organisation's is both: what was written in the name's place stays there,
        // and who looks for organisations finds it.
        let is_organization = self.kind.as_deref().is_some_and(|kind| {
            matches!(fold(kind).as_str(), "organization" | "organisation" | "legal person" | "company" | "org")
        });
        if (is_organization || self.name.as_deref().is_some_and(is_company)) && self.organization.is_none() {
            self.organization.clone_from(&self.name);
        }
        let written =
            self.clone().judged(|text| noise::judge(text).filter(|noise| noise.kind != NoiseKind::PrivacyService));
        Finished { contact: self.judged(noise::judge), written, unplaced }
    }

    /// Finds out what each bare line is.
    fn place_bare_lines(&mut self, role: Role, layout: Option<&[Detail]>) -> Vec<usize> {
        let mut unplaced = Vec::new();
        let mut texts = Vec::new();
        let mut person = None;
        // A mailbox beside the first line makes a person of a holder, too.
        let mut begins_with_mailbox = false;
        for (line, text) in std::mem::take(&mut self.bare) {
            let (label, rest) = label(&text);
            if let Some((before, email)) = mailbox(rest) {
                // Several mailboxes: the first is the contact's.
                let _second = self.email.get_or_insert(email);
                let before = without_handle(before.trim().trim_end_matches([',', '-', ':', '(', '<', '[']).trim());
                if before.chars().any(char::is_alphabetic) && label.is_none() {
                    if texts.is_empty() {
                        begins_with_mailbox = true;
                        texts.push(before.to_owned());
                    } else if person.is_none() {
                        person = Some(before.to_owned());
                    } else {
                        unplaced.push(line);
                    }
                }
            } else if label == Some(Detail::Fax) || is_phone(rest) {
                let (first, second) = match rest.to_lowercase().find("fax") {
                    Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
                    None => (rest, ""),
                };
                let mut numbers = vec![(label, first.trim().trim_end_matches(['(', ',', ';', '/', '-']).trim())];
                if !second.is_empty() {
                    numbers.push((Some(Detail::Fax), self::label(second).1));
                }
                for (label, number) in numbers.into_iter().filter(|(_, number)| !number.is_empty()) {
                    let as_fax = label == Some(Detail::Fax) || (label.is_none() && self.phone.is_some());
                    let place = if as_fax { &mut self.fax } else { &mut self.phone };
                    if place.is_none() {
                        *place = Some(number.to_owned());
                    } else {
                        unplaced.push(line);
                    }
                }
            } else if rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.") {
                unplaced.push(line);
            } else if let Some(name) = rest.strip_suffix("()")
                && !texts.is_empty()
            {
                // The person of a label that prints the mailbox in brackets, and has none.
                person = person.or_else(|| Some(name.trim().to_owned()));
            } else if !is_number_in_brackets(rest) {
                texts.push(without_handle(rest).to_owned());
            }
        }
        if let Some(layout) = layout {
            for (index, text) in texts.into_iter().enumerate() {
                let detail = layout.get(index).or(layout.last()).copied().unwrap_or(Detail::Street);
                self.put(detail, &text, false);
            }
            if let Some(person) = person {
                self.put(Detail::Name, &person, false);
            }
            return unplaced;
        }
        let mut texts = texts.into_iter().peekable();
        // A handle may stand above the name.
        if texts.peek().is_some_and(|first| is_handle(first)) {
            let handle = texts.next();
            if texts.peek().is_none() {
                self.name = self.name.take().or(handle);
            }
        }
        if let Some(first) = texts.next() {
            if let Some(person) = person {
                self.name.get_or_insert(person);
                self.organization.get_or_insert(first);
            } else if self.name.is_none() {
                self.name = Some(first);
                self.place_person_below(&mut texts);
                // A person's organisation stands below the person: a line without a number, above one that has some.
                let has_number = |line: &String| line.contains(|c: char| c.is_ascii_digit());
                let mut below = texts.clone();
                let second = below.next();
                let is_company = second.as_deref().is_some_and(self::is_company);
                let is_person = !self.name.as_deref().is_some_and(self::is_company);
                let stands_between = is_person
                    && second.is_some_and(|second| !has_number(&second))
                    && below.any(|line| has_number(&line))
                    && (role != Role::Registrant || begins_with_mailbox);
                if self.organization.is_none() && (is_company || stands_between) {
                    self.organization = texts.next();
                }
            } else {
                self.street.push(first);
            }
        }
        self.street.extend(texts);
        unplaced
    }

    /// Below a company's name may stand a person's or a role's, and below that the street.
    fn place_person_below(&mut self, texts: &mut std::iter::Peekable<std::vec::IntoIter<String>>) {
        let has_number = |line: &String| line.contains(|c: char| c.is_ascii_digit());
        let mut below = texts.clone();
        let (Some(second), Some(third)) = (below.next(), below.next()) else { return };
        let is_place = fold(&second).split(' ').any(|word| library().places.iter().any(|place| place == word));
        let is_person = !has_number(&second)
            && !second.contains(',')
            && (2..=3).contains(&second.split_whitespace().count())
            && !is_company(&second)
            && !is_place;
        if self.organization.is_none()
            && self.name.as_deref().is_some_and(is_company)
            && is_person
            && has_number(&third)
        {
            self.organization = self.name.take();
            self.name = texts.next();
        }
    }

    /// Splits an address whose lines come in a known order: the country's code last, the postal code before it.
    fn place_address_lines(&mut self, order: &[Detail]) {
        let mut country_was_last = false;
        if self.country_code.is_none()
            && self.street.len() > 1
            && self.street.last().is_some_and(|last| is_country_code(last))
        {
            self.country_code = self.street.pop();
            country_was_last = true;
        }
        // A line more than there are kinds of lines: .it puts the company above the street.
        let above = usize::from(country_was_last);
        if order.first() == Some(&Detail::Organization)
            && self.street.len().saturating_add(above) == order.len()
            && self.organization.is_none()
        {
            self.organization = Some(self.street.remove(0));
        }
        if !order.contains(&Detail::PostalCode) || self.postal_code.is_some() || self.city.is_some() {
            return;
        }
        let is_postal_code =
            |line: &String| line.len() <= 10 && line.chars().any(|c| c.is_ascii_digit()) && !line.contains([',', '.']);
        let Some(at) = self.street.iter().rposition(is_postal_code).filter(|at| *at >= 2) else { return };
        let mut below = self.street.split_off(at).into_iter();
        self.postal_code = below.next();
        self.state = self.state.take().or_else(|| below.next());
        self.city = self.street.pop();
        self.street.extend(below);
    }

    /// The contact without what a judge calls noise.
    fn judged(self, judge: impl Fn(&str) -> Option<Verdict>) -> Contact {
        let mut sieve = Sieve::new(judge);
        // The organisation first: if both name a privacy service, it has the name that the service goes by.
        let organization = sieve.pass(self.organization);
        let name = sieve.pass(self.name);
        if sieve.saw_a_service() {
            return sieve.verdict();
        }
        let street: Vec<String> = self.street.into_iter().filter_map(|line| sieve.pass(Some(line))).collect();
        let email = sieve.pass(self.email).and_then(|email| mailbox(&email).map(|(_, email)| email));
        let contact = Contact {
            name,
            organization,
            street: (!street.is_empty()).then(|| street.join(", ")),
            city: sieve.pass(self.city),
            state: sieve.pass(self.state),
            postal_code: sieve.pass(self.postal_code),
            country: sieve.pass(self.country),
            country_code: self.country_code.map(|code| code.to_ascii_uppercase()),
            email,
            phone: sieve.pass(self.phone),
            phone_extension: sieve.pass(self.phone_extension),
            fax: sieve.pass(self.fax),
            fax_extension: sieve.pass(self.fax_extension),
            ..Contact::default()
        };
        let Contact { privacy_service, redacted, .. } = sieve.verdict();
        Contact { privacy_service, redacted, ..contact }
    }
}

/// `(DOM-1234567)`: a handle or a company's number on a line of its own.
fn is_number_in_brackets(text: &str) -> bool {
    let inside = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inside.is_some_and(|inside| !inside.contains([' ', '(']) && inside.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a value stands only for one that is not there.
fn is_placeholder(value: &str) -> bool {
    noise::judge(value).is_some_and(|noise| noise.kind == NoiseKind::Placeholder)
}

/// Whether a name says itself that it is a company's: one of its words is a legal form.
fn is_company(name: &str) -> bool {
    let forms = &library().companies;
    // "d.o.o." and "S.r.l." are one word each.
    let words = format!("{} {}", fold(name), fold(&name.replace('.', "")));
    words.split(' ').any(|word| forms.iter().any(|form| form == word))
}

fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.chars().all(|character| character.is_ascii_alphabetic())
}

/// A label in front of a bare line: `Phone +41 44 000 00 00`, `Fax. +41 …`, `E-mail ann@shop.example`.
fn label(text: &str) -> (Option<Detail>, &str) {
    // "(Tel) 603-1234567" (.my).
    let labelled = text.strip_prefix('(').unwrap_or(text);
    const LABELS: &[(&str, Detail)] = &[
        ("phone", Detail::Phone),
        ("telephone", Detail::Phone),
        ("tel", Detail::Phone),
        ("voice", Detail::Phone),
        ("mobile", Detail::Phone),
        ("fax", Detail::Fax),
        ("facsimile", Detail::Fax),
        ("e-mail", Detail::Email),
        ("email", Detail::Email),
        ("mail", Detail::Email),
    ];
    for (word, detail) in LABELS {
        let Some((begin, rest)) = labelled.split_at_checked(word.len()) else { continue };
        let value = rest.trim_start_matches(['.', ':', ' ', '\t', '#', '=', '-', ')']);
        let fits = begin.eq_ignore_ascii_case(word)
            && rest.len() > value.len()
            && (value.starts_with(['+', '('])
                || value.starts_with(|c: char| c.is_ascii_digit())
                || value.contains('@'));
        if fits {
            return (Some(*detail), value);
        }
    }
    (None, text)
}

/// The first mailbox of a text and what stands before it. `AT` between blanks is an at sign (.il).
pub(super) fn mailbox(text: &str) -> Option<(&str, String)> {
    let is_edge = |c: char| c.is_whitespace() || "<>()[],;\"':|".contains(c);
    if let Some(at) = text.find('@') {
        let (before, after) = text.split_at_checked(at)?;
        let start = before.rfind(is_edge).map_or(0, |index| {
            index.saturating_add(before.get(index..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
        });
        let local = before.get(start..)?;
        let end = after.find(is_edge).unwrap_or(after.len());
        let domain = after.get(..end)?.trim_end_matches('.');
        let fits = !local.is_empty() && domain.len() > 1;
        return fits.then(|| (before.get(..start).unwrap_or_default(), format!("{local}{domain}")));
    }
    // Signs that nobody writes by accident, and words that must stand between a name and a domain alone.
    let signs = ["[at]", "(at)", "[AT]", "(AT)", " AT ", " at ", " en "];
    let (sign, (before, after)) = signs.iter().find_map(|sign| Some((sign, text.split_once(sign)?)))?;
    let domain = after.split_whitespace().next()?.trim_end_matches([')', '>', ']', ',', ';', '.']);
    let local = before.trim_end().rsplit(is_edge).next()?;
    let alone = sign.starts_with(['[', '(']) || after.trim() == domain;
    let fits = domain.contains('.') && !local.is_empty() && alone;
    fits.then(|| (before.trim_end().strip_suffix(local).unwrap_or_default(), format!("{local}@{domain}")))
}

/// Whether a line is a phone number: enough digits and hardly anything else.
fn is_phone(text: &str) -> bool {
    let number = match text.to_lowercase().find("fax") {
        Some(at) => text.get(..at).unwrap_or(text),
        None => text,
    };
    let number = number.split(['x', 'X']).next().unwrap_or_default().trim_end_matches("e");
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let others = number.chars().filter(|c| !c.is_ascii_digit() && !" +-./()\t".contains(*c)).count();
    digits >= FEWEST_PHONE_DIGITS && others == 0 && (number.trim_start().starts_with(['+', '(', '0']) || digits >= 9)
}

/// A name without the handle in brackets behind it: `Shop Ltd (SHOP-DOM)`.
fn without_handle(text: &str) -> &str {
    let Some((name, rest)) = text.rsplit_once('(') else { return text };
    let Some(inside) = rest.strip_suffix(')') else { return text };
    // The handles of .ve are in lower case: "Ann Example (shop-adm)".
    let is_low = name.ends_with(' ')
        && inside.contains('-')
        && inside.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c));
    if (is_handle(inside) || is_low) && !name.trim().is_empty() { name.trim() } else { text }
}

/// One word of letters, digits and hyphens that has a digit or hyphen in it, in capitals.
pub(super) fn is_handle(text: &str) -> bool {
    (3..=40).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && text.contains(|c: char| c.is_ascii_digit() || c == '-')
        && text.contains(|c: char| c.is_ascii_alphabetic())
        && (!text.contains(|c: char| c.is_ascii_lowercase())
            || (text.contains('-') && text.contains(|c: char| c.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(lines: &[&str]) -> Contact {
        let mut draft = Draft::default();
        for (index, line) in lines.iter().enumerate() {
            draft.put_bare(index, line);
        }
        draft.finish(Role::Registrant, None).contact
    }

    #[test]
    fn an_address_label_is_taken_apart() {
        let contact = bare(&[
            "Example Shop Ltd (SHOP-DOM)",
            "1 Example Street",
            "Port Marlow, VA 20190",
            "US",
            "Phone: +1.5555550100 Fax: +1.5555550101",
            "ann@shop.example",
        ]);
        assert_eq!(contact.name.as_deref(), Some("Example Shop Ltd"));
        assert_eq!(contact.street.as_deref(), Some("1 Example Street, Port Marlow, VA 20190"));
        assert_eq!(contact.country_code.as_deref(), Some("US"));
        assert_eq!(contact.phone.as_deref(), Some("+1.5555550100"));
        assert_eq!(contact.fax.as_deref(), Some("+1.5555550101"));
        assert_eq!(contact.email.as_deref(), Some("ann@shop.example"));
    }

    #[test]
    fn a_person_beside_a_mailbox_is_not_the_organisation_above() {
        let contact = bare(&["Example Shop Ltd", "Ann Example  ann@shop.example", "+1.5555550100", "+1.5555550101"]);
        assert_eq!(contact.organization.as_deref(), Some("Example Shop Ltd"));
        assert_eq!(contact.name.as_deref(), Some("Ann Example"));
        assert_eq!(contact.email.as_deref(), Some("ann@shop.example"));
        assert_eq!(contact.fax.as_deref(), Some("+1.5555550101"));
    }

    #[test]
    fn mailboxes_are_found_among_words() {
        for (text, before, email) in [
            ("ann@shop.example", "", "ann@shop.example"),
            ("Example, Ann <ann@shop.example>", "Example, Ann <", "ann@shop.example"),
            ("ann AT shop.example", "", "ann@shop.example"),
        ] {
            assert_eq!(mailbox(text), Some((before, email.to_owned())), "{text}");
        }
        for text in ["", "@", "ann@", "look at this", "Meet AT noon"] {
            assert_eq!(mailbox(text), None, "{text}");
        }
    }

    #[test]
    fn a_marker_is_blanked_and_a_service_takes_the_contact() {
        let mut draft = Draft::default();
        draft.put(Detail::Name, "REDACTED FOR PRIVACY", false);
        draft.put(Detail::Organization, "Example Shop Ltd", false);
        let contact = draft.finish(Role::Registrant, None).contact;
        assert_eq!((contact.name, contact.redacted), (None, true));
        let mut draft = Draft::default();
        draft.put(Detail::Organization, "Hidden Owner Privacy Service", false);
        draft.put(Detail::Email, "x@hidden-owner.example", false);
        let contact = draft.finish(Role::Registrant, None).contact;
        assert_eq!(contact.privacy_service.as_deref(), Some("Hidden Owner Privacy Service"));
        assert_eq!((contact.organization, contact.email), (None, None));
    }
}
