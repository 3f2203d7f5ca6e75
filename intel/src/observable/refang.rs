//! Undoing the ways in which reports make links harmless.
//!
//! Nobody agreed on how to defang, so there are many ways: brackets around a separator (`[.]`, `(at)`, `[://]`), words in
//! its place (`mail dot example`), a scheme that no browser knows (`hxxp`). Bracketed separators and broken schemes are
//! never anything else, so they are undone wherever they stand. Words in blanks are: *the dot com boom* is prose. They
//! are undone only if nothing but them and parts of a name is in the text, and only if the result ends in a name that
//! exists.

use super::{host, pasted};

/// The longest text, in octets, whose words may be separators; names have at most 253 octets and mailboxes 320.
const LONGEST_WORDS: usize = 1024;

/// What may stand in brackets, what it stands for, and whether blanks around the brackets go with them. Longer ones
/// come first.
const BRACKETED: [(&str, &str, bool); 8] = [
    ("://", "://", false),
    ("dot", ".", true),
    ("at", "@", true),
    (".", ".", true),
    ("\u{3002}", ".", true),
    ("@", "@", true),
    (":", ":", false),
    ("/", "/", false),
];

/// Turns `hxxps://cmt-net[.]example/x` and `user[at]mail[.]example` back into what they stand for, and removes characters
/// that cannot be seen. Text without anything of the kind stays as it is, and doing it twice changes nothing more.
#[must_use]
pub fn refang(text: &str) -> String {
    let mut current = pasted::without_invisible(text);
    loop {
        let next = pasted::without_invisible(&schemes(&brackets(&current)));
        let next = words(&next).unwrap_or(next);
        if next == current {
            return current;
        }
        current = next;
    }
}

/// Replaces bracketed separators.
fn brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, run)) = rest.find(is_opening).and_then(|position| rest.split_at_checked(position)) {
        out.push_str(head);
        let inner = run.find(|c| !is_opening(c));
        let (opened, inner) = inner.and_then(|position| run.split_at_checked(position)).unwrap_or((run, ""));
        if let Some((separator, takes_blanks, closed, after)) = bracketed(opened, inner) {
            let kept = opened.chars().count().saturating_sub(closed);
            out.extend(opened.chars().take(kept));
            rest = after;
            if takes_blanks && kept == 0 {
                rest = join(&mut out, after);
            }
            out.push_str(separator);
        } else {
            out.push_str(opened);
            rest = inner;
        }
    }
    out.push_str(rest);
    out
}

/// Reads a separator and its closing brackets after a run of opening ones: what it stands for, whether it takes blanks,
/// how many brackets were closed, and what follows.
fn bracketed<'a>(opened: &str, inner: &'a str) -> Option<(&'static str, bool, usize, &'a str)> {
    let inner = inner.trim_start_matches(' ');
    BRACKETED.into_iter().find_map(|(written, separator, takes_blanks)| {
        let mut rest = strip_ascii_prefix(inner, written)?.trim_start_matches(' ');
        let mut closed = 0;
        for open in opened.chars().rev() {
            // `(:)` and `(/)` are faces and fractions; only square brackets defang these two.
            if matches!(separator, ":" | "/") && open != '[' {
                break;
            }
            let Some(after) = rest.strip_prefix(closing(open)) else { break };
            rest = after;
            closed += 1;
        }
        (closed > 0).then_some((separator, takes_blanks, closed, rest))
    })
}

/// `user (at) mail`: takes away the blanks on both sides if parts of a name are on both sides.
fn join<'a>(before: &mut String, after: &'a str) -> &'a str {
    let left = before.trim_end_matches([' ', '\t', '\u{a0}']);
    let right = after.trim_start_matches([' ', '\t', '\u{a0}']);
    let joins = left.chars().next_back().is_some_and(char::is_alphanumeric)
        && right.chars().next().is_some_and(|c| c.is_alphanumeric() || is_opening(c));
    if !joins {
        return after;
    }
    before.truncate(left.len());
    right
}

const fn is_opening(c: char) -> bool {
    matches!(c, '[' | '(' | '{' | '<')
}

const fn closing(open: char) -> char {
    match open {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        _ => '>',
    }
}

