//! What pasting adds to a name, and how to take it off again.
//!
//! Names travel through reports, chats, spreadsheets and web pages before they are pasted. On the way they pick up
//! characters that nobody sees (zero-width spaces, direction marks), letters in their wide East Asian form, and the
//! punctuation of the sentence they stood in. None of that is part of the name. The functions here take it off without
//! touching what is: they are for texts that stand for one thing, not for prose.

use super::refang;

/// The longest text, in octets, that is read as a name, a mailbox or an address. Web addresses are the longest of them
/// and RFC 9110 §4.1 asks for 8000 octets.
pub(super) const LONGEST: usize = 8192;

/// Brackets and quotation marks that may stand around a name.
const PAIRS: [(char, char); 12] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('<', '>'),
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
    ('\u{300c}', '\u{300d}'),
];

/// Reads a text that stands for one name: made narrow, refanged, without what surrounds it.
pub(super) fn plain(text: &str) -> String {
    trim(&refang(trim(&narrow(text)))).to_owned()
}

/// Writes full-width forms (U+FF01 to U+FF5E), the ideographic blank and the ideographic full stops as ASCII. For full
/// stops this is what UTS 46 §2.3 does to separators of labels.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{3002}' | '\u{ff61}' => '.',
            '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Removes characters that cannot be seen and mean nothing: zero-width blanks, soft hyphens, byte order marks,
/// direction marks. The two joiners stay where they join (between letters outside ASCII): Persian and the scripts of
/// India are written with them.
pub(super) fn without_invisible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && out.chars().next_back().is_some_and(can_be_joined)
            && chars.peek().copied().is_some_and(can_be_joined);
        if joins || !is_invisible(c) {
            out.push(c);
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

fn can_be_joined(c: char) -> bool {
    !c.is_ascii() && !is_invisible(c) && !c.is_whitespace() && !c.is_control()
}

/// Cuts off what surrounds a name in prose: blanks, commas, full stops and the like, and brackets or quotation marks
/// that are not the name's own (they enclose all of it, or have no partner in it).
pub(super) fn trim(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text.len();
        text = text
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | '\u{2022}' | '\u{b7}'))
            .trim_end_matches(|c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '.' | '!' | '?' | '\u{2026}' | '\u{3001}')
            });
        // Two colons at the end are the zeros of an IPv6 address.
        if !text.ends_with("::") {
            text = text.strip_suffix(':').unwrap_or(text);
        }
        for (open, close) in PAIRS {
            text = without_pair(text, open, close);
        }
        if text.len() == before {
            return text;
        }
    }
}

fn without_pair(text: &str, open: char, close: char) -> &str {
    if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
        && is_balanced(inner, open, close)
    {
        return inner;
    }
    // A bracket without a partner is alone in the text, a quotation mark is one of an odd number.
    let lacks = |partner| {
        if open == close { !text.matches(open).count().is_multiple_of(2) } else { !text.contains(partner) }
    };
    match (text.strip_prefix(open), text.strip_suffix(close)) {
        (Some(rest), _) if lacks(close) => rest,
        (_, Some(rest)) if lacks(open) => rest,
        _ => text,
    }
}

/// Whether the brackets inside pair up among themselves, so that an outer pair belongs together.
fn is_balanced(inner: &str, open: char, close: char) -> bool {
    if open == close {
        return !inner.contains(open);
    }
    let mut depth = 0_usize;
    for c in inner.chars() {
        if c == open {
            depth += 1;
        } else if c == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            }
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_name_in_prose_is_cut_off() {
        for (pasted, name) in [
            ("  cmt-net.example  ", "cmt-net.example"),
            ("\"cmt-net.example\",", "cmt-net.example"),
            ("(cmt-net.example).", "cmt-net.example"),
            ("<https://cmt-net.example/>", "https://cmt-net.example/"),
            ("\u{201c}cmt-net.example\u{201d};", "cmt-net.example"),
            ("\u{2022} cmt-net.example", "cmt-net.example"),
            ("cmt-net.example\u{2026}", "cmt-net.example"),
            ("cmt-net.example)", "cmt-net.example"),
            ("'cmt-net.example", "cmt-net.example"),
            ("cmt-net.example:", "cmt-net.example"),
            ("2001:db8::", "2001:db8::"),
            ("(2001:db8::),", "2001:db8::"),
        ] {
            assert_eq!(trim(pasted), name, "{pasted:?}");
        }
    }

    #[test]
    fn brackets_and_quotes_of_the_name_itself_stay() {
        for own in
            ["https://cmt-net.example/a_(b)", "\"jo doe\"@mail.example", "(555) 555 (0142)", "o'hara@mail.example"]
        {
            assert_eq!(trim(own), own);
        }
    }

    #[test]
    fn joiners_stay_between_letters_that_need_them_and_nowhere_else() {
        let persian = "\u{646}\u{627}\u{645}\u{647}\u{200c}\u{627}\u{6cc}";
        assert_eq!(without_invisible(persian), persian);
        assert_eq!(without_invisible("on\u{200d}ion"), "onion");
        assert_eq!(without_invisible("\u{6cc}\u{200c}\u{200c}a"), "\u{6cc}a");
        assert_eq!(without_invisible("\u{feff}a\u{200b}b\u{ad}"), "ab");
    }
}
