//! Local transforms: the client starts a program, gives it arguments and reads its output.
//!
//! ```text
//! <command> <parameters…> <value> [<properties>]
//! ```
//!
//! The value comes as it is. The properties are `name=value` sections joined by `#`, in which `\` escapes `\`, `#` and
//! `=`. Nothing else comes: no type, no weight, no limits, no settings. The type is known to whoever wrote the
//! transform's name into the parameters.
//!
//! The reader is lenient. A user cannot repair what a client puts together, and a program that ends with an error
//! shows as nothing at all, so every text is read as the most plausible thing it can mean:
//!
//! | text | reading |
//! |---|---|
//! | a second `=` in a section | belongs to the value |
//! | a section without `=` | a property without text |
//! | an empty section, an empty argument, a `#` at the end | nothing |
//! | a section that begins with `=` | nothing: a property without a name cannot be asked for |
//! | a `\` before any other character, or at the end | stays |
//! | a name for the second time | the last one wins |
//! | arguments behind the properties | nothing |
//!
//! What the program says beside its answer goes to the error stream, in the lines that [`debug_line`] and
//! [`progress_line`] make. The output stream belongs to the one message of the answer.

use crate::input::{Input, InputProperty};

/// The weight of an entity whose client sends none.
const WEIGHT: i64 = 100;

/// Reads the arguments behind the command's own: the value, the properties, and whatever a client puts after them.
/// `None` if there is not even a value, in which case there is nothing to do and nothing to say.
#[must_use]
pub fn read_arguments<A: AsRef<str>>(type_name: &str, arguments: impl IntoIterator<Item = A>) -> Option<Input> {
    let mut arguments = arguments.into_iter();
    let value = arguments.next()?.as_ref().to_owned();
    let mut input = Input { type_name: type_name.to_owned(), value, weight: WEIGHT, ..Input::default() };
    if let Some(properties) = arguments.next() {
        for InputProperty { name, value } in read_properties(properties.as_ref()) {
            input.put(name, value);
        }
    }
    Some(input)
}

/// Reads the properties argument, in its order and with repeated names. Never fails.
#[must_use]
pub fn read_properties(text: &str) -> Vec<InputProperty> {
    let mut properties = Vec::new();
    let (mut name, mut value) = (String::new(), None::<String>);
    let mut finish = |name: &mut String, value: &mut Option<String>| {
        let (name, value) = (std::mem::take(name), value.take().unwrap_or_default());
        if !name.is_empty() {
            properties.push(InputProperty { name, value });
        }
    };
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let literal = match c {
            '\\' => characters.next_if(|next| matches!(next, '\\' | '#' | '=')).unwrap_or(c),
            '#' => {
                finish(&mut name, &mut value);
                continue;
            }
            '=' if value.is_none() => {
                value = Some(String::new());
                continue;
            }
            _ => c,
        };
        value.as_mut().unwrap_or(&mut name).push(literal);
    }
    finish(&mut name, &mut value);
    properties
}

/// A debug message for the error stream: every line of the text with `D:` before it and a line feed behind.
#[must_use]
pub fn debug_line(text: &str) -> String {
    text.split(['\n', '\r']).filter(|line| !line.is_empty()).fold(String::new(), |mut lines, line| {
        lines.push_str("D:");
        lines.extend(line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }));
        lines.push('\n');
        lines
    })
}

