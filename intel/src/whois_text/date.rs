//! Dates as registries write them.
//!
//! There are as many ways as registries: `2003-03-17 12:20:05`, `2007. 03. 02.`, `09-sep-1999`, `30.6.2006 00:00:00`,
//! `Tue Dec 12 2000`, `30th April 2003 at 00:04`, `20131212000000`, `22 de octubre de 2008`, and any of them with a
//! remark behind it. So a text is taken apart into numbers, words and signs, and the first run of them that is a date is
//! read. A date without a time stays a day; a time without a zone is taken as UTC, as everywhere in this crate.
//!
//! `05/04/2010` has two readings. What decides is, in this order: another date of the same text that has only one, the
//! registry's rules, and the custom that goes with the sign (most of the world writes the day first).

use jiff::{civil::Date, civil::DateTime, civil::Time, tz::Offset, tz::TimeZone};

use crate::moment::Moment;

/// What stands first in a date whose year stands last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Order {
    /// `31/12/2010`.
    DayFirst,
    /// `12/31/2010`.
    MonthFirst,
}

/// The names of months: each list has the beginnings by which one month is known, in the languages that registries
/// write. Beginnings are compared with folded words, the longest first where one contains another.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "oca", "янв"],
    &["feb", "fev", "fév", "şub", "фев"],
    &["mar", "mär", "mrz", "maa", "мар"],
    &["apr", "abr", "avr", "nis", "апр"],
    &["may", "mai", "maj", "mag", "mei", "май", "мая"],
    &["jun", "juin", "giu", "haz", "июн"],
    &["jul", "juil", "lug", "tem", "июл"],
    &["aug", "ago", "aou", "aoû", "авг"],
    &["sep", "set", "eyl", "eki̇", "сен"],
    &["oct", "okt", "out", "ott", "eki", "окт"],
    &["nov", "kas", "ноя"],
    &["dec", "dez", "dic", "dét", "déc", "des", "ara", "дек"],
];

/// Zone abbreviations that registries write, in minutes from UTC. Those that mean several zones are read as the registry
/// that writes them means them: `IST` is Israel's only where the rules say so.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("wet", 0),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("cest", 120),
    ("mest", 120),
    ("eet", 120),
    ("eest", 180),
    ("eat", 180),
    ("msk", 180),
    ("msd", 240),
    ("jst", 540),
    ("kst", 540),
    ("cst", 480),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("pst", -480),
    ("pdt", -420),
    ("clt", -240),
    ("clst", -180),
    ("brt", -180),
    ("brst", -120),
    ("art", -180),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("hkt", 480),
    ("sgt", 480),
    ("sast", 120),
];

/// How the dates of one text are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    order: Option<Order>,
}

impl Dates {
    /// The reading for a text: what its own unambiguous dates say, else what the rules say.
    pub(super) fn of(values: impl Iterator<Item = impl AsRef<str>>, rules: Option<Order>) -> Self {
        let mut order = None;
        for value in values {
            let folded = value.as_ref().to_lowercase();
            for window in tokens(&folded).windows(5) {
                let [Token::Number(a, _), Token::Sign(s), Token::Number(b, _), Token::Sign(t), Token::Number(c, 4)] =
                    window
                else {
                    continue;
                };
                if s != t || *c < 1980 {
                    continue;
                }
                match (a, b) {
                    (13..=31, 1..=12) => order = Some(Order::DayFirst),
                    (1..=12, 13..=31) => order = Some(Order::MonthFirst),
                    _ => {}
                }
            }
        }
        Self { order: order.or(rules) }
    }

    /// The first date in a text. A bound ("before Aug-1996") is no date.
    pub(super) fn read(self, text: &str) -> Option<Moment> {
        let folded = text.trim().to_lowercase();
        if ["before", "prior", "avant", "vor "].iter().any(|bound| folded.starts_with(bound)) {
            return None;
        }
        // Signs such as "0-UANIC 20131212000000" may stand before a date, so each token may be where it begins.
        let tokens = tokens(&folded);
        (0..tokens.len()).find_map(|start| {
            let run = tokens.get(start..)?;
            self.date(run).map(|(date, rest)| with_time(date, rest))
        })
    }

