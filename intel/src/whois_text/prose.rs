//! What registries say of themselves rather than of a name.
//!
//! Half of most texts are terms of use. They are not lost facts, so they do not belong to what no rule read. Nothing is
//! called prose that could be a fact: a paragraph has to read like sentences, *and* to use the words of legal texts.

use super::{
    line::{Line, Shape, fold},
    rules::Library,
};

/// A paragraph of fewer words on average than this for each line is a list.
const FEWEST_WORDS_A_LINE: usize = 5;

/// Which lines are the registry's own words.
pub(super) fn prose(lines: &[Line<'_>], read: &[bool], library: &Library) -> Vec<bool> {
    let mut prose = vec![false; lines.len()];
    let mut start = 0;
    let mut after_end_mark = false;
    while let Some(rest) = lines.get(start..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|line| line.shape != Shape::Blank).count();
        let end = start + length.max(1);
        let paragraph = lines.get(start..end).unwrap_or_default();
        let unread: Vec<&Line<'_>> = paragraph
            .iter()
            .zip(read.get(start..end).unwrap_or_default())
            .filter(|(line, read)| !**read && matches!(line.shape, Shape::Bare | Shape::Pair(..)))
            .map(|(line, _)| line)
            .collect();
        let is_prose = is_prose(&unread, after_end_mark, library);
        for (index, line) in paragraph.iter().enumerate() {
            // "-- " closes a record in .uk, ">>> … <<<" in the generic domains; below are terms.
            let says_end = matches!(line.shape, Shape::Comment(text) if fold(text).starts_with("last update of"));
            after_end_mark |= line.text == "--" || says_end;
            if is_prose && let Some(flag) = prose.get_mut(start.saturating_add(index)) {
                *flag = true;
            }
        }
        start = end;
    }
    prose
}

fn is_prose(lines: &[&Line<'_>], after_end_mark: bool, library: &Library) -> bool {
    if lines.is_empty() {
        return false;
    }
    let folded: Vec<String> = lines.iter().map(|line| fold(line.text)).collect();
    let words: usize = folded.iter().map(|line| line.split(' ').count()).sum();
    let legal = folded.iter().any(|line| {
        let line = format!(" {line} ");
        library.prose.iter().any(|word| line.contains(&format!(" {word} ")))
    });
    let sentences = words >= lines.len().saturating_mul(FEWEST_WORDS_A_LINE);
    // Terms have no values: a label with something short behind it is a fact, wherever it stands.
    let facts = lines.iter().filter(|line| matches!(&line.shape, Shape::Pair(_, value) if is_short(value))).count();
    (legal || (after_end_mark && sentences && facts == 0))
        && facts.saturating_mul(3) <= lines.len()
        && (sentences || after_end_mark)
}

fn is_short(value: &str) -> bool {
    !value.is_empty() && value.split_whitespace().count() <= 6
}
