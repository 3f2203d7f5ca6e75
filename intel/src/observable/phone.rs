//! Phone numbers.
//!
//! One number has many spellings, and WHOIS data holds several of them: registries store `+1.5555550142` (RFC 5733
//! §2.5), data vendors `15555550142`, people type what they like. The digits in international order are what all of
//! them have in common, so these are what numbers are compared by; finding them takes knowledge of national trunk
//! prefixes, which the numbering plans of the `phonenumber` crate have.
//!
//! That crate's parser reads free text and is large. It is given nothing but a plus and digits: what is text is taken
//! apart here, and the plans only decide what the digits mean.

use std::fmt;

use super::{ObservableError, pasted};
use crate::noise;

/// The longest spelling, in octets.
const LONGEST: usize = 256;

/// How many digits a number has: up to 15 with the country code (ITU-T E.164 §6.2.1). Fewer than 5 are short codes,
/// which mean something else in every country.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// What people write before a number.
const LABELS: [&str; 9] = ["telephone", "phone", "mobile", "cell", "tel", "fax", "ph", "t", "f"];

/// What people write before an extension, longest first.
const EXTENSION_MARKS: [&str; 7] = ["extension", "extn", "ext", "durchwahl", "poste", "x", "#"];

/// A phone number: the text as given and its digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    text: String,
    digits: String,
    extension: Option<String>,
    /// How many of the digits are the country code, where that is known.
    country_code: Option<usize>,
}

/// What a spelling says.
#[derive(Default)]
struct Parts {
    digits: String,
    extension: Option<String>,
    /// Whether the digits begin with a country code.
    international: bool,
    /// The digits without a trunk prefix that was written in brackets: `+44 (0)20`.
    without_trunk: Option<String>,
}

impl PhoneNumber {
    /// Reads any usual spelling: with `+`, `00` or `tel:` before it, with blanks, dots, brackets and dashes, with an
    /// extension after it, in digits of other scripts.
    ///
    /// # Errors
    /// When the text has fewer than 5 digits or more than 15 (the extension not counted), letters or signs that numbers
    /// do not have, or is one of the all-zero fillers of WHOIS data.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "a phone number", reason);
        if text.len() > LONGEST {
            return Err(error("it is too long for one"));
        }
        let visible = pasted::without_invisible(text);
        let given = pasted::trim(&visible);
        if let Some(noise) = noise::judge_phone(given) {
            return Err(error(noise.kind.why_not()));
        }
        let parts = read(&ascii_digits(&pasted::narrow(given))).map_err(error)?;
        let (digits, country_code) = if parts.international { international(&parts) } else { (parts.digits, None) };
        if digits.len() < *DIGITS.start() {
            return Err(error("it has too few digits"));
        }
        if digits.len() > *DIGITS.end() {
            return Err(error("it has more than 15 digits"));
        }
        Ok(Self { text: given.to_owned(), digits, extension: parts.extension, country_code })
    }

    /// The text as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All digits without the extension, country code first where the number has one: what spellings have in common.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The digits of the extension.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The number as `+15555550142` (ITU-T E.164), where it was written with a country code that exists. A number
    /// without plus or `00` may be national, so it has none.
    #[must_use]
    pub fn e164(&self) -> Option<String> {
        self.country_code.map(|_| format!("+{}", self.digits))
    }

    /// The spellings under which WHOIS data holds the number, most likely first, without duplicates: the digits as data
    /// vendors normalise them, the dotted form in which registries store every number (RFC 5733 §2.5), the plain form
    /// with plus.
    ///
    /// For a number without a country code these are the digits; the others are added if the digits make a number of
    /// some country when they are taken as international, which is how vendors write them.
    #[must_use]
    pub fn spellings(&self) -> Vec<String> {
        let mut spellings = vec![self.digits.clone()];
        let country_code = self.country_code.or_else(|| self.presumed_country_code());
        if let Some((country, national)) = country_code.and_then(|length| self.digits.split_at_checked(length)) {
            spellings.push(format!("+{country}.{national}"));
            spellings.push(format!("+{}", self.digits));
        }
        spellings
    }

    /// The length of the country code that the digits would begin with.
    fn presumed_country_code(&self) -> Option<usize> {
        let (number, country) = plan(&self.digits)?;
        let unchanged = national(&number) == self.digits.get(country.len()..)?;
        // The numbering plans know no numbers that are reserved for fiction (555-01xx), and those are of this shape.
        let north_american = match self.digits.as_bytes() {
            [b'1', area, _, _, exchange, ..] => {
                self.digits.len() == 11 && (b'2'..=b'9').contains(area) && (b'2'..=b'9').contains(exchange)
            }
            _ => false,
        };
        (unchanged && (number.is_valid() || north_american)).then_some(country.len())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Takes a spelling apart.
fn read(text: &str) -> Result<Parts, &'static str> {
    let mut parts = Parts::default();
    let (number, context) = without_parameters(without_label(text), &mut parts.extension);
    let number = match parts.extension {
        Some(_) => number,
        None => without_extension(number, &mut parts.extension),
    };
    for c in number.chars() {
        match c {
            '0'..='9' => parts.digits.push(c),
            '+' if parts.digits.is_empty() && !parts.international => parts.international = true,
            '+' => return Err("it has a plus within: are these two numbers?"),
            '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~' | '\u{b7}' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            c if c.is_alphabetic() => return Err("it has letters in it"),
            _ => return Err("it has a sign in it that numbers do not have"),
        }
    }
    if let (false, Some(country)) = (parts.international, context) {
        // RFC 3966 §5.1.5: the number is a local one of the context.
        parts.digits.insert_str(0, country);
        parts.international = true;
    }
    // 00 is the international prefix that ITU-T E.164 recommends; some write it after a plus.
    if let Some(rest) = parts.digits.strip_prefix("00") {
        parts.digits = rest.to_owned();
        parts.international = true;
    }
    let (before, after) = number.split_once("(0)").unwrap_or_default();
    let country: String = before.chars().filter(char::is_ascii_digit).collect();
    let country = country.strip_prefix("00").unwrap_or(&country);
    if (1..=3).contains(&country.len()) && !country.starts_with('0') {
        // Nobody writes a trunk prefix in brackets within a national number.
        parts.international = true;
        parts.without_trunk = Some(country.chars().chain(after.chars().filter(char::is_ascii_digit)).collect());
    }
    Ok(parts)
}

