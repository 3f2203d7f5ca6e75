//! What XML 1.0 can carry.
//!
//! A document may hold TAB, LF, CR and everything from the blank upwards except surrogates and the two noncharacters
//! U+FFFE and U+FFFF (XML 1.0, production 2, `Char`). Nothing else may appear, not even as a character reference, and
//! a reader that finds such a character gives up the document. XML libraries mostly trust their callers here, so both
//! directions of the dialect ask this module.

use std::borrow::Cow;

/// What stands in an answer for a character that XML cannot carry: U+FFFD, so that the reader sees that something was
/// there.
pub const REPLACEMENT: char = '\u{FFFD}';

/// Whether XML 1.0 can carry a character. Surrogates are no `char`s, so they need no mention.
#[must_use]
pub const fn is_allowed(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}'
    )
}

/// The first character that XML 1.0 cannot carry, with its offset in bytes.
#[must_use]
pub fn first_forbidden(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, character)| !is_allowed(*character))
}

/// The text with every forbidden character replaced by [`REPLACEMENT`], one for one. Borrowed where there is nothing to
/// replace, which is nearly always.
#[must_use]
pub fn cleaned(text: &str) -> Cow<'_, str> {
    if first_forbidden(text).is_none() {
        return Cow::Borrowed(text);
    }
    text.chars().map(|character| if is_allowed(character) { character } else { REPLACEMENT }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_the_production_are_exact() {
        for allowed in ['\t', '\n', '\r', ' ', '\u{7F}', '\u{85}', '\u{D7FF}', '\u{E000}', '\u{FFFD}', '\u{10FFFF}'] {
            assert!(is_allowed(allowed), "{allowed:?}");
        }
        for forbidden in ['\0', '\u{8}', '\u{B}', '\u{C}', '\u{E}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!is_allowed(forbidden), "{forbidden:?}");
        }
    }

    #[test]
    fn each_forbidden_character_is_replaced_by_one() {
        assert_eq!(cleaned("a\u{1}\u{2}b\u{FFFE}"), "a\u{FFFD}\u{FFFD}b\u{FFFD}");
        assert!(matches!(cleaned("clean\r\n\t"), Cow::Borrowed(_)));
        assert_eq!(first_forbidden("\u{e9}\u{0}"), Some((2, '\0')));
    }
}
