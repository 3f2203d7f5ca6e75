//! The shape of a WHOIS text, before anybody knows what it says.
//!
//! Registries agree on nothing but lines. Still, all of them write one of a handful of shapes: `Key: value`,
//! `key.......: value`, `[Key] value`, `key<tab>value`, a heading with indented lines below it, or a bare line whose
//! meaning comes from its place. This file recognises shapes only; meanings are the matter of [`super::rules`].

/// Keys longer than this are sentences. The longest key of a registry (.hk asks for the name "as on your Business
/// Register Certificate") has 138 characters.
const LONGEST_KEY: usize = 160;

/// More words than this before a colon are a sentence, unless a part of them stands in brackets.
const MOST_WORDS: usize = 9;

/// One line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line without surrounding blanks.
    pub(super) text: &'a str,
    /// How far it is indented; a tab counts as eight blanks.
    pub(super) indent: usize,
    /// What it looks like.
    pub(super) shape: Shape<'a>,
}

/// What a line looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// Nothing.
    Blank,
    /// A comment, a ruler or a note of the server's, without its signs.
    Comment(&'a str),
    /// A key with its value, which may be empty.
    Pair(Key, &'a str),
    /// Anything else.
    Bare,
}

/// A key in every spelling it may be known by: as written, without what stands in brackets, what stands in brackets, and
/// the halves of a bilingual key. All of them folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(Vec<String>);

impl Key {
    /// From what stands before the colon.
    pub(super) fn new(text: &str) -> Self {
        let mut spellings = Vec::new();
        let mut add = |text: &str| {
            let folded = fold(text);
            if !folded.is_empty() && !spellings.contains(&folded) {
                spellings.push(folded);
            }
        };
        add(text);
        let outside = outside_brackets(text);
        add(&outside);
        // "Data de registo / Creation Date" and "State/Province": halves only where both are keys by themselves.
        for separator in [" / ", "/", " | "] {
            for half in outside.split(separator) {
                add(half);
            }
        }
        if let Some((_, inside)) = text.split_once('(') {
            add(inside.split(')').next().unwrap_or_default());
        }
        // "Domain server 3", "ns1_hostname": the last resort, since "NS1" may be known by itself.
        if outside.starts_with(char::is_alphabetic) && outside.contains(|character: char| character.is_ascii_digit()) {
            let unnumbered: String = outside.chars().filter(|character| !character.is_ascii_digit()).collect();
            add(&unnumbered);
        }
        Self(spellings)
    }

    /// The spellings, the most faithful first.
    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(String::as_str)
    }
}

/// A text without what stands in round or square brackets: `Registrant [1234567]`.
fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|&character| {
            match character {
                '(' | '[' => depth = depth.saturating_add(1),
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Lower-case words of letters and digits with single blanks between them, so that `E-mail`, `e_mail` and `E Mail.....`
/// are one key. Accents do not matter either: registries leave them out as they like ("Ultima Actualización").
pub(super) fn fold(text: &str) -> String {
    let lower: String = text.chars().flat_map(char::to_lowercase).map(plain).collect();
    let words: Vec<&str> =
        lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A letter without its accent, for the languages of Latin America and Western Europe.
const fn plain(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        letter => letter,
    }
}

/// Splits a text into lines. `is_key` says whether a folded text is a key that somebody knows: only then are blanks
/// enough to part it from its value. `lead` finds a known beginning of a sentence such as `Record created on`, and says
/// how many bytes of the line it takes.
pub(super) fn lines<'a>(
    text: &'a str,
    is_key: impl Fn(&str) -> bool,
    lead: impl Fn(&str) -> Option<usize>,
) -> Vec<Line<'a>> {
    let lines: Vec<Line<'a>> = text
        .split(['\n', '\u{85}', '\u{2028}'])
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .map(|line| {
            let trimmed = line.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
            Line { text: trimmed, indent: indent(line), shape: shape(trimmed, &is_key, &lead) }
        })
        .collect();
    if is_double_spaced(&lines) { single_spaced(lines) } else { lines }
}

