//! From bytes to text.
//!
//! The WHOIS protocol has no way to say which characters it speaks (RFC 3912 §4), so each registry speaks its own. UTF-8
//! is tried strictly, since no other charset passes for it by accident; then the charset that the registry's rules name;
//! then Windows-1252, which reads every byte and agrees with ISO 8859-1 wherever that has letters.
//!
//! Two wrappings are taken off on the way: an archive's header lines, and the page of a registry that has no port 43 (.nr).

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, WINDOWS_1252};

use super::rules;

/// The escape that ISO-2022-JP text begins its Japanese with (RFC 1468).
const ESCAPE: u8 = 0x1b;

/// Reads the bytes of an answer. An archive's wrapping (header lines as of a mail, a blank line, the answer) is taken
/// off. Every input gives some text, and none panics.
#[must_use]
pub fn decode(bytes: &[u8], server: Option<&str>) -> String {
    let text = characters(bytes, server);
    let body = unwrap(&text).unwrap_or(&text);
    if is_page(body) { page(body) } else { body.to_owned() }
}

/// Whether a text is a page of the web.
fn is_page(text: &str) -> bool {
    let start = text.trim_start();
    ["<html", "<!doctype html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag)))
}

/// The words of a page, a line for each row of a table, paragraph and line break.
fn page(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        let lower: String = after.chars().take(12).flat_map(char::to_lowercase).collect();
        // Scripts, styles and remarks are nobody's words.
        let end = [("script", "</script>"), ("style", "</style>"), ("!--", "-->"), ("title", "</title>")]
            .iter()
            .find(|(tag, _)| lower.starts_with(tag))
            .map(|(_, end)| *end);
        if ["tr", "/tr", "br", "p", "/p", "hr", "div", "/div", "h1", "/h1", "/table"]
            .iter()
            .any(|tag| lower.strip_prefix(tag).is_some_and(|rest| rest.starts_with(['>', ' ', '/'])))
        {
            words.push('\n');
        }
        rest = match end.and_then(|end| after.split_once(end)).or_else(|| after.split_once('>')) {
            Some((_, after)) => after,
            None => "",
        };
    }
    words.push_str(rest);
    words.replace("&nbsp;", " ").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
}

fn characters<'a>(bytes: &'a [u8], server: Option<&str>) -> Cow<'a, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // ISO-2022-JP is plain ASCII to whoever does not look for its escapes.
    if bytes.windows(2).any(|pair| pair == [ESCAPE, b'$']) && bytes.is_ascii() {
        return ISO_2022_JP.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    // One broken byte in a long UTF-8 text (a server that cuts at a length) is no other charset.
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.matches('\u{fffd}').count();
    let whole = lossy.chars().filter(|character| !character.is_ascii() && *character != '\u{fffd}').count();
    if whole > broken.saturating_mul(4) {
        return lossy;
    }
    // The marks of a registry are in letters that every charset has.
    let library = rules::library();
    let rules = server.and_then(|server| library.for_server(server)).or_else(|| library.for_text(&lossy));
    let named = rules.and_then(|rules| rules.charset.as_deref());
    let encoding = named.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(WINDOWS_1252);
    encoding.decode_without_bom_handling(bytes).0
}

/// The body below mail-like header lines, if the text begins with such.
fn unwrap(text: &str) -> Option<&str> {
    let start = text.trim_start();
    if !start.get(..13).is_some_and(|begin| begin.eq_ignore_ascii_case("MIME-Version:")) {
        return None;
    }
    let mut rest = start;
    loop {
        let (line, after) = rest.split_once('\n')?;
        rest = after;
        if line.trim().is_empty() {
            return Some(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn utf_8_is_read_as_it_is() {
        assert_eq!(decode("\u{feff}Name: Jos\u{e9}".as_bytes(), Some("whois.registro.br")), "Name: Jos\u{e9}");
    }

    #[test]
    fn other_bytes_are_read_by_the_charset_of_their_server() {
        assert_eq!(decode(b"Name: Jos\xe9", Some("whois.registro.br")), "Name: Jos\u{e9}");
        assert_eq!(decode(b"Name: Jos\xe9", None), "Name: Jos\u{e9}");
        assert_eq!(decode(b"Name: \xc8\xe2\xe0\xed", Some("whois.kg")), "Name: \u{418}\u{432}\u{430}\u{43d}");
        assert_eq!(decode(b"Name: \x1b$B$\"\x1b(B", None), "Name: \u{3042}");
    }

    #[test]
    fn a_byte_that_was_cut_does_not_change_the_charset() {
        let mut bytes = "\u{c4}\u{d6}\u{dc}\u{e4}\u{f6}\u{fc}".repeat(3).into_bytes();
        bytes.pop();
        assert!(decode(&bytes, None).starts_with("\u{c4}\u{d6}\u{dc}"));
    }

    #[test]
    fn a_wrapped_answer_is_unwrapped() {
        let wrapped = "MIME-Version: 1.0\r\nHost: whois.example\r\nQuery: shop.example\r\n\r\nDomain: shop.example\r\n";
        assert_eq!(decode(wrapped.as_bytes(), None), "Domain: shop.example\r\n");
        assert_eq!(decode(b"MIME-Version: 1.0", None), "MIME-Version: 1.0");
    }

    #[test]
    fn a_page_becomes_the_lines_of_its_tables() {
        let html = "<html><head><style>b { }</style><script>if (a < b) { }</script></head><body><h1>Whois</h1><table>\
                    <tr><td><b>Domain Name: </b></td><td>shop.example</td></tr><tr><td>Phone:&nbsp;</td><td>1</td></tr></table>";
        let lines: Vec<String> = decode(html.as_bytes(), None)
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(lines, ["Whois", "Domain Name: shop.example", "Phone: 1"]);
        assert_eq!(decode(b"<html><script>", None).trim(), "");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for server in [None, Some("whois.registro.br"), Some("whois.kg"), Some("whois.nic.ad.jp"), Some("")] {
                let _ = decode(&bytes, server);
            }
        }
    }
}
