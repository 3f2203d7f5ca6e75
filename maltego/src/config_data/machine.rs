//! Machines: scripts that run several transforms one after another.
//!
//! A script names transforms by full id, and the id depends on how the server was installed: discovered servers put
//! a prefix before it, local transforms have a namespace, the JSON dialect another. So the folder holds *templates*,
//! in which `run("${email_to_domains}")` stands for whatever that transform is called, and [`MachineTemplate::resolve`]
//! makes a script of it.
//!
//! The script language is large and its finer points are undocumented. Templates keep to `start`, `run`, `paths`,
//! `path` and `userFilter`, all of which are known to work; anything else is refused when the template is read.

use std::collections::BTreeSet;

use thiserror::Error;

/// What may be called or opened in a template.
const STEPS: &[&str] = &["machine", "start", "run", "paths", "path", "userFilter"];

/// A machine whose transforms are placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineTemplate {
    id: String,
    script: String,
    transforms: BTreeSet<String>,
}

/// A machine that a client can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The full id, for example `namehound.domain_footprint`.
    pub id: String,
    /// The script.
    pub script: String,
}

/// A machine could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("The machine {machine} cannot be offered: {}", problems(.unknown, .unusable))]
pub struct UnresolvedMachine {
    /// The machine's id.
    pub machine: String,
    /// Transforms that nobody offers, by the name in the placeholder.
    pub unknown: Vec<String>,
    /// Transforms whose full id cannot stand in a script: it has more than letters, digits and `. _ -`.
    pub unusable: Vec<String>,
}

fn problems(unknown: &[String], unusable: &[String]) -> String {
    let mut parts = Vec::new();
    if !unknown.is_empty() {
        parts.push(format!("nobody offers {}", unknown.join(", ")));
    }
    if !unusable.is_empty() {
        parts.push(format!("the full id of {} cannot stand in a script", unusable.join(", ")));
    }
    parts.join("; ")
}

impl MachineTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// Everything that is wrong with it, one sentence each with the line where that helps.
    pub fn parse(script: &str) -> Result<Self, Vec<String>> {
        let tokens = tokens(script)?;
        let mut problems = unbalanced(&tokens);
        let mut id = None;
        let mut transforms = BTreeSet::new();
        for (index, token) in tokens.iter().enumerate() {
            let next = |offset: usize| tokens.get(index + offset).map(|token| &token.kind);
            match &token.kind {
                Kind::Word(word) if matches!(next(1), Some(Kind::Symbol('(' | '{'))) => {
                    if !STEPS.contains(&word.as_str()) {
                        problems.push(format!("line {}: {word} is not one of {}", token.line, STEPS.join(", ")));
                    }
                    match (word.as_str(), next(2)) {
                        ("machine", Some(Kind::Text(text))) if index == 0 && is_id(text) => id = Some(text.clone()),
                        ("run", Some(Kind::Text(text))) => match placeholder(text) {
                            Some(name) => _ = transforms.insert(name.to_owned()),
                            None => problems.push(format!("line {}: run must name a ${{transform}}", token.line)),
                        },
                        ("run", _) => problems.push(format!("line {}: run must name a ${{transform}}", token.line)),
                        _ => {}
                    }
                }
                Kind::Text(text) if text.contains('$') && !follows_run(&tokens, index) => {
                    problems.push(format!("line {}: a placeholder can only be what run names", token.line));
                }
                _ => {}
            }
        }
        if transforms.is_empty() {
            problems.push("it runs nothing".to_owned());
        }
        match id {
            Some(id) if problems.is_empty() => Ok(Self { id, script: script.to_owned(), transforms }),
            Some(_) => Err(problems),
            None => {
                problems.push("it does not begin with machine(\"namespace.name\"".to_owned());
                Err(problems)
            }
        }
    }

    /// The machine's full id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The long-lived names of the transforms it runs, sorted.
    pub fn transforms(&self) -> impl Iterator<Item = &str> {
        self.transforms.iter().map(String::as_str)
    }

    /// The script with full ids, which `full_id` knows by long-lived name.
    ///
    /// # Errors
    /// Every name that `full_id` does not know, and every one whose id would break the script.
    pub fn resolve(&self, mut full_id: impl FnMut(&str) -> Option<String>) -> Result<Machine, UnresolvedMachine> {
        let mut script = self.script.clone();
        let (mut unknown, mut unusable) = (Vec::new(), Vec::new());
        for name in &self.transforms {
            match full_id(name) {
                None => unknown.push(name.clone()),
                Some(id) if is_id(&id) => script = script.replace(&format!("${{{name}}}"), &id),
                Some(_) => unusable.push(name.clone()),
            }
        }
        if unknown.is_empty() && unusable.is_empty() {
            Ok(Machine { id: self.id.clone(), script })
        } else {
            Err(UnresolvedMachine { machine: self.id.clone(), unknown, unusable })
        }
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_suffix('}').filter(|name| is_id(name))
}