/// Fewer lines than this are too few to tell.
const FEWEST_SPACED_LINES: usize = 6;

/// Whether hardly any line follows another without a blank one between them: somebody's line ends were doubled.
fn is_double_spaced(lines: &[Line<'_>]) -> bool {
    let is_text = |line: &Line<'_>| line.shape != Shape::Blank;
    let texts = lines.iter().filter(|line| is_text(line)).count();
    let neighbours = lines.windows(2).filter(|pair| pair.iter().all(is_text)).count();
    texts >= FEWEST_SPACED_LINES && neighbours.saturating_mul(8) < texts
}

/// The lines without one blank one of each run of them.
fn single_spaced(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut was_text = false;
    lines
        .into_iter()
        .filter(|line| {
            let is_text = line.shape != Shape::Blank;
            let keep = is_text || !was_text;
            was_text = is_text;
            keep
        })
        .collect()
}

fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|character| character.is_whitespace())
        .map(|character| if character == '\t' { 8 } else { 1 })
        .sum()
}

fn shape<'a>(text: &'a str, is_key: &impl Fn(&str) -> bool, lead: &impl Fn(&str) -> Option<usize>) -> Shape<'a> {
    if text.is_empty() {
        return Shape::Blank;
    }
    if let Some(comment) = comment(text) {
        return Shape::Comment(comment);
    }
    // "** Registrant:" (.tr), "- Name:" and the like.
    let text = text.trim_start_matches(['*', '\u{2022}']).trim_start();
    if let Some((key, value)) = bracketed(text) {
        return Shape::Pair(Key::new(key), value);
    }
    if let Some(value) = domain(text) {
        return Shape::Pair(Key::new("domain"), value);
    }
    let pair = pair(text).map(|(key, value)| (Key::new(key), value));
    if let Some((key, value)) = &pair
        && key.spellings().any(is_key)
    {
        return Shape::Pair(key.clone(), value);
    }
    if let Some(length) = lead(text)
        && let Some((key, value)) = text.split_at_checked(length)
    {
        return Shape::Pair(Key::new(key), value.trim_start_matches([':', '.', ' ', '\t']).trim());
    }
    match pair.or_else(|| spaced(text, is_key).map(|(key, value)| (Key::new(key), value))) {
        Some((key, value)) => Shape::Pair(key, value),
        None => Shape::Bare,
    }
}

/// What a comment says. Rulers (`=====`) are comments that say nothing.
fn comment(text: &str) -> Option<&str> {
    for sign in ['%', '#', ';'] {
        if let Some(comment) = text.strip_prefix(sign) {
            return Some(comment.trim_start_matches(sign).trim());
        }
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Some("");
    }
    // The boxes that .it and .jp draw around their terms, and the closing line of the gTLD registries.
    for (opening, closing) in [("* ", " *"), ("[ ", " ]"), (">>>", "<<<")] {
        if let Some(inside) = text.strip_prefix(opening).and_then(|rest| rest.strip_suffix(closing)) {
            return Some(inside.trim());
        }
    }
    text.strip_prefix(">>>").or_else(|| text.strip_suffix("<<<")).or_else(|| text.strip_prefix("//")).map(str::trim)
}

/// `[Key] value`, `a. [Key] value` (.jp) and `a [Key] value` (.my).
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let rest = match text.split_once(". [").or_else(|| text.split_once(" [")) {
        Some((letter, rest)) if letter.chars().count() == 1 => rest,
        _ => text.strip_prefix('[')?,
    };
    let (key, value) = rest.split_once(']')?;
    let value = value.trim();
    // "[Tag] text" is a key, "[a note: of the server]" is not; nor is "[1.2.3.4]".
    let is_key = key.chars().any(char::is_alphabetic) && !key.contains(['@', ':']) && key.len() <= LONGEST_KEY;
    is_key.then(|| (key, value.strip_prefix(':').unwrap_or(value).trim()))
}

