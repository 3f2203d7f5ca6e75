//! Texts with `*` for any run of characters, as vendors' searches take them.
//!
//! A text without a star has to be the whole of what it is compared with. Case does not matter.

use crate::lookup::{DiscoveryQuery, NamePatterns};

/// A text with stars.
#[derive(Debug)]
pub(super) struct Pattern {
    /// What stands before the first star, or everything if there is none.
    head: String,
    /// What stands between stars, and behind the last one; empty if there is none.
    rest: Vec<String>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let mut parts = text.split('*').map(str::to_owned);
        Self { head: parts.next().unwrap_or_default(), rest: parts.collect() }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let Some((tail, between)) = self.rest.split_last() else { return text == self.head };
        let Some(text) = text.strip_prefix(self.head.as_str()).and_then(|text| text.strip_suffix(tail.as_str())) else {
            return false;
        };
        // The leftmost place leaves the most room for what follows.
        between.iter().try_fold(text, |text, part| text.split_once(part.as_str()).map(|(_, after)| after)).is_some()
    }
}

/// Conditions on a name: at least one of the first, if there are any, and none of the second.
#[derive(Debug)]
struct Choice {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Choice {
    fn new(patterns: &NamePatterns) -> Self {
        let read = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Self { include: read(&patterns.include), exclude: read(&patterns.exclude) }
    }

    fn matches(&self, text: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(text));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// A [`DiscoveryQuery`], ready to be held against many names.
#[derive(Debug)]
pub(super) struct Search {
    domains: Choice,
    /// `None` where domains are looked for, not the names below them.
    subdomains: Option<Choice>,
}

impl Search {
    pub(super) fn new(query: &DiscoveryQuery) -> Self {
        let subdomains = (!query.subdomains.is_empty()).then(|| Choice::new(&query.subdomains));
        Self { domains: Choice::new(&query.domains), subdomains }
    }

    /// Whether names below domains are looked for.
    pub(super) fn is_below(&self) -> bool {
        self.subdomains.is_some()
    }

    /// Whether a registrable domain and the labels below it match; the labels only where they are looked for.
    pub(super) fn matches(&self, domain: &str, below: &str) -> bool {
        self.domains.matches(domain)
            && self.subdomains.as_ref().is_none_or(|subdomains| !below.is_empty() && subdomains.matches(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters_even_none() {
        for (pattern, text, expected) in [
            ("shop", "shop", true),
            ("shop", "shop.example", false),
            ("SHOP.Example", "shop.example", true),
            ("shop*", "shop", true),
            ("shop*", "tin-shop", false),
            ("*shop", "tin-shop", true),
            ("*shop*", "my-shops.example", true),
            ("*", "", true),
            ("**", "x", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*b*ab", "bab", true),
            ("*ab*ab", "ab", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }
}