/// The digits in international order, and how many of them are the country code.
fn international(parts: &Parts) -> (String, Option<usize>) {
    let trusted = |digits: &str| {
        let (number, country) = plan(digits)?;
        let national = national(&number);
        let kept = digits.get(country.len()..)?;
        // The plans take off what may be a trunk prefix (8 in Russia) even where it belongs to the number (St
        // Petersburg's 812). They are only followed if what they make of it is a number in use.
        let is_sure = kept == national || number.is_valid();
        Some((format!("{country}{}", if is_sure { &national } else { kept }), Some(country.len())))
    };
    // Italy writes its trunk prefix in brackets and dials it all the same, so the whole is tried first.
    let whole = trusted(&parts.digits);
    let changed = whole.as_ref().is_some_and(|(digits, _)| *digits != parts.digits);
    match &parts.without_trunk {
        Some(without) if !changed && !is_valid(&parts.digits) => {
            trusted(without).unwrap_or_else(|| (without.clone(), None))
        }
        _ => whole.unwrap_or_else(|| (parts.digits.clone(), None)),
    }
}

/// Asks the numbering plans about international digits: the number, and its country code.
fn plan(digits: &str) -> Option<(phonenumber::PhoneNumber, String)> {
    // More digits than any number has are no matter for the plans.
    if digits.len() > 20 || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    let country = number.code().value().to_string();
    digits.starts_with(&country).then_some((number, country))
}

fn is_valid(digits: &str) -> bool {
    plan(digits).is_some_and(|(number, _)| number.is_valid())
}

/// The national digits with the zeros that belong to them.
fn national(number: &phonenumber::PhoneNumber) -> String {
    number.national().to_string()
}

/// `tel:`, `Phone:`, `Fax.` and the like.
fn without_label(text: &str) -> &str {
    LABELS
        .into_iter()
        .find_map(|label| {
            let (head, rest) = text.split_at_checked(label.len())?;
            let rest = rest.trim_start().strip_prefix([':', '.'])?;
            head.eq_ignore_ascii_case(label).then_some(rest)
        })
        .unwrap_or(text)
        .trim_start()
}

/// The parameters of a `tel:` URI (RFC 3966 §3): the number before them, and the country code of a context.
fn without_parameters<'a>(text: &'a str, extension: &mut Option<String>) -> (&'a str, Option<&'a str>) {
    let mut parameters = text.split(';');
    let number = parameters.next().unwrap_or_default();
    let mut context = None;
    for parameter in parameters {
        match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("ext") => {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                *extension = (!digits.is_empty()).then_some(digits);
            }
            Some((name, value)) if name.trim().eq_ignore_ascii_case("phone-context") => {
                context = value.trim().strip_prefix('+').filter(|code| code.bytes().all(|c| c.is_ascii_digit()));
            }
            _ => {}
        }
    }
    (number, context)
}

/// `x123`, `ext. 5` and the like at the end.
fn without_extension<'a>(text: &'a str, extension: &mut Option<String>) -> &'a str {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '.'));
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_prefix(before).unwrap_or_default();
    if digits.is_empty() || digits.len() > 8 {
        return text;
    }
    let mark = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '='));
    let number = EXTENSION_MARKS.into_iter().find_map(|word| {
        let (head, tail) = mark.split_at_checked(mark.len().checked_sub(word.len())?)?;
        tail.eq_ignore_ascii_case(word).then_some(head)
    });
    match number {
        Some(number) if number.contains(|c: char| c.is_ascii_digit()) => {
            *extension = Some(digits.to_owned());
            number.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '-' | '(' | '['))
        }
        _ => text,
    }
}

