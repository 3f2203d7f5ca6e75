//! The vendors' keys, as they are written.
//!
//! A key is copied from a web page into a file, through a chat, a password manager and a shell. What gets lost or added
//! on the way is always the same, and can be seen without asking anybody. Nothing of a key is ever shown but its length.

use super::finding::{Check, Finding};
use crate::config::Config;

const CHECK: Check = Check::ApiKey;

/// No vendor has keys as short as this.
const SHORTEST: usize = 16;

/// What keys of WhoisXML API look like, by its own client libraries: `at_` and 29 letters or digits. Others exist.
const WHOISXML: (&str, usize) = ("at_", 32);

/// A finding for each vendor that there could be a key for.
pub(super) fn all(config: &Config) -> Vec<Finding> {
    let section = &config.providers.whoisxml;
    let place = match &section.api_key_file {
        Some(file) => format!("the file {file}"),
        None => "api_key in the section [providers.whoisxml]".to_owned(),
    };
    let key = section.api_key.as_ref().map(|key| key.expose());
    vec![judge("WhoisXML API", &place, key)]
}

/// Judges one key by its look.
fn judge(source: &str, place: &str, key: Option<&str>) -> Finding {
    let Some(written) = key else {
        return Finding::skipped(CHECK, format!("None is set for {source}."));
    };
    let key = written.trim();
    let length = key.chars().count();
    let copy = format!("Copy the key again from the vendor's account page and put it, and nothing else, into {place}.");
    let problem = |what: &str| Finding::problem(CHECK, format!("{source}: {what}."), copy.as_str());
    let warning = |what: &str, next: &str| Finding::warning(CHECK, format!("{source}: {what}."), next);
    if key.is_empty() {
        return warning(
            "it is set, but empty, which is the same as not set",
            &format!("Put the key into {place}, or take that line away."),
        );
    }
    if key.starts_with(is_quotation_mark) || key.ends_with(is_quotation_mark) {
        return problem("there are quotation marks around the key that became part of it");
    }
    if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return problem("there is a blank or a line break inside the key");
    }
    if key.contains('…') || key.contains('*') || key.ends_with("...") {
        return problem("it was copied from where it is only shown in part");
    }
    if !key.is_ascii() {
        return problem("there is a character in it that no key has, as word processors put in");
    }
    if key.to_lowercase().contains("your_key") {
        return problem("the example is still in the key's place");
    }
    if length < SHORTEST {
        return problem(&format!("it has only {length} characters, so a part of it is missing"));
    }
    let (prefix, usual) = WHOISXML;
    if key.starts_with(prefix) && length != usual {
        return warning(
            &format!("it has {length} characters, and keys that begin like it usually have {usual}"),
            &format!("Compare it with the vendor's account page. {copy}"),
        );
    }
    if written != key {
        return warning(
            &format!("it has {length} characters; blanks around it are ignored"),
            &format!("Take the blanks away in {place}: other programs may not ignore them."),
        );
    }
    Finding::good(CHECK, format!("{source}: set, {length} characters."))
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    const KEY: &str = "at_abcdefghijklmnopqrstuvwxyz012";

    #[test]
    fn what_gets_into_keys_is_seen_and_never_shown() {
        for (written, verdict, told) in [
            (KEY.to_owned(), Verdict::Good, "32 characters"),
            ("0123456789abcdef0123".to_owned(), Verdict::Good, "20 characters"),
            (format!(" {KEY}"), Verdict::Warning, "blanks around"),
            (format!("{KEY}\n"), Verdict::Warning, "blanks around"),
            (format!("\"{KEY}\""), Verdict::Problem, "quotation marks"),
            (format!("'{KEY}"), Verdict::Problem, "quotation marks"),
            (format!("\u{201c}{KEY}\u{201d}"), Verdict::Problem, "quotation marks"),
            (KEY.replace("mno", "m o"), Verdict::Problem, "inside"),
            (KEY.replace("mno", "m\no"), Verdict::Problem, "inside"),
            (KEY.replace("mno", "m\u{a0}o"), Verdict::Problem, "inside"),
            (KEY.replace("mno", "m\u{200b}o"), Verdict::Problem, "no key has"),
            (KEY.replace("mnopqrstuvwxyz", "..."), Verdict::Warning, "usually have 32"),
            ("at_abcdefghijk...".to_owned(), Verdict::Problem, "in part"),
            ("at_abcdefghijk…".to_owned(), Verdict::Problem, "in part"),
            ("at_****************************z".to_owned(), Verdict::Problem, "in part"),
            ("at_your_key".to_owned(), Verdict::Problem, "example"),
            ("at_abcdef".to_owned(), Verdict::Problem, "only 9 characters"),
            (KEY.chars().take(31).collect(), Verdict::Warning, "31 characters"),
            ("  ".to_owned(), Verdict::Warning, "empty"),
        ] {
            let finding = judge("WhoisXML API", "there", Some(&written));
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            assert!(finding.what.contains(told), "{finding:?}");
            assert_eq!(finding.next_step.is_none(), verdict == Verdict::Good);
            let shown = format!("{finding:?}");
            for part in ["abcdef", "xyz012", "at_"] {
                assert!(!shown.contains(part), "{shown}");
            }
        }
        assert_eq!(judge("WhoisXML API", "there", None).verdict, Verdict::Skipped);
    }
}