    /// A date at the beginning of a run of tokens, and what follows it.
    fn date<'t, 'a>(self, run: &'t [Token<'a>]) -> Option<(Date, &'t [Token<'a>])> {
        packed(run).or_else(|| self.numeric(run)).or_else(|| named(run))
    }

    /// Three numbers with the same signs between them.
    fn numeric<'t, 'a>(self, run: &'t [Token<'a>]) -> Option<(Date, &'t [Token<'a>])> {
        let [
            Token::Number(a, a_length),
            Token::Sign(first),
            Token::Number(b, _),
            Token::Sign(second),
            Token::Number(c, c_length),
            rest @ ..,
        ] = run
        else {
            return None;
        };
        if first != second || !matches!(first, '-' | '/' | '.') {
            return None;
        }
        let date = match (a_length, c_length) {
            (4, _) => date(*a, *b, *c).or_else(|| date(*a, *c, *b)),
            (_, 4) => {
                let day_first = date(*c, *b, *a);
                let month_first = date(*c, *a, *b);
                match self.order {
                    Some(Order::MonthFirst) => month_first.or(day_first),
                    _ => day_first.or(month_first),
                }
            }
            (_, 2) if *first == '/' || *first == '.' => match self.order {
                Some(Order::MonthFirst) => date(century(*c), *a, *b).or_else(|| date(century(*c), *b, *a)),
                // "26/11/02"; and "02/11/26" if that cannot be.
                _ => date(century(*c), *b, *a).or_else(|| date(century(*a), *b, *c)),
            },
            _ => None,
        }?;
        Some((date, rest))
    }
}

/// `20030317` and `20131212000000`, the time of which follows as a token would.
fn packed<'t, 'a>(run: &'t [Token<'a>]) -> Option<(Date, &'t [Token<'a>])> {
    let [Token::Number(number, length), rest @ ..] = run else { return None };
    let day = match length {
        8 => *number,
        14 => number / 1_000_000,
        12 => number / 10_000,
        _ => return None,
    };
    date(day / 10_000, day / 100 % 100, day % 100).map(|date| (date, if *length == 8 { rest } else { run }))
}

/// A date with the name of its month: `09-sep-1999`, `2001-Aug-23`, `January 18 2000`, `30th April 2003`,
/// `Thu Aug 05 23:59:59 GMT 2010`, `22 de octubre de 2008`, `03-Jan-99`.
fn named<'t, 'a>(run: &'t [Token<'a>]) -> Option<(Date, &'t [Token<'a>])> {
    // Signs between the parts and small words do not matter.
    let mut parts: Vec<(usize, &Token<'a>)> = Vec::new();
    for (index, token) in run.iter().enumerate().take(16) {
        match token {
            Token::Sign('-' | '/' | '.' | ',' | '\'') => {}
            Token::Word(word) if matches!(*word, "de" | "of" | "del" | "st" | "nd" | "rd" | "th" | "г" | "the") => {}
            token => parts.push((index, token)),
        }
        if parts.len() == 3 {
            break;
        }
    }
    let [(_, a), (b_index, b), third @ ..] = parts.as_slice() else { return None };
    let after = |index: usize| run.get(index.saturating_add(1)..).unwrap_or_default();
    let (month_word, day, year, rest) = match (a, b, third.first()) {
        // Day, month, year; or year, month, day.
        (Token::Number(first, first_length), Token::Word(word), Some((index, Token::Number(last, last_length)))) => {
            if *first_length == 4 {
                (word, *last, *first, after(*index))
            } else if *last_length == 4 || *last_length == 2 {
                (word, *first, if *last_length == 4 { *last } else { century(*last) }, after(*index))
            } else {
                return None;
            }
        }
        // Month, day, year.
        (Token::Word(word), Token::Number(day, 1 | 2), Some((index, Token::Number(year, 4)))) => {
            (word, *day, *year, after(*index))
        }
        // Month, day, time, perhaps a zone, year: as the C library writes it.
        (Token::Word(word), Token::Number(day, 1 | 2), _) => {
            let rest = after(*b_index);
            let year = rest.iter().take(12).find_map(|token| match token {
                Token::Number(year, 4) if (1980..2200).contains(year) => Some(*year),
                _ => None,
            })?;
            (word, *day, year, rest)
        }
        _ => return None,
    };
    date(year, month(month_word)?, day).map(|date| (date, rest))
}

/// The month that a word names.
fn month(word: &str) -> Option<u64> {
    let (mut best, mut length) = (None, 0);
    for (number, names) in (1_u64..).zip(MONTHS) {
        for name in names {
            if word.starts_with(name) && name.len() > length {
                best = Some(number);
                length = name.len();
            }
        }
    }
    best
}

/// The year that two digits mean: no name was registered before 1985.
fn century(year: u64) -> u64 {
    if year >= 80 { year.saturating_add(1900) } else { year.saturating_add(2000) }
}

/// A day that exists, in years in which names are registered.
fn date(year: u64, month: u64, day: u64) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| (1970..=2200).contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date with the time that follows it, if one does.
fn with_time(date: Date, rest: &[Token<'_>]) -> Moment {
    let Some((time, rest)) = time(rest) else { return Moment::Day(date) };
    let offset = zone(rest);
    let zoned = DateTime::from_parts(date, time).to_zoned(TimeZone::fixed(offset));
    zoned.map_or(Moment::Day(date), |zoned| Moment::Instant(zoned.timestamp()))
}

/// A time of day within the next few tokens, and what follows it.
fn time<'t, 'a>(run: &'t [Token<'a>]) -> Option<(Time, &'t [Token<'a>])> {
    // 20131212093000: the time stands in the same number.
    if let [Token::Number(number, length @ (12 | 14)), rest @ ..] = run {
        let seconds = if *length == 14 { number % 1_000_000 } else { number % 10_000 * 100 };
        return clock(seconds / 10_000, seconds / 100 % 100, seconds % 100).map(|time| (time, rest));
    }
    for start in 0..run.len().min(5) {
        let tail = run.get(start..)?;
        match tail {
            [
                Token::Number(hour, 1 | 2),
                Token::Sign(':'),
                Token::Number(minute, 2),
                Token::Sign(':'),
                Token::Number(second, 2),
                rest @ ..,
            ] => {
                let rest = match rest {
                    [Token::Sign('.' | ','), Token::Number(..), rest @ ..] => rest,
                    _ => rest,
                };
                return clock(afternoon(*hour, rest), *minute, *second).map(|time| (time, rest));
            }
            [Token::Number(hour, 1 | 2), Token::Sign(':'), Token::Number(minute, 2), rest @ ..] => {
                return clock(afternoon(*hour, rest), *minute, 0).map(|time| (time, rest));
            }
            // Another number before a time is another date or a reference.
            [Token::Number(..), ..] => return None,
            _ => {}
        }
    }
    None
}