/// Digits of the scripts that keyboards in WHOIS data's countries produce, as ASCII.
fn ascii_digits(text: &str) -> String {
    /// Arabic, Eastern Arabic, Devanagari, Bengali, Thai: the zeros, each followed by its nine digits.
    const ZEROS: [u32; 5] = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];
    let digit = |c: char| {
        let value = ZEROS.into_iter().find_map(|zero| u32::from(c).checked_sub(zero).filter(|value| *value < 10))?;
        char::from_digit(value, 10)
    };
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn all_spellings_of_one_number_have_the_same_digits() {
        for (digits, spellings) in [
            (
                "15555550142",
                &[
                    "+15555550142",
                    "+1.5555550142",
                    "+1 (555) 555-0142",
                    "+1-555-555-0142",
                    "+1 555 555 0142",
                    "001 555 555 0142",
                    "tel:+1-555-555-0142",
                    "TEL: +1 555.555.0142",
                    "Phone: +1 555 555 0142",
                    "15555550142",
                    "1-555-555-0142",
                    "\u{ff0b}\u{ff11} 555 555 0142",
                    "+1\u{a0}555\u{2011}555\u{2011}0142",
                    "+\u{661}5555550142",
                    "(+1) 555 555 0142",
                    "+1.5555550142x123",
                    "+1.5555550142 ext. 5",
                    "+1 555 555 0142, extension 77",
                    "\"+1 555 555 0142\",",
                    "tel:555-555-0142;phone-context=+1",
                ][..],
            ),
            // Numbers for drama (Ofcom).
            (
                "442079460018",
                &[
                    "+44 20 7946 0018",
                    "+44 (0)20 7946 0018",
                    "44 (0) 20 7946 0018",
                    "+4402079460018",
                    "0044 (0)20 79460018",
                ],
            ),
            ("390612345678", &["+39 06 12345678", "+39.0612345678", "+39 (0)6 12345678"]),
            ("78123456789", &["+7 812 345-67-89", "+7.8123456789", "007 812 3456789"]),
            // No number in use, so the plans cannot tell; the brackets can.
            ("15555550142", &["+1 (0) 555 555 0142"]),
        ] {
            for spelling in spellings {
                assert_eq!(phone(spelling).digits(), digits, "{spelling}");
            }
        }
    }

    #[test]
    fn extensions_are_split_off() {
        for (text, extension) in [
            ("+1.5555550142x123", Some("123")),
            ("+1.5555550142 x 123", Some("123")),
            ("+1 555 555 0142 ext. 5", Some("5")),
            ("+1 555 555 0142 EXT: 5", Some("5")),
            ("+1 555 555 0142 (ext 5)", Some("5")),
            ("+1 555 555 0142 #9", Some("9")),
            ("tel:+1-555-555-0142;ext=44", Some("44")),
            ("+1 555 555 0142", None),
        ] {
            let phone = phone(text);
            assert_eq!(phone.extension(), extension, "{text}");
            assert_eq!(phone.digits(), "15555550142", "{text}");
        }
    }

    #[test]
    fn spellings_are_those_of_whois_data_and_most_likely_first() {
        assert_eq!(phone("+1 555 555 0142").spellings(), ["15555550142", "+1.5555550142", "+15555550142"]);
        assert_eq!(phone("15555550142").spellings(), ["15555550142", "+1.5555550142", "+15555550142"]);
        assert_eq!(phone("+44 (0)20 7946 0018").spellings(), ["442079460018", "+44.2079460018", "+442079460018"]);
        assert_eq!(phone("555 0142 99").spellings(), ["555014299"]);
        assert_eq!(phone("020 7946 0018").spellings(), ["02079460018"]);
    }

    #[test]
    fn only_numbers_written_with_a_country_code_have_an_e164_form() {
        assert_eq!(phone("+1.5555550142 x9").e164().as_deref(), Some("+15555550142"));
        assert_eq!(phone("0044 20 7946 0018").e164().as_deref(), Some("+442079460018"));
        assert_eq!(phone("15555550142").e164(), None);
        // No country has the code 999.
        assert_eq!(phone("+999 12345678").e164(), None);
        assert_eq!(phone("+999 12345678").digits(), "99912345678");
    }

    #[test]
    fn the_text_stays_as_given() {
        assert_eq!(phone(" +1 (555) 555-0142 ext. 5 ").as_str(), "+1 (555) 555-0142 ext. 5");
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, why) in [
            ("", "it has too few digits"),
            ("911", "it has too few digits"),
            ("+1 x123456", "it has too few digits"),
            ("1234567890123456", "it has more than 15 digits"),
            ("+1 555 555 0142 +1 555 555 0143", "it has a plus within: are these two numbers?"),
            ("call 555 555 0142", "it has letters in it"),
            ("555 555 0142 or so", "it has letters in it"),
            ("555_555_0142", "it has a sign in it that numbers do not have"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap_err().reason, why, "{text}");
        }
        for filler in ["+1.0000000000", "+000000000", "0000000", "+86.000000000"] {
            assert!(PhoneNumber::parse(filler).unwrap_err().reason.contains("filler"), "{filler}");
        }
    }
}