fn follows_run(tokens: &[Token], index: usize) -> bool {
    let before = |offset: usize| index.checked_sub(offset).and_then(|at| tokens.get(at)).map(|token| &token.kind);
    matches!((before(2), before(1)), (Some(Kind::Word(word)), Some(Kind::Symbol('('))) if word == "run")
}

fn unbalanced(tokens: &[Token]) -> Vec<String> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Symbol('(') => open.push((')', token.line)),
            Kind::Symbol('{') => open.push(('}', token.line)),
            Kind::Symbol(close @ (')' | '}')) if open.pop().is_none_or(|(expected, _)| expected != close) => {
                return vec![format!("line {}: {close} closes nothing", token.line)];
            }
            _ => {}
        }
    }
    open.into_iter().map(|(expected, line)| format!("line {line}: {expected} is missing")).collect()
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Word(String),
    Text(String),
    Symbol(char),
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    line: usize,
}

/// Words, texts and symbols without blanks and `//` comments.
fn tokens(script: &str) -> Result<Vec<Token>, Vec<String>> {
    let mut tokens = Vec::new();
    for (index, text) in script.lines().enumerate() {
        let line = index + 1;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            let kind = match c {
                _ if c.is_whitespace() => continue,
                '/' if characters.peek() == Some(&'/') => break,
                '"' | '\'' => {
                    let mut content = String::new();
                    loop {
                        match characters.next() {
                            None => return Err(vec![format!("line {line}: a text does not end on its line")]),
                            Some('\\') => content.extend(characters.next()),
                            Some(quote) if quote == c => break,
                            Some(other) => content.push(other),
                        }
                    }
                    Kind::Text(content)
                }
                _ if is_word(c) => {
                    let mut word = String::from(c);
                    while let Some(next) = characters.next_if(|next| is_word(*next)) {
                        word.push(next);
                    }
                    Kind::Word(word)
                }
                _ => Kind::Symbol(c),
            };
            tokens.push(Token { kind, line });
        }
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"// (not closed here
machine("namehound.example", displayName:'It is "quoted" (yes', author:"A \" b") {
    start {
        paths { run("${a_to_b}", slider:50)
            path { run("${b_to_c}") userFilter(title:"Keep?") run("${a_to_b}") } }
    }
}
"#;

    #[test]
    fn a_template_knows_its_id_and_its_transforms() {
        let template = MachineTemplate::parse(TEMPLATE).unwrap();
        assert_eq!(template.id(), "namehound.example");
        assert_eq!(template.transforms().collect::<Vec<_>>(), ["a_to_b", "b_to_c"]);
    }

    #[test]
    fn resolving_replaces_every_placeholder() {
        let machine =
            MachineTemplate::parse(TEMPLATE).unwrap().resolve(|name| Some(format!("paterva.v2.{name}"))).unwrap();
        assert_eq!(machine.script, TEMPLATE.replace("${", "paterva.v2.").replace("_b}", "_b").replace("_c}", "_c"));
        assert!(!machine.script.contains('$'));
    }

    #[test]
    fn unknown_and_unusable_names_are_all_reported() {
        let template = MachineTemplate::parse(TEMPLATE).unwrap();
        let error = template.resolve(|name| (name == "a_to_b").then(|| "x\") delete(\"".to_owned())).unwrap_err();
        assert_eq!(
            (error.unknown.as_slice(), error.unusable.as_slice()),
            (&["b_to_c".into()][..], &["a_to_b".into()][..])
        );
        assert_eq!(
            error.to_string(),
            "The machine namehound.example cannot be offered: nobody offers b_to_c; the full id of a_to_b cannot stand in \
             a script"
        );
    }

    #[test]
    fn mistakes_are_named_with_their_lines() {
        for (script, expected) in [
            ("machine(\"n.x\") {\n run(\"${a}\")\n delete()\n}", "line 3: delete is not one of"),
            ("machine(\"n.x\") { run(\"${a}\")", "line 1: } is missing"),
            ("machine(\"n.x\") { run(\"${a}\")) }", "line 1: ) closes nothing"),
            ("machine(\"n.x\") { run(\"paterva.v2.a\") }", "line 1: run must name a ${transform}"),
            ("machine(\"n.x\") { run(slider:50) }", "line 1: run must name a ${transform}"),
            ("machine(\"n.x\", author:\"${a}\") { run(\"${a}\") }", "a placeholder can only be what run names"),
            ("machine(\"n.x\") { start { } }", "it runs nothing"),
            ("start { run(\"${a}\") }", "it does not begin with machine"),
            ("machine(\"n.x) { run(\"${a}\") }", "line 1: a text does not end on its line"),
            ("", "it runs nothing"),
        ] {
            let problems = MachineTemplate::parse(script).unwrap_err();
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{script}: {problems:?}");
        }
    }
}