/// `Key: value`, `Key......: value` and `Key......value`.
fn pair(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let Some((at, colon)) = rest.char_indices().find(|&(_, character)| character == ':' || character == '\u{ff1a}')
        else {
            return dotted(text);
        };
        let position = from + at;
        if position > LONGEST_KEY {
            return dotted(text);
        }
        let (key, after) = text.split_at_checked(position)?;
        let after = after.get(colon.len_utf8()..)?;
        // "at 12:30" is a time, "Street1:30 Example Road" is not.
        let hour = key.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let is_hour = (1..=2).contains(&hour.len()) && hour.chars().all(|c| c.is_ascii_digit());
        let is_time = is_hour && after.starts_with(|c: char| c.is_ascii_digit());
        if after.starts_with("//") || is_time || is_address(key) {
            // A URL, a time of day, or an IPv6 address; there may still be a key before "2001:db8::1".
            return dotted(text);
        }
        // "Registration Service URL (see http://…): value": a bracket that is still open goes on.
        if key.matches('(').count() > key.matches(')').count() && after.contains(')') {
            from = position + colon.len_utf8();
            continue;
        }
        let words = key.split_whitespace().count();
        let fits = key.chars().any(char::is_alphanumeric)
            && key.len() <= LONGEST_KEY
            && (words <= MOST_WORDS || key.contains('('))
            && !key.contains('@')
            && !key.contains("://");
        let value = after.trim_start_matches(':').trim();
        // "DOMAINE:.................shop.example" (.dz) leads with dots after the colon instead of before it.
        let value = if value.starts_with("..") { value.trim_start_matches(['.', ' ']) } else { value };
        return fits.then(|| (key.trim(), value));
    }
}

/// Whether a text before a colon is the beginning of an IPv6 address.
fn is_address(key: &str) -> bool {
    let last = key.rsplit(char::is_whitespace).next().unwrap_or_default();
    (3..=4).contains(&last.len())
        && last.chars().all(|c| c.is_ascii_hexdigit())
        && last.contains(|c: char| c.is_ascii_digit())
}

/// A key that dots lead from to its value, without a colon. The value may be empty.
fn dotted(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = text.split_once("...")?;
    let value = rest.trim_start_matches(['.', ':', ' ']);
    // "Please wait..." is a sentence.
    let leads = !value.is_empty() || rest.len() > 4;
    let fits = key.chars().any(char::is_alphanumeric) && key.split_whitespace().count() <= MOST_WORDS && leads;
    fits.then(|| (key.trim(), value.trim()))
}

/// `Domain shop.example` and `Domain "shop.example" (ACTIVE)`.
fn domain(text: &str) -> Option<&str> {
    let (begin, rest) = text.split_at_checked("domain ".len())?;
    let mut words = rest.split_whitespace();
    let name = words.next()?;
    let is_name = !name.contains(':')
        && name.trim_matches('"').rsplit_once('.').is_some_and(|(above, last)| {
            !above.is_empty() && last.len() >= 2 && last.chars().all(char::is_alphanumeric)
        });
    (begin.eq_ignore_ascii_case("domain ") && is_name && words.count() <= 1).then_some(rest)
}