/// Repairs broken schemes: `hxxps://`, `hXXp://`, `h**p://`, `fxp://`.
fn schemes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once("://") {
        let before = head.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '+' | '-'));
        let scheme = head.strip_prefix(before).unwrap_or_default();
        out.push_str(before);
        out.push_str(match scheme.to_ascii_lowercase().as_str() {
            "hxxp" | "hxtp" | "htxp" | "h**p" => "http",
            "hxxps" | "hxtps" | "htxps" | "h**ps" => "https",
            "fxp" | "f*p" => "ftp",
            "fxps" | "f*ps" => "ftps",
            _ => scheme,
        });
        out.push_str("://");
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Reads `user at mail dot example`; `None` if the text is anything else.
fn words(text: &str) -> Option<String> {
    if text.len() > LONGEST_WORDS {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut dots = 0_usize;
    for (index, word) in text.split_whitespace().enumerate() {
        if index % 2 == 0 {
            // Only parts of names between the separators, as they stand in a name, a mailbox or a web address.
            let part = |c: char| c.is_alphanumeric() || "-_.@+:/".contains(c);
            if !word.chars().all(part) || is_separator(word) {
                return None;
            }
            out.push_str(word);
        } else if word.eq_ignore_ascii_case("dot") {
            out.push('.');
            dots += 1;
        } else if word.eq_ignore_ascii_case("at") {
            out.push('@');
        } else {
            return None;
        }
    }
    let name = out.split_once("://").map_or(out.as_str(), |(_, rest)| rest);
    let name = name.split(['/', ':']).next()?;
    let name = match name.split_once('@') {
        Some((_, after)) if after.contains('@') => return None,
        Some((_, domain)) => domain,
        None => name,
    };
    let is_name = dots > 0 && name.contains('.') && name.split('.').all(|label| !label.is_empty());
    (is_name && host::ends_in_known_suffix(&name.to_lowercase())).then_some(out)
}

fn is_separator(word: &str) -> bool {
    word.eq_ignore_ascii_case("dot") || word.eq_ignore_ascii_case("at")
}

/// Cuts off an ASCII prefix in any case.
fn strip_ascii_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_way_of_defanging_is_undone() {
        for (defanged, plain) in [
            ("hxxps://cmt-net[.]example/x", "https://cmt-net.example/x"),
            ("hXXp://cmt-net[.]example", "http://cmt-net.example"),
            ("h**p://cmt-net.example", "http://cmt-net.example"),
            ("fxp://cmt-net.example", "ftp://cmt-net.example"),
            ("http[:]//cmt-net.example", "http://cmt-net.example"),
            ("https[://]cmt-net.example", "https://cmt-net.example"),
            ("hxxp[:]//cmt-net[.]example", "http://cmt-net.example"),
            ("http[:][/][/]cmt-net.example", "http://cmt-net.example"),
            ("http[[:]//]cmt-net.example", "http://cmt-net.example"),
            ("cmt-net(.)example", "cmt-net.example"),
            ("cmt-net{.}example", "cmt-net.example"),
            ("cmt-net[[.]]example", "cmt-net.example"),
            ("cmt-net[ . ]example", "cmt-net.example"),
            ("cmt-net[dot]example", "cmt-net.example"),
            ("cmt-net [DOT] example", "cmt-net.example"),
            ("cmt-net<dot>example", "cmt-net.example"),
            ("cmt-net dot example", "cmt-net.example"),
            ("www dot cmt-net dot example", "www.cmt-net.example"),
            ("cmt-net[\u{3002}]example", "cmt-net.example"),
            ("user[at]mail[.]example", "user@mail.example"),
            ("user[@]mail.example", "user@mail.example"),
            ("user(at)mail.example", "user@mail.example"),
            ("user (at) mail (dot) example", "user@mail.example"),
            ("user at mail dot example", "user@mail.example"),
            ("user AT mail DOT example", "user@mail.example"),
            ("cmt\u{200b}-net.exa\u{ad}mple", "cmt-net.example"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("write to jo (at) mail (dot) example today", "write to jo@mail.example today"),
        ] {
            assert_eq!(refang(defanged), plain, "{defanged:?}");
        }
    }

    #[test]
    fn prose_with_the_words_dot_and_at_is_left_alone() {
        for prose in [
            "The dot com boom at Acme Ltd",
            "polka dot dress",
            "dot",
            "at",
            "dot dot dot",
            "meet me at noon",
            "meet at polka dot cafe at noon",
            "look at mail.example",
            "Dorothy Dot",
            "a (attachment) and [dotted] lines",
            "hxxp is not a scheme",
            "[2001:db8::1]:443",
            "[::]",
            "x[0] = y[1]; (a/b) :)",
            "\u{6771}\u{4eac}\u{3002}\u{5927}\u{962a}",
            "",
        ] {
            assert_eq!(refang(prose), prose);
        }
    }
}
