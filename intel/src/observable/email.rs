//! Mailboxes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{HostName, ObservableError, pasted};

/// The longest address: 64 octets, `@`, 253 octets (RFC 5321 §4.5.3.1), and room for what surrounds it when pasted.
const LONGEST: usize = 2048;

/// A mailbox: the local part as given, the domain normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EmailAddress {
    text: String,
    domain: HostName,
}

impl EmailAddress {
    /// Reads `user@mail.example`, also defanged, in angle brackets with or without a name before them, with a comment
    /// after it, or with `mailto:` and its parameters. The domain may be in its own script.
    ///
    /// # Errors
    /// When the text is no mailbox with a dotted domain. Quoted local parts (`"jo doe"@mail.example`) are taken as RFC
    /// 5321 §4.1.2 allows them; addresses in place of a domain (`jo@[192.0.2.1]`) are not, since nobody can be found by
    /// them.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "an e-mail address", reason);
        if text.len() > LONGEST {
            return Err(error("it is too long for one"));
        }
        let plain = pasted::plain(text);
        let address =
            without_link(pasted::trim(without_company(&plain))).ok_or_else(|| error("a % code in it is broken"))?;
        if address.contains(char::is_control) {
            return Err(error("it has control characters in it"));
        }
        let (local, domain) = address.rsplit_once('@').ok_or_else(|| error("it has no @"))?;
        let domain = HostName::normalise(domain).map_err(error)?;
        let text = format!("{local}@{domain}");
        let options = email_address::Options::default()
            .with_minimum_sub_domains(2)
            .without_domain_literal()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(&text, options).map_err(|fault| error(reason(&fault)))?;
        Ok(Self { text, domain })
    }

    /// The address, local part as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The local part, as given.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &HostName {
        &self.domain
    }

    /// The form for comparison. RFC 5321 §2.4 leaves the local part's case to the host; every host that WHOIS data
    /// shows ignores it.
    #[must_use]
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Takes away what stands beside an address: `Jo Doe <jo@mail.example>`, `jo@mail.example (Jo Doe)`.
fn without_company(plain: &str) -> &str {
    if let Some((_, address)) = plain.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        return address;
    }
    match plain.strip_suffix(')').and_then(|rest| rest.split_once(" (")) {
        Some((address, _)) => address,
        None => plain,
    }
}

/// Takes away `mailto:`, what RFC 6068 allows after the address, and its percent codes; `None` if one of them is broken.
fn without_link(address: &str) -> Option<String> {
    let head = address.split_at_checked("mailto:".len());
    if let Some((_, link)) = head.filter(|(head, _)| head.eq_ignore_ascii_case("mailto:")) {
        return percent_decoded(link.split('?').next().unwrap_or_default());
    }
    // Parameters also stay behind when the scheme was cut off. A quoted local part may hold anything.
    if !address.starts_with('"')
        && let Some((local, rest)) = address.split_once('@')
    {
        return Some(format!("{local}@{}", rest.split('?').next().unwrap_or_default()));
    }
    Some(address.to_owned())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'%' => {
                let (high, low) = (hexadecimal(rest.next()?)?, hexadecimal(rest.next()?)?);
                high * 16 + low
            }
            other => other,
        });
    }
    String::from_utf8(octets).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn reason(fault: &email_address::Error) -> &'static str {
    use email_address::Error;
    match fault {
        Error::LocalPartEmpty => "nothing stands before the @",
        Error::LocalPartTooLong => "more than 64 octets stand before the @",
        Error::DomainTooFew => "its domain has no dot",
        Error::InvalidCharacter => "it has a character that addresses cannot have there",
        Error::UnbalancedQuotes => "a quotation mark in it has no partner",
        _ => "it is not of the form user@mail.example",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_read_in_every_spelling_people_paste() {
        for (pasted, address) in [
            ("user@mail.example", "user@mail.example"),
            ("User.Name+tag@MAIL.Example", "User.Name+tag@mail.example"),
            ("user[at]mail[.]example", "user@mail.example"),
            ("user (at) mail (dot) example", "user@mail.example"),
            ("user at mail dot example", "user@mail.example"),
            ("user\u{ff20}mail\u{ff0e}example", "user@mail.example"),
            ("us\u{200b}er@mail.example", "user@mail.example"),
            ("<user@mail.example>", "user@mail.example"),
            ("Jo Doe <user@mail.example>,", "user@mail.example"),
            ("\"Doe, Jo\" <user@mail.example>", "user@mail.example"),
            ("Jo Doe <mailto:user@mail.example>", "user@mail.example"),
            ("user@mail.example (Jo Doe)", "user@mail.example"),
            ("mailto:user@mail.example", "user@mail.example"),
            ("MAILTO:user@mail.example?subject=Hello&cc=b@c.example", "user@mail.example"),
            ("mailto:jo%2Btag@mail.example", "jo+tag@mail.example"),
            ("user@mail.example?subject=Hello", "user@mail.example"),
            ("'user@mail.example'", "user@mail.example"),
            ("user@mail.example.", "user@mail.example"),
            ("what?@mail.example", "what?@mail.example"),
            ("o'hara@mail.example", "o'hara@mail.example"),
            ("\"jo doe\"@mail.example", "\"jo doe\"@mail.example"),
            ("\"a@b?c<d>\"@mail.example", "\"a@b?c<d>\"@mail.example"),
            ("user@b\u{fc}cher.example", "user@xn--bcher-kva.example"),
            ("j\u{fc}rgen@mail.example", "j\u{fc}rgen@mail.example"),
            ("hostmaster@sub.mail.example", "hostmaster@sub.mail.example"),
        ] {
            let email = EmailAddress::parse(pasted).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(email.as_str(), address, "{pasted}");
            assert_eq!(format!("{}@{}", email.local_part(), email.domain()), address);
        }
    }

    #[test]
    fn what_is_no_mailbox_says_why() {
        for (text, why) in [
            ("mail.example", "it has no @"),
            ("@mail.example", "nothing stands before the @"),
            ("user@localhost", "its domain has no dot"),
            ("user@", "nothing is left of it"),
            ("user@[192.0.2.1]", "it is an address, not a name"),
            ("user@192.0.2.1", "it is an address, not a name"),
            ("user name@mail.example", "it has a character that addresses cannot have there"),
            ("a@b@mail.example", "it has a character that addresses cannot have there"),
            ("user@mail..example", "it has two dots in a row"),
            ("user@mail.example:25", "it has a colon that starts no port"),
            ("mailto:us%zzer@mail.example", "a % code in it is broken"),
            ("us\u{7}er@mail.example", "it has control characters in it"),
        ] {
            let error = EmailAddress::parse(text).unwrap_err();
            assert_eq!(error.reason, why, "{text}");
        }
    }

    #[test]
    fn the_form_for_comparison_ignores_case() {
        let (one, other) = (EmailAddress::parse("Jo@Mail.Example"), EmailAddress::parse("jo@mail.example"));
        assert_eq!(one.unwrap().folded(), other.unwrap().folded());
    }
}