/// The progress in percent for the error stream, `%` and a number up to 100, with a line feed behind.
#[must_use]
pub fn progress_line(percent: u8) -> String {
    format!("%{}\n", percent.min(100))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};

    use super::*;

    fn pairs(properties: &[InputProperty]) -> Vec<(&str, &str)> {
        properties.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect()
    }

    #[test]
    fn every_text_has_a_reading() {
        type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
        let table: &[Row] = &[
            ("one property", "a=1", &[("a", "1")]),
            ("escapes in the value", r"a=b\=c\#d\\e", &[("a", r"b=c#d\e")]),
            ("escapes in the name", r"a\=b\#c=1", &[("a=b#c", "1")]),
            ("an escaped backslash before a separator", r"a=1\\#b=2", &[("a", r"1\"), ("b", "2")]),
            ("a second equals sign", "url=http://h/?a=1", &[("url", "http://h/?a=1")]),
            ("a section without equals sign", "novalue", &[("novalue", "")]),
            ("a hash at the end", "a=1#", &[("a", "1")]),
            ("empty sections", "##a=1##b=2#", &[("a", "1"), ("b", "2")]),
            ("nothing", "", &[]),
            ("a section without a name", "=1#b=2", &[("b", "2")]),
            ("an unknown escape", r"path=C:\temp", &[("path", r"C:\temp")]),
            ("a backslash at the end", r"a=1\", &[("a", r"1\")]),
            ("a line break", "a=1\nb", &[("a", "1\nb")]),
            ("an empty value", "a=", &[("a", "")]),
            ("blanks", " a = 1 ", &[(" a ", " 1 ")]),
        ];
        for (words, text, expected) in table {
            assert_eq!(pairs(&read_properties(text)), *expected, "{words}");
        }
    }

    #[test]
    fn the_last_of_a_repeated_name_wins_and_further_arguments_are_ignored() {
        let input = read_arguments("maltego.Domain", ["x", "a=1#a=2", "b=3", "ignored"]).unwrap();
        assert_eq!((input.type_name.as_str(), input.value.as_str(), input.weight), ("maltego.Domain", "x", 100));
        assert_eq!(pairs(&input.properties), [("a", "2")]);
    }

    #[test]
    fn no_value_is_not_an_empty_value() {
        assert_eq!(read_arguments("maltego.Domain", [""; 0]), None);
        assert_eq!(read_arguments("maltego.Domain", [""]).map(|input| input.value), Some(String::new()));
    }

    #[test]
    fn lines_for_the_error_stream_stay_lines() {
        assert_eq!(debug_line("asked RDAP\r\n\nnothing\u{7}"), "D:asked RDAP\nD:nothing\u{fffd}\n");
        assert_eq!(debug_line(""), "");
        assert_eq!(progress_line(7), "%7\n");
        assert_eq!(progress_line(255), "%100\n");
    }

    proptest! {
        #[test]
        fn what_a_client_escapes_is_read_back(
            expected in proptest::collection::vec(("[a-z#=\\\\é]{1,8}", "(?s).{0,12}"), 0..5)
        ) {
            let escaped = |text: &str| text.replace('\\', r"\\").replace('#', r"\#").replace('=', r"\=");
            let sections: Vec<String> =
                expected.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
            let read = read_properties(&sections.join("#"));
            let expected: Vec<(&str, &str)> =
                expected.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            prop_assert_eq!(pairs(&read), expected);
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(?s)[\\\\#=a]{0,20}|.{0,40}") {
            for property in read_properties(&text) {
                prop_assert!(!property.name.is_empty());
            }
        }
    }

    /// Runs of the old tool: where it understood its arguments, so do we, in the same way.
    #[test]
    fn recorded_runs_are_understood_as_the_old_tool_understood_them() {
        let Some(folder) = recorded() else { return };
        let mut compared = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let run: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let arguments: Vec<&str> =
                run["argv"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
            if arguments.len() < 4 || !arguments[2].eq_ignore_ascii_case("echorequest") {
                continue;
            }
            let input = read_arguments("local.Unknown", &arguments[3..]).unwrap();
            assert_eq!(input.value, arguments[3], "{}", path.display());
            if run["exit_status"] != 0 {
                continue;
            }
            let (value, mut properties) = understood(&std::fs::read_to_string(path.with_extension("stdout")).unwrap());
            let mut ours: Vec<(String, String)> =
                input.properties.into_iter().map(|property| (property.name, property.value)).collect();
            ours.sort();
            properties.sort();
            assert_eq!((input.value, ours), (value, properties), "{}", path.display());
            compared += 1;
        }
        assert!(compared >= 8, "only {compared} runs compared");
    }

    /// The folder of recorded runs, beside the recorded fixtures.
    fn recorded() -> Option<PathBuf> {
        let fixtures = std::env::var_os("NAMEHOUND_FIXTURES")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"), PathBuf::from);
        let folder = fixtures.join("../reference/trx-traffic/local");
        if folder.is_dir() {
            return Some(folder);
        }
        assert!(std::env::var_os("CI").is_none(), "no recorded runs at {}", folder.display());
        println!("skipped: no recorded fixtures at {}", folder.display());
        None
    }

    /// Value and properties in the old tool's own words: it repeats its input as literals of its language.
    fn understood(output: &str) -> (String, Vec<(String, String)>) {
        let mut reader = Reader::from_str(output);
        let (mut value, mut properties, mut field, mut text) = (String::new(), Vec::new(), None, String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    text.clear();
                    field = start
                        .attributes()
                        .flatten()
                        .find(|attribute| attribute.key.as_ref() == "Name")
                        .and_then(|attribute| attribute.value.strip_prefix("prop.").map(str::to_owned));
                }
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(name) => text.push(match name.as_ref() {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    other => panic!("unexpected reference {other}"),
                }),
                Event::End(end) if end.name().as_ref() == "Value" => {
                    value = unquoted(text.strip_prefix("value=").unwrap());
                }
                Event::End(_) => {
                    if let Some(name) = field.take() {
                        properties.push((name, unquoted(&text)));
                    }
                }
                Event::Eof => return (value, properties),
                _ => {}
            }
        }
    }

    fn unquoted(literal: &str) -> String {
        let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap();
        inner.replace(r"\n", "\n").replace(r"\\", "\\")
    }
}