/// A known key that a tab, several blanks or a full stop part from its value. The dots that lead to a value are one where
/// the key is long: `Organisation Address. 1 Example Street`.
fn spaced<'a>(text: &'a str, is_key: &impl Fn(&str) -> bool) -> Option<(&'a str, &'a str)> {
    if let Some((key, value)) = text.split_once(". ").or_else(|| Some((text.strip_suffix('.')?, "")))
        && key.contains(' ')
        && is_key(&fold(key))
    {
        return Some((key.trim(), value.trim()));
    }
    // The longest key that is one: there may be several blanks within it, too ("Domain  name      shop.example", .md).
    let gaps = text.match_indices('\t').chain(text.match_indices("  ")).map(|(at, _)| at);
    let keys = gaps.filter_map(|at| text.split_at_checked(at)).filter(|(key, _)| is_key(&fold(key)));
    keys.max_by_key(|(key, _)| fold(key).len()).map(|(key, value)| (key.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(text: &str) -> Shape<'_> {
        let mut lines = lines(
            text,
            |key| key == "domain name",
            |line| line.to_lowercase().starts_with("record created on ").then_some("record created on".len()),
        );
        lines.remove(0).shape
    }

    fn first_spelling(text: &str) -> (String, String) {
        match shape_of(text) {
            Shape::Pair(key, value) => (key.spellings().next().unwrap_or_default().to_owned(), value.to_owned()),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_key_is_parted_from_its_value_in_every_layout() {
        for (text, key, value) in [
            ("Domain Name: shop.example", "domain name", "shop.example"),
            ("Domain Name:shop.example", "domain name", "shop.example"),
            ("domain...............: shop.example", "domain", "shop.example"),
            ("Created on..............2001-Aug-23", "created on", "2001-Aug-23"),
            ("[Domain Name]                   SHOP.EXAMPLE", "domain name", "SHOP.EXAMPLE"),
            ("a. [Domain Name]                SHOP.EXAMPLE", "domain name", "SHOP.EXAMPLE"),
            ("a [Domain Name]                 shop.example", "domain name", "shop.example"),
            ("DOMAINE:.................shop.example", "domaine", "shop.example"),
            ("Domain name\tshop.example", "domain name", "shop.example"),
            ("Domain name    shop.example", "domain name", "shop.example"),
            ("Domain  name    shop.example", "domain name", "shop.example"),
            ("Street1:30 Example Road", "street1", "30 Example Road"),
            ("** Registrant:", "registrant", ""),
            ("e-mail:\t\tann@shop.example", "e mail", "ann@shop.example"),
            ("Registry WHOIS Server:: whois.example", "registry whois server", "whois.example"),
            ("Record created on 2000-08-29 (YYYY-MM-DD)", "record created on", "2000-08-29 (YYYY-MM-DD)"),
            ("Registrar URL: https://registrar.example/", "registrar url", "https://registrar.example/"),
        ] {
            assert_eq!(first_spelling(text), (key.to_owned(), value.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_key_is_a_bare_line() {
        for text in [
            "https://registrar.example/",
            "ann@shop.example: no",
            "2001:db8::1",
            "ns1.shop.example 2001:db8::1",
            "Registered at 12:30",
            "Ann  Example",
            "By submitting a query you agree to abide by the following terms of use: you may not",
        ] {
            assert_eq!(shape_of(text), Shape::Bare, "{text}");
        }
    }

    #[test]
    fn comments_rulers_and_boxes_are_set_apart() {
        for (text, said) in [
            ("% No match for shop.example", "No match for shop.example"),
            ("%% [192.0.2.1 REQUEST]", "[192.0.2.1 REQUEST]"),
            ("# Too many questions.", "Too many questions."),
            ("=====", ""),
            ("* Please note this *", "Please note this"),
            ("[ A database of names ]", "A database of names"),
            (">>> Last update of WHOIS database: 2020-01-01 <<<", "Last update of WHOIS database: 2020-01-01"),
        ] {
            assert_eq!(shape_of(text), Shape::Comment(said), "{text}");
        }
    }

    #[test]
    fn a_bilingual_key_is_known_by_each_of_its_halves() {
        let Shape::Pair(key, _) = shape_of("Data de registo / Creation Date (dd/mm/yyyy): 09/01/2003") else {
            panic!("no pair")
        };
        assert!(key.spellings().any(|spelling| spelling == "creation date"));
        assert!(key.spellings().any(|spelling| spelling == "data de registo"));
    }
}