/// The hour on a clock of 24 hours.
fn afternoon(hour: u64, rest: &[Token<'_>]) -> u64 {
    match rest.first() {
        Some(Token::Word("pm" | "p")) if hour < 12 => hour.saturating_add(12),
        Some(Token::Word("am" | "a")) if hour == 12 => 0,
        _ => hour,
    }
}

fn clock(hour: u64, minute: u64, second: u64) -> Option<Time> {
    // 24:00 and leap seconds are written, too; neither is worth losing the date for.
    let hour = i8::try_from(hour.min(23)).ok()?;
    Time::new(hour, i8::try_from(minute).ok()?, i8::try_from(second.min(59)).ok()?, 0).ok()
}

/// The zone that stands within the next few tokens; UTC if none does.
fn zone(run: &[Token<'_>]) -> Offset {
    for (index, token) in run.iter().enumerate().take(4) {
        match token {
            Token::Word(word) => {
                if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| name == word) {
                    // "GMT+02:00" says more than "GMT".
                    let signed = run.get(index.saturating_add(1)..).and_then(numeric_zone);
                    return signed.or_else(|| offset(*minutes)).unwrap_or(Offset::UTC);
                }
            }
            Token::Sign('+' | '-') => {
                if let Some(offset) = run.get(index..).and_then(numeric_zone) {
                    return offset;
                }
            }
            _ => {}
        }
    }
    Offset::UTC
}

/// `+01:00`, `-0700`, `+03`.
fn numeric_zone(run: &[Token<'_>]) -> Option<Offset> {
    let (sign, hours, minutes) = match run {
        [
            Token::Sign(sign @ ('+' | '-')),
            Token::Number(hours, 1 | 2),
            Token::Sign(':'),
            Token::Number(minutes, 2),
            ..,
        ] => (sign, *hours, *minutes),
        [Token::Sign(sign @ ('+' | '-')), Token::Number(both, 4), ..] => (sign, both / 100, both % 100),
        [Token::Sign(sign @ ('+' | '-')), Token::Number(hours, 1 | 2), ..] => (sign, *hours, 0),
        _ => return None,
    };
    let total = i32::try_from(hours.checked_mul(60)?.checked_add(minutes)?).ok()?;
    offset(if *sign == '-' { -total } else { total })
}

fn offset(minutes: i32) -> Option<Offset> {
    Offset::from_seconds(minutes.checked_mul(60)?).ok()
}

/// A part of a date's text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    /// A number and how many digits it has.
    Number(u64, usize),
    /// A word, in lower case.
    Word(&'a str),
    /// A sign; blanks are none.
    Sign(char),
}

/// The parts of a text that is in lower case.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // Nothing that is longer than this is a date.
        if tokens.len() > 60 {
            break;
        }
        let take = |keep: fn(char) -> bool| {
            let end = rest.find(|character| !keep(character)).unwrap_or(rest.len());
            rest.split_at_checked(end).unwrap_or((rest, ""))
        };
        if first.is_ascii_digit() {
            let (digits, after) = take(|character| character.is_ascii_digit());
            tokens.push(Token::Number(digits.parse().unwrap_or(u64::MAX), digits.len()));
            // "2020-04-25T17:25:49Z": the T parts date and time.
            rest = match after.strip_prefix(['T', 't']) {
                Some(time) if time.starts_with(|character: char| character.is_ascii_digit()) => time,
                _ => after,
            };
        } else if first.is_alphabetic() {
            let (word, after) = take(char::is_alphabetic);
            tokens.push(Token::Word(word));
            rest = after;
        } else {
            if !first.is_whitespace() && !matches!(first, '(' | ')' | '[' | ']') {
                tokens.push(Token::Sign(first));
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        Dates::default().read(text).map(|moment| moment.to_string())
    }

    #[test]
    fn every_form_that_registries_write_is_read() {
        for (text, shown) in [
            ("2019-10-28", "2019-10-28"),
            ("1997-09-15T00:00:00-0700", "1997-09-15T07:00:00Z"),
            ("2018-03-12T21:44:25+01:00", "2018-03-12T20:44:25Z"),
            ("2020-02-11T18:28:48.291Z", "2020-02-11T18:28:48Z"),
            ("2003-03-17 12:20:05", "2003-03-17T12:20:05Z"),
            ("2007-10-04 13:40:19+03", "2007-10-04T10:40:19Z"),
            ("2010-07-04 04:34:46 +03:00", "2010-07-04T01:34:46Z"),
            ("26-Jul-2001 16:36:48 UTC", "2001-07-26T16:36:48Z"),
            ("09-sep-1999", "1999-09-09"),
            ("03-Jan-99", "1999-01-03"),
            ("2001-Aug-23.", "2001-08-23"),
            ("21-March-2002", "2002-03-21"),
            ("January 18 2000", "2000-01-18"),
            ("September  6 2016", "2016-09-06"),
            ("Sep 15, 1997", "1997-09-15"),
            ("Tue Dec 12 2000", "2000-12-12"),
            ("Thu Aug 05 23:59:59 GMT 2010", "2010-08-05T23:59:59Z"),
            ("Mon, 11 Oct 1999 08:00:00 +0200", "1999-10-11T06:00:00Z"),
            ("30th April 2003 at 00:04:00.000", "2003-04-30T00:04:00Z"),
            ("22 de octubre de 2008", "2008-10-22"),
            ("2007. 03. 02.", "2007-03-02"),
            ("2002.09.19 13:00:00", "2002-09-19T13:00:00Z"),
            ("2023/04/01 01:05:57 (JST)", "2023-03-31T16:05:57Z"),
            ("2002-10-22 17:48:23 CLST", "2002-10-22T20:48:23Z"),
            ("1999-06-07 13:01:43 (GMT+0:00)", "1999-06-07T13:01:43Z"),
            ("2014.01.23 02:11:43 MSK", "2014-01-22T23:11:43Z"),
            ("30.6.2006 00:00:00", "2006-06-30T00:00:00Z"),
            ("08.09.2016", "2016-09-08"),
            ("31/12/2010", "2010-12-31"),
            ("12/31/2010", "2010-12-31"),
            ("26/11/02", "2002-11-26"),
            ("20240101", "2024-01-01"),
            ("19990221 #142485", "1999-02-21"),
            ("20230303 09:38:55", "2023-03-03T09:38:55Z"),
            ("0-UANIC 20131212093000", "2013-12-12T09:30:00Z"),
            ("registrar AT registry.example 19990605 (Assigned)", "1999-06-05"),
            ("10/7/2008 3:15:00 PM", "2008-07-10T15:15:00Z"),
            ("2000-08-29 (YYYY-MM-DD)", "2000-08-29"),
        ] {
            assert_eq!(read(text).as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_date_is_none() {
        for text in
            ["", "before Aug-1996", "Not Defined", "30th April each year", "2019", "12345", "31/31/2010", "0000-00-00"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_first_is_learnt_from_the_text_and_then_from_the_rules() {
        let read = |dates: Dates| dates.read("05/04/2010").map(|moment| moment.to_string());
        let rules = Some(Order::MonthFirst);
        assert_eq!(read(Dates::of([""].iter(), None)).as_deref(), Some("2010-04-05"));
        assert_eq!(read(Dates::of([""].iter(), rules)).as_deref(), Some("2010-05-04"));
        assert_eq!(read(Dates::of(["12/31/2010"].iter(), None)).as_deref(), Some("2010-05-04"));
        assert_eq!(read(Dates::of(["31/12/2010"].iter(), rules)).as_deref(), Some("2010-04-05"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", numbers in "[0-9:/. +-]{0,30}") {
            let _ = (read(&text), read(&numbers));
        }
    }
}
