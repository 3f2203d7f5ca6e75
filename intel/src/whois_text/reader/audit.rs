//! Nothing that was read may be lost.
//!
//! A contact is put together from several places, and where two of them say different things one of them wins. The other
//! was read, but nobody will ever see it. So at the end each line that told something about somebody is looked up in what
//! came of the text; a line that left no trace counts as unread, and is kept with the others that no rule reads.

use super::{
    super::{
        line::{Shape, fold},
        rules::{Detail, Meaning, contains_words},
    },
    Reader,
};
use crate::noise;

/// Whether a meaning is that of a fact about somebody, the value of which is kept as it is written.
pub(super) const fn is_told(meaning: Meaning) -> bool {
    let detail = match meaning {
        Meaning::Contact(_, detail) | Meaning::Detail(detail) => detail,
        Meaning::Field(_) | Meaning::Loose(_) | Meaning::Role(_) => return false,
    };
    !matches!(detail, Detail::Handle | Detail::Kind | Detail::Other)
}

impl Reader<'_, '_> {
    /// Takes the mark off each line that left no trace.
    pub(super) fn audit(&mut self) {
        let kept = self.kept();
        let lost = |index: &usize| {
            let Some(line) = self.lines.get(*index) else { return false };
            let value = match &line.shape {
                Shape::Pair(_, value) if !value.is_empty() => *value,
                _ => line.text,
            };
            let (value, text) = (fold(value), fold(line.text));
            let is_kept = |kept: &String| {
                contains_words(&value, kept) || contains_words(kept, &value) || contains_words(&text, kept)
            };
            // What is noise is left out on purpose.
            !value.is_empty() && !kept.iter().any(is_kept) && !is_noise(line.text, &line.shape)
        };
        let lost: Vec<usize> = self.told.iter().copied().filter(|index| lost(index)).collect();
        for index in lost {
            if let Some(read) = self.reading.read.get_mut(index) {
                *read = false;
            }
        }
    }

    /// Every text that came of the text, folded.
    fn kept(&self) -> Vec<String> {
        let reading = &self.reading;
        let mut kept: Vec<&String> = Vec::new();
        for contact in reading.written.values() {
            let crate::Contact {
                name,
                organization,
                street,
                city,
                state,
                postal_code,
                country,
                country_code,
                email,
                phone,
                fax,
                phone_extension,
                fax_extension,
                ..
            } = contact;
            let fields = [
                name,
                organization,
                street,
                city,
                state,
                postal_code,
                country,
                country_code,
                email,
                phone,
                fax,
                phone_extension,
                fax_extension,
            ];
            kept.extend(fields.into_iter().flatten());
        }
        let registrar = &reading.registrar;
        kept.extend([&registrar.name, &registrar.url, &registrar.abuse_email].into_iter().flatten());
        kept.extend(reading.name_servers.iter().chain(&reading.statuses).chain(&reading.domain));
        kept.into_iter().map(|text| fold(text)).filter(|text| !text.is_empty()).collect()
    }
}

/// Whether a line's value says nothing about anybody.
fn is_noise(text: &str, shape: &Shape<'_>) -> bool {
    let value = match shape {
        Shape::Pair(_, value) => value,
        _ => text,
    };
    noise::judge(value).is_some()
}
