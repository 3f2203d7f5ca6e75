//! The walk from the first line to the last.
//!
//! Three layouts stand behind all the others, and one text may mix them:
//!
//! * *labelled lines*: each says what it is, wherever it stands;
//! * *sections*: a heading says what the lines below it are, until a blank line, or a line that is indented less;
//! * *objects* (RPSL, RFC 2622): blocks between blank lines, one of which is the domain. It names others by their handles.
//!
//! So the text is walked once with an open section in mind, and blocks that are objects of their own are set aside, to be
//! joined to the roles that name them. Nothing is thrown away: what no rule reads is counted as unread, line by line.

mod audit;

use std::collections::{BTreeMap, HashMap};

use super::{
    contact::{self, Draft, Finished},
    date::Dates,
    line::{Key, Line, Shape, fold},
    rules::{Detail, Field, Library, Meaning, Role, Rules, Section},
};
use crate::{
    moment::Moment,
    noise::{self, NoiseKind},
    record::{Contact, Registrar},
};

/// No heading is longer.
const LONGEST_HEADING: usize = 80;

/// What a text says.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The name.
    pub(super) domain: Option<String>,
    /// When it was registered.
    pub(super) created: Option<Moment>,
    /// When it last changed.
    pub(super) updated: Option<Moment>,
    /// When it runs out.
    pub(super) expires: Option<Moment>,
    /// The registrar.
    pub(super) registrar: Registrar,
    /// The name servers.
    pub(super) name_servers: Vec<String>,
    /// The status words.
    pub(super) statuses: Vec<String>,
    /// The server that knows more.
    pub(super) referral: Option<String>,
    /// The contacts.
    pub(super) contacts: BTreeMap<Role, Contact>,
    /// The contacts with the names of privacy services in them.
    pub(super) written: BTreeMap<Role, Contact>,
    /// Which lines somebody read.
    pub(super) read: Vec<bool>,
}

impl Reading {
    /// Whether the text says anything that only a registration has.
    pub(super) fn says_something(&self) -> bool {
        let Self { created, updated, expires, registrar, name_servers, contacts, .. } = self;
        [created, updated, expires].into_iter().any(Option::is_some)
            || registrar.name.is_some()
            || !name_servers.is_empty()
            || contacts.values().any(|contact| *contact != Contact::default())
    }
}

/// Reads the lines of a text.
pub(super) fn read(lines: &[Line<'_>], library: &Library, rules: Option<&Rules>) -> Reading {
    let values = lines.iter().map(|line| match &line.shape {
        Shape::Pair(_, value) => *value,
        _ => line.text,
    });
    let dates = Dates::of(values, rules.and_then(|rules| rules.dates));
    let mut reader = Reader {
        lines,
        library,
        rules,
        dates,
        last_wins: rules.is_some_and(|rules| rules.last_wins),
        reading: Reading { read: vec![false; lines.len()], ..Reading::default() },
        drafts: BTreeMap::new(),
        wholes: BTreeMap::new(),
        references: Vec::new(),
        objects: HashMap::new(),
        handles: HashMap::new(),
        near: Draft::default(),
        far: Draft::default(),
        after_registrar: false,
        registrar_organization: None,
        reseller: None,
        current: None,
        open: None,
        pending: None,
        told: Vec::new(),
    };
    reader.walk();
    reader.finish()
}

/// An open section.
#[derive(Debug)]
struct Open {
    sections: Vec<Section>,
    /// How far the heading is indented.
    indent: usize,
    /// How far the first line below it is.
    inner: Option<usize>,
    /// Whether labelled lines stand in it.
    labelled: bool,
    /// Whether bare lines stand in it.
    bare: bool,
    /// Whether a blank line came after something.
    paused: bool,
}

impl Open {
    /// Whether its lines are indented below the heading.
    fn is_indented(&self) -> bool {
        self.inner.is_some_and(|inner| inner > self.indent)
    }
}

/// A key whose value may go on, or stand, on the next line.
#[derive(Debug)]
struct Pending {
    meaning: Meaning,
    indent: usize,
    empty: bool,
}

/// A contact object that others name by its handle.
#[derive(Debug, Default)]
struct Object {
    draft: Draft,
    lines: Vec<usize>,
}

struct Reader<'l, 'a> {
    lines: &'l [Line<'a>],
    library: &'l Library,
    rules: Option<&'l Rules>,
    dates: Dates,
    last_wins: bool,
    reading: Reading,
    drafts: BTreeMap<Role, Draft>,
    /// What stands behind a role's bare key: `Registrant: Example Ltd`.
    wholes: BTreeMap<Role, Vec<(String, usize)>>,
    /// Which role names which object, in the order of the text.
    references: Vec<(Role, String)>,
    objects: HashMap<String, Object>,
    /// Whose section told which handle.
    handles: HashMap<String, Role>,
    /// Details without a role in the domain's own block.
    near: Draft,
    /// Details without a role elsewhere.
    far: Draft,
    /// Whether the last key was the registrar's, so that a mailbox is, too.
    after_registrar: bool,
    registrar_organization: Option<String>,
    reseller: Option<String>,
    /// Whose name or handle stood above without a heading, and whether it was a name.
    current: Option<(Role, bool)>,
    open: Option<Open>,
    pending: Option<Pending>,
    /// Lines that tell something about somebody, for the audit.
    told: Vec<usize>,
}

/// What a block between blank lines is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    /// Lines to be walked.
    Plain {
        /// Whether the domain's key is among them.
        of_domain: bool,
    },
    /// An object of its own that is no contact: its dates are not the domain's.
    Foreign,
    /// A contact with its handle.
    Contact(String),
    /// The registrar, whose handle stands in the domain's own block (.sk).
    Registrar,
    /// Somebody else's record: a host that happens to begin with the name.
    Stranger,
}

impl<'l, 'a> Reader<'l, 'a> {
    fn walk(&mut self) {
        self.collect_references();
        if let Some(section) = self.rules.and_then(|rules| rules.opens_with) {
            let (labelled, bare, paused) = (false, false, false);
            self.open = Some(Open { sections: vec![section], indent: 0, inner: None, labelled, bare, paused });
        }
        let mut start = 0;
        while let Some(rest) = self.lines.get(start..).filter(|rest| !rest.is_empty()) {
            let blanks = rest.iter().take_while(|line| line.shape == Shape::Blank).count();
            if blanks > 0 {
                self.blank();
                start += blanks;
                continue;
            }
            let length = rest.iter().take_while(|line| line.shape != Shape::Blank).count();
            let end = start + length;
            match self.block(start, end) {
                Block::Contact(handle) => self.object(start, end, &handle),
                Block::Stranger => {}
                Block::Registrar => self.registrar_object(start, end),
                block => (start..end).for_each(|index| self.line(index, &block)),
            }
            start = end;
        }
    }

    /// Which roles name which handles, wherever they do.
    fn collect_references(&mut self) {
        for line in self.lines {
            if let Shape::Pair(key, value) = &line.shape
                && !value.is_empty()
                && let Some(Meaning::Role(role)) = self.library.meaning(self.rules, key.spellings())
            {
                self.references.push((role, value.to_lowercase()));
            }
        }
    }

    fn is_referred_to(&self, handle: &str) -> bool {
        let handle = handle.to_lowercase();
        self.references.iter().any(|(_, reference)| *reference == handle)
    }

    fn block(&self, start: usize, end: usize) -> Block {
        let lines = self.lines.get(start..end).unwrap_or_default();
        let pairs = || {
            lines.iter().filter_map(|line| match &line.shape {
                Shape::Pair(key, value) => Some((key, *value, line.indent)),
                _ => None,
            })
        };
        let meaning = |key: &Key| self.library.meaning(self.rules, key.spellings());
        let is_domain = |key: &Key| meaning(key) == Some(Meaning::Field(Field::Domain));
        if pairs().next().is_some_and(|(key, ..)| key.spellings().any(|spelling| spelling == "server name"))
            && self.open.is_none()
        {
            return Block::Stranger;
        }
        let of_domain = pairs().any(|(key, value, _)| !value.is_empty() && is_domain(key));
        let has_heading = (start..end).any(|index| !self.heading(index).is_empty());
        if of_domain || has_heading {
            return Block::Plain { of_domain };
        }
        let handle = pairs().enumerate().find_map(|(index, (key, value, _))| {
            // .coop begins each contact with "Contact Type: admin".
            let is_role = index == 0
                && matches!(meaning(key), Some(Meaning::Detail(Detail::Kind)))
                && self.library.role_of(&value.to_lowercase()).is_some();
            let is_handle = is_role
                || matches!(meaning(key), Some(Meaning::Detail(Detail::Handle)))
                || (index == 0
                    && key.spellings().any(|spelling| spelling == "contact")
                    && (self.is_referred_to(value) || self.library.role_of(&value.to_lowercase()).is_some()));
            (is_handle && !value.is_empty()).then_some(value)
        });
        match handle {
            // Below an open heading a handle is one more line of that contact.
            Some(handle) if self.is_referred_to(handle) || self.open.is_none() => Block::Contact(handle.to_lowercase()),
            _ => {
                let mut pairs = pairs();
                let known = self.reading.registrar.name.as_deref();
                let is_registrar = pairs.clone().next().is_some_and(|(key, value, _)| {
                    meaning(key) == Some(Meaning::Field(Field::Registrar))
                        && known == Some(value)
                        && contact::is_handle(value)
                });
                if is_registrar && self.open.is_none() && pairs.clone().nth(1).is_some() {
                    return Block::Registrar;
                }
                let foreign = pairs.next().is_some_and(|(key, value, indent)| {
                    let is_foreign = match meaning(key) {
                        Some(Meaning::Field(Field::Registrar)) => self.reading.registrar.name.is_some(),
                        Some(Meaning::Field(Field::NameServer)) => {
                            self.reading.created.is_some() || self.reading.updated.is_some()
                        }
                        Some(Meaning::Detail(_)) | None => {
                            self.open.is_none() && self.reading.domain.is_some() && indent == 0
                        }
                        _ => false,
                    };
                    is_foreign && !value.is_empty()
                });
                if foreign && pairs.next().is_some() { Block::Foreign } else { Block::Plain { of_domain } }
            }
        }
    }

    /// An object that is the registrar. Its name is what people call it; the handle was all that was known before.
    fn registrar_object(&mut self, start: usize, end: usize) {
        let lines = self.lines;
        for (index, line) in lines.iter().enumerate().take(end).skip(start) {
            let Shape::Pair(key, value) = &line.shape else { continue };
            let is_read = match self.library.meaning(self.rules, key.spellings()) {
                Some(Meaning::Field(Field::Registrar)) => true,
                Some(Meaning::Detail(Detail::Name | Detail::Organization)) if !value.is_empty() => {
                    let name = (*value).to_owned();
                    let known = self.reading.registrar.name.as_deref().is_some_and(|name| !contact::is_handle(name));
                    if !known {
                        self.reading.registrar.name = Some(name.clone());
                    }
                    self.reading.registrar.name == Some(name)
                }
                Some(Meaning::Loose(Field::RegistrarUrl) | Meaning::Field(Field::RegistrarUrl)) => {
                    self.registrar_url(value)
                }
                _ => false,
            };
            if is_read {
                self.mark(index);
            }
        }
    }

    /// An object that is a contact.
    fn object(&mut self, start: usize, end: usize, handle: &str) {
        // Objects close whatever section stood above them.
        self.open = None;
        let mut object = Object::default();
        let mut going_on = None;
        let lines = self.lines;
        for (index, line) in lines.iter().enumerate().take(end).skip(start) {
            match &line.shape {
                Shape::Pair(key, value) => {
                    let meaning = self.library.meaning(self.rules, key.spellings());
                    let detail = match meaning {
                        Some(Meaning::Detail(detail)) => Some(detail),
                        Some(Meaning::Contact(Role::Registrant, Detail::Description)) => Some(Detail::Description),
                        _ => self.library.detail(key.spellings()),
                    };
                    going_on = detail;
                    // .no gives name servers a handle and an object of their own, like contacts.
                    if meaning == Some(Meaning::Field(Field::NameServer)) && self.name_servers(value) {
                        object.lines.push(index);
                        self.mark(index);
                    } else if value.eq_ignore_ascii_case(handle) {
                        object.lines.push(index);
                    } else if let Some(detail) = detail
                        && object.draft.put(detail, value, false)
                    {
                        object.lines.push(index);
                        if audit::is_told(Meaning::Detail(detail)) {
                            self.told.push(index);
                        }
                    }
                }
                Shape::Bare => {
                    if let Some(detail @ (Detail::Street | Detail::Description)) = going_on
                        && object.draft.put(detail, line.text, false)
                    {
                        object.lines.push(index);
                    }
                }
                Shape::Comment(_) | Shape::Blank => {}
            }
        }
        self.objects.entry(handle.to_owned()).or_insert(object);
    }

    /// The sections that a line opens if it is a heading.
    fn heading(&self, index: usize) -> Vec<Section> {
        let Some(line) = self.lines.get(index) else { return Vec::new() };
        match &line.shape {
            // "[Tech]", or "Contact Information: [公開連絡窓口]".
            Shape::Pair(key, value) if value.is_empty() || (value.starts_with('[') && value.ends_with(']')) => {
                let label = line.text.strip_suffix(value).unwrap_or(line.text).trim();
                let text = label.trim_end_matches(':').trim_matches(['*', '[', ']', ' ']);
                let sections = self.library.sections(self.rules, text, key.spellings());
                if !sections.is_empty() && self.opens(index, &sections) { sections } else { Vec::new() }
            }
            // "g [Registrant Code]   SHOP1.ORG": the handle of the contact that the lines below describe.
            Shape::Pair(key, _) if self.rules.is_some_and(|rules| rules.handles_in_headings) => self
                .rules
                .and_then(|rules| key.spellings().find_map(|key| rules.sections.get(key).copied()))
                .into_iter()
                .collect(),
            Shape::Bare if line.text.len() <= LONGEST_HEADING => {
                // A bare line is text more often than a heading; only at the margin of what is open it may be one.
                let inside = self.open.as_ref().is_some_and(|open| {
                    !open.paused && (line.indent > open.indent || (open.bare && !open.labelled && !open.is_indented()))
                });
                if inside {
                    return Vec::new();
                }
                let key = Key::new(line.text.trim_matches(['*', ' ', ':']));
                let sections = self.library.sections(self.rules, line.text, key.spellings());
                let opens = !sections.is_empty() && (self.has_content_below(index) || self.opens(index, &sections));
                if opens { sections } else { Vec::new() }
            }
            Shape::Comment(text) if self.rules.is_some_and(|rules| rules.comment_headings) => {
                let key = Key::new(text.trim_end_matches(':'));
                self.library.sections(self.rules, text.trim_end_matches(':'), key.spellings())
            }
            _ => Vec::new(),
        }
    }

    fn has_content_below(&self, index: usize) -> bool {
        self.lines
            .get(index.saturating_add(1)..)
            .unwrap_or_default()
            .iter()
            .find(|line| !matches!(line.shape, Shape::Comment(_)))
            .is_some_and(|line| line.shape != Shape::Blank)
    }

    /// Whether a key without a value is a heading: the lines below it are its matter, not keys of their own.
    fn opens(&self, index: usize, sections: &[Section]) -> bool {
        let Some(line) = self.lines.get(index) else { return false };
        let below = self.lines.get(index.saturating_add(1)..).unwrap_or_default();
        let mut blanks = 0_usize;
        let next = below.iter().find(|line| {
            blanks += usize::from(line.shape == Shape::Blank);
            !matches!(line.shape, Shape::Blank | Shape::Comment(_))
        });
        let Some(next) = next else { return false };
        let in_brackets = line.text.starts_with('[');
        if next.indent > line.indent || in_brackets {
            return in_brackets || matches!(next.shape, Shape::Pair(..)) || !sections.contains(&Section::Domain);
        }
        match &next.shape {
            Shape::Pair(key, _) => {
                let meaning = self.library.meaning(self.rules, key.spellings());
                let of_section = |section: &Section| match section {
                    Section::Contact(role) => match meaning {
                        Some(Meaning::Contact(other, _)) => other == *role,
                        Some(Meaning::Detail(_)) => true,
                        _ => false,
                    },
                    Section::Registrar => {
                        matches!(meaning, Some(Meaning::Detail(_) | Meaning::Loose(Field::RegistrarUrl)))
                            || matches!(meaning, Some(Meaning::Field(Field::Registrar)) if blanks == 0)
                    }
                    Section::NameServers => matches!(meaning, Some(Meaning::Field(Field::NameServer)) | None),
                    Section::Domain => true,
                    Section::Statuses => false,
                    Section::Other => matches!(meaning, Some(Meaning::Detail(_)) | None),
                };
                sections.iter().all(of_section)
            }
            // A value on the next line, or the section's first bare line.
            _ => !sections.contains(&Section::Domain),
        }
    }

    fn blank(&mut self) {
        self.pending = None;
        self.current = None;
        self.after_registrar = false;
        if let Some(open) = &mut self.open
            && open.inner.is_some()
        {
            if open.is_indented() {
                open.paused = true;
            } else {
                self.open = None;
            }
        }
    }

    fn mark(&mut self, index: usize) {
        if let Some(read) = self.reading.read.get_mut(index) {
            *read = true;
        }
    }

    fn line(&mut self, index: usize, block: &Block) {
        let lines = self.lines;
        let Some(line) = lines.get(index) else { return };
        let sections = self.heading(index);
        if !sections.is_empty() {
            self.open =
                Some(Open { sections, indent: line.indent, inner: None, labelled: false, bare: false, paused: false });
            self.pending = None;
            self.after_registrar = false;
            self.mark(index);
            return;
        }
        match &line.shape {
            Shape::Pair(key, value) => {
                if self.open.as_ref().is_some_and(|open| open.is_indented() && line.indent <= open.indent) {
                    self.open = None;
                }
                if self.pair(index, key, value, line.indent, block) {
                    self.mark(index);
                }
            }
            Shape::Bare => {
                if self.bare(index, line.text, line.indent) {
                    self.mark(index);
                }
            }
            // An empty comment parts what belongs together from what does not, as a blank line does elsewhere.
            Shape::Comment("") => {
                self.after_registrar = false;
                self.current = None;
            }
            Shape::Comment(_) | Shape::Blank => {}
        }
    }

    /// A labelled line. Whether it was read.
    fn pair(&mut self, index: usize, key: &Key, value: &str, indent: usize, block: &Block) -> bool {
        let Some(meaning) = self.meaning_here(key, block, indent) else {
            // "No:114 …" below an address goes on with it.
            let goes_on = self.pending.as_ref().is_some_and(|pending| !pending.empty && indent > pending.indent + 2);
            if goes_on {
                let text = self.lines.get(index).map(|line| line.text).unwrap_or_default();
                return self.bare(index, text, indent);
            }
            self.pending = None;
            // Among bare lines, a label that nobody knows is no label: "c/o: Ann Example".
            let is_bare = self.open.as_ref().is_some_and(|open| {
                (open.bare || open.inner.is_none()) && !open.labelled && !open.paused && indent > open.indent
            });
            let text = self.lines.get(index).map(|line| line.text).unwrap_or_default();
            return is_bare && self.bare(index, text, indent);
        };
        self.pending = None;
        if let Some(open) = &mut self.open {
            open.inner.get_or_insert(indent);
            open.labelled = true;
        }
        let empty = value.is_empty();
        self.pending = Some(Pending { meaning, indent, empty });
        if empty {
            // Known and empty: there is nothing to lose.
            return true;
        }
        if audit::is_told(meaning) {
            self.told.push(index);
        }
        self.apply(meaning, value, index)
    }

    /// What a key means where it stands.
    fn meaning_here(&self, key: &Key, block: &Block, indent: usize) -> Option<Meaning> {
        let meaning = self.library.meaning(self.rules, key.spellings());
        let inside = self.open.as_ref().filter(|open| !open.paused || indent > open.indent);
        let Some(open) = inside else {
            return match (meaning, block) {
                (Some(Meaning::Loose(_)), Block::Foreign) => None,
                (meaning, _) => meaning,
            };
        };
        match open.sections.first() {
            Some(Section::Contact(_)) => match meaning {
                Some(Meaning::Contact(..) | Meaning::Detail(_)) => meaning,
                other => match (self.library.detail(key.spellings()), other) {
                    (Some(detail), _) => Some(Meaning::Detail(detail)),
                    // The contact's own dates, unless the contact is over.
                    (None, Some(Meaning::Loose(_))) if !open.paused => None,
                    (None, other) => other,
                },
            },
            Some(Section::Registrar) => match meaning {
                Some(Meaning::Detail(Detail::Name)) => Some(Meaning::Field(Field::Registrar)),
                Some(Meaning::Detail(Detail::Organization)) => Some(Meaning::Detail(Detail::Organization)),
                Some(Meaning::Loose(Field::RegistrarUrl)) => Some(Meaning::Field(Field::RegistrarUrl)),
                Some(Meaning::Detail(_)) => Some(Meaning::Field(Field::RegistrarDetail)),
                Some(Meaning::Loose(_)) if !open.paused => None,
                other => other,
            },
            Some(Section::NameServers) => match meaning {
                Some(Meaning::Field(Field::Domain)) if open.inner.is_some() && !open.paused => None,
                Some(Meaning::Field(_) | Meaning::Contact(..) | Meaning::Role(_)) => meaning,
                Some(Meaning::Loose(_)) if open.paused => meaning,
                _ if open.paused => meaning,
                Some(Meaning::Loose(_) | Meaning::Detail(Detail::Handle)) => None,
                _ => Some(Meaning::Field(Field::NameServer)),
            },
            Some(Section::Other) => match meaning {
                Some(Meaning::Detail(_)) => None,
                Some(Meaning::Loose(_)) if !open.paused => None,
                other => other,
            },
            Some(Section::Domain) if meaning == Some(Meaning::Detail(Detail::Name)) => {
                Some(Meaning::Field(Field::Domain))
            }
            Some(Section::Domain | Section::Statuses) | None => meaning,
        }
    }

    /// A line without a label. Whether it was read.
    fn bare(&mut self, index: usize, text: &str, indent: usize) -> bool {
        if let Some(pending) = &self.pending {
            let (meaning, empty) = (pending.meaning, pending.empty);
            let is_list = matches!(
                meaning,
                Meaning::Field(Field::NameServer | Field::Status)
                    | Meaning::Detail(Detail::Street | Detail::Description)
                    | Meaning::Contact(_, Detail::Street | Detail::Description)
            );
            if (empty || is_list) && (indent > pending.indent || (empty && indent == pending.indent)) {
                let is_scalar_in_section = empty && !is_list && self.open.as_ref().is_some_and(|open| open.bare);
                if !is_scalar_in_section {
                    if !is_list {
                        self.pending = None;
                    }
                    if let Some(open) = &mut self.open {
                        open.inner.get_or_insert(indent);
                    }
                    if audit::is_told(meaning) {
                        self.told.push(index);
                    }
                    return self.apply(meaning, text, index);
                }
            }
        }
        if self.open.is_none()
            && let Some((role, _)) = self.current
        {
            // An address label whose first line has a key: "Domain Holder: Example Ltd".
            self.drafts.entry(role).or_default().put_bare(index, text);
            self.told.push(index);
            return true;
        }
        // "Address" alone, and its lines below.
        if let Some(open) = &self.open
            && open.labelled
            && let Some(detail @ (Detail::Street | Detail::Phone | Detail::Fax | Detail::Email)) =
                self.library.detail([fold(text).as_str()].into_iter())
        {
            self.pending = Some(Pending { meaning: Meaning::Detail(detail), indent, empty: true });
            return true;
        }
        let Some(open) = &mut self.open else { return false };
        // Name servers and the lines of a label may have blank lines between them, as long as they stay in their column.
        let goes_on = match open.sections.first() {
            Some(Section::NameServers) => indent > open.indent,
            Some(Section::Contact(_)) => indent > open.indent && open.bare && open.inner == Some(indent),
            _ => false,
        };
        if open.paused && !goes_on {
            return false;
        }
        if open.is_indented() && indent <= open.indent {
            self.open = None;
            return false;
        }
        open.inner.get_or_insert(indent);
        let (labelled, first_bare) = (open.labelled, !open.bare);
        let sections = open.sections.clone();
        let read = match sections.first() {
            Some(Section::NameServers) => {
                return self.name_servers(text);
            }
            Some(Section::Registrar) => self.registrar_line(text, first_bare && !labelled),
            Some(Section::Statuses) => {
                self.status(text);
                true
            }
            Some(Section::Contact(_)) if !labelled || !first_bare => {
                for section in &sections {
                    if let Section::Contact(role) = section {
                        self.drafts.entry(*role).or_default().put_bare(index, text);
                    }
                }
                self.told.push(index);
                true
            }
            // A lone line below labelled ones is a note: "NOT DISCLOSED".
            _ => false,
        };
        if let Some(open) = &mut self.open {
            open.bare |= read;
        }
        read
    }

    /// A bare line of the registrar's: its name first, then its address.
    fn registrar_line(&mut self, text: &str, first: bool) -> bool {
        if text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.") {
            return self.registrar_url(text);
        }
        if first { self.apply(Meaning::Field(Field::Registrar), text, 0) } else { false }
    }

    /// Puts a value where its meaning says. Whether there was a place for it.
    fn apply(&mut self, meaning: Meaning, value: &str, index: usize) -> bool {
        match meaning {
            Meaning::Field(field) | Meaning::Loose(field) => {
                self.current = None;
                self.field(field, value)
            }
            Meaning::Contact(role, detail) => {
                let last_wins = self.last_wins;
                self.drafts.entry(role).or_default().put(detail, value, last_wins)
            }
            Meaning::Role(role) => {
                let values = self.wholes.entry(role).or_default();
                if self.last_wins {
                    values.clear();
                }
                values.push((value.to_owned(), index));
                // An address may follow: "Owner: Example Ltd" and below it "Address: …".
                self.current = Some((role, !contact::is_handle(value) && !is_code(value)));
                // Whether it is read is known when the objects are.
                false
            }
            Meaning::Detail(detail) => self.detail(detail, value),
        }
    }

    fn detail(&mut self, detail: Detail, value: &str) -> bool {
        let open = self.open.as_ref().map(|open| open.sections.clone()).unwrap_or_default();
        let roles: Vec<Role> = open
            .iter()
            .filter_map(|section| match section {
                Section::Contact(role) => Some(*role),
                _ => None,
            })
            .collect();
        if !roles.is_empty() {
            let mut read = false;
            for role in roles {
                if detail == Detail::Handle {
                    self.handles.entry(value.to_lowercase()).or_insert(role);
                }
                // A second contact of the same role begins again with its own name; the first is kept.
                read |= self.drafts.entry(role).or_default().put(detail, value, false);
            }
            return read;
        }
        if open.first() == Some(&Section::Registrar) {
            if detail == Detail::Organization && self.registrar_organization.is_none() {
                self.registrar_organization = Some(value.to_owned());
                return true;
            }
            return false;
        }
        if let Some((role, true)) = self.current {
            return self.drafts.entry(role).or_default().put(detail, value, false);
        }
        if self.after_registrar && !matches!(detail, Detail::Description) {
            return false;
        }
        if self.reading.domain.is_some() {
            self.near.put(detail, value, false)
        } else {
            self.far.put(detail, value, false)
        }
    }

    fn field(&mut self, field: Field, value: &str) -> bool {
        self.after_registrar = matches!(
            field,
            Field::Registrar | Field::Reseller | Field::RegistrarUrl | Field::RegistrarDetail | Field::RegistrarIanaId
        );
        match field {
            Field::Domain => {
                let Some(domain) = domain(value) else { return false };
                match &self.reading.domain {
                    Some(known) => *known == domain,
                    None => {
                        self.reading.domain = Some(domain);
                        true
                    }
                }
            }
            Field::Created | Field::Updated | Field::Expires => {
                let Some(moment) = self.dates.read(value) else { return false };
                let history = self.rules.is_some_and(|rules| rules.history);
                let field = if history && value.ends_with("(Assigned)") { Field::Created } else { field };
                if history && field == Field::Updated {
                    self.reading.updated = self.reading.updated.max(Some(moment));
                    return true;
                }
                let place = match field {
                    Field::Created => &mut self.reading.created,
                    Field::Updated => &mut self.reading.updated,
                    _ => &mut self.reading.expires,
                };
                if place.is_none() || self.last_wins {
                    *place = Some(moment);
                    return true;
                }
                *place == Some(moment)
            }
            Field::Registrar => {
                let (name, url) = registrar_name(value);
                if let Some(url) = url {
                    self.registrar_url(url);
                }
                let Some(name) = name else { return false };
                let place = &mut self.reading.registrar.name;
                if place.is_none() || self.last_wins {
                    *place = Some(name);
                    return true;
                }
                place.as_ref() == Some(&name)
            }
            // In .tw that is the registrar; where a registrar is named, it is not.
            Field::Reseller => put_once(&mut self.reseller, registrar_name(value).0.as_deref().unwrap_or_default()),
            Field::RegistrarUrl => self.registrar_url(value),
            Field::RegistrarIanaId => {
                let id = value.trim();
                if noise::judge(id).is_some() {
                    return true;
                }
                put_once(&mut self.reading.registrar.iana_id, id)
            }
            Field::RegistrarAbuseEmail => match contact::mailbox(value) {
                Some((_, email)) => put_once(&mut self.reading.registrar.abuse_email, &email),
                None => false,
            },
            Field::RegistrarDetail => false,
            Field::NameServer => self.name_servers(value),
            Field::Status => {
                // "OK-UNTIL 20300203000000" (.ua).
                if self.reading.expires.is_none()
                    && let Some(at) = value.to_ascii_lowercase().find("until ")
                {
                    self.reading.expires =
                        value.get(at.saturating_add("until ".len())..).and_then(|date| self.dates.read(date));
                }
                self.status(value);
                true
            }
            Field::Referral => {
                let server = value.trim().trim_end_matches('.').to_ascii_lowercase();
                let server = server.rsplit("://").next().unwrap_or_default();
                let server = server.split(['/', ' ']).next().unwrap_or_default();
                !server.contains('.') || put_once(&mut self.reading.referral, server)
            }
            Field::Nothing => true,
        }
    }

    fn registrar_url(&mut self, value: &str) -> bool {
        let url = value.split_whitespace().next().unwrap_or_default();
        if !url.contains('.') {
            return false;
        }
        put_once(&mut self.reading.registrar.url, url)
    }

    /// Adds the hosts of a line. Whether there were any.
    fn name_servers(&mut self, text: &str) -> bool {
        let hosts = hosts(text);
        for host in &hosts {
            if !self.reading.name_servers.contains(host) {
                self.reading.name_servers.push(host.clone());
            }
        }
        !hosts.is_empty()
    }

    /// Adds status words.
    fn status(&mut self, text: &str) {
        let text = match text.find("http") {
            Some(at) => text.get(..at).unwrap_or(text),
            None => text,
        };
        let text = text.trim().trim_end_matches(['(', '-', ',', '.']).trim();
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        // "REGISTERED, DELEGATED" is two; a sentence with a comma is one.
        let are_words = parts.iter().all(|part| !part.is_empty() && !part.contains(' '));
        let statuses = if are_words { parts } else { vec![text] };
        for status in statuses.into_iter().filter(|status| !status.is_empty()) {
            if !self.reading.statuses.iter().any(|known| known == status) {
                self.reading.statuses.push(status.to_owned());
            }
        }
    }

    fn finish(mut self) -> Reading {
        if self.reading.registrar.name.is_none() {
            self.reading.registrar.name = self.registrar_organization.take().or_else(|| self.reseller.take());
        }
        let (has_objects, references) = (!self.objects.is_empty(), std::mem::take(&mut self.references));
        for (role, handle) in &references {
            // One section may stand for several roles: "tech-c" names the handle of the administrative contact.
            if let Some(other) = self.handles.get(handle).filter(|other| *other != role)
                && let Some(known) = self.drafts.get(other).cloned()
                && self.drafts.get(role).is_none_or(Draft::is_empty)
            {
                self.drafts.insert(*role, known);
            }
            let Some(object) = self.objects.get(handle) else { continue };
            let draft = self.drafts.entry(*role).or_default();
            if draft.is_empty() || !draft.has_a_name() {
                draft.fill_from(object.draft.clone());
                for index in object.lines.clone() {
                    self.mark(index);
                }
            }
        }
        // IANA writes the role where others write a handle: "contact: administrative".
        let named: Vec<(Role, String)> =
            self.objects.keys().filter_map(|handle| Some((self.library.role_of(handle)?, handle.clone()))).collect();
        for (role, handle) in named {
            if let Some(object) = self.objects.remove(&handle) {
                self.drafts.entry(role).or_default().fill_from(object.draft);
                for index in object.lines {
                    self.mark(index);
                }
            }
        }
        for (role, values) in std::mem::take(&mut self.wholes) {
            let mut texts: Vec<(String, usize)> = Vec::new();
            for (value, index) in values {
                if self.objects.contains_key(&value.to_lowercase()) || self.handles.contains_key(&value.to_lowercase())
                {
                    self.mark(index);
                } else if !(contact::is_handle(&value) || (has_objects && !value.contains(' ')) || is_code(&value)) {
                    // A handle without its object says nothing here, and one word is a handle where others are.
                    if texts.iter().any(|(known, _)| *known == value) {
                        self.mark(index);
                    } else {
                        texts.push((value, index));
                    }
                }
            }
            match texts.as_slice() {
                [] => {}
                [(value, index)] => {
                    // Lines below it make it the first line of an address label.
                    if !self.drafts.entry(role).or_default().put_above(*index, value) {
                        self.whole(role, value);
                    }
                    self.mark(*index);
                    self.told.push(*index);
                }
                // "Owner: Ann Example", "Owner: 1 Example Street": an address label, line by line.
                lines => {
                    for (value, index) in lines {
                        self.drafts.entry(role).or_default().put_bare(*index, value);
                        self.mark(*index);
                        self.told.push(*index);
                    }
                }
            }
        }
        let near = std::mem::take(&mut self.near);
        let far = std::mem::take(&mut self.far);
        let registrant = self.drafts.entry(Role::Registrant).or_default();
        if !near.is_empty() {
            registrant.fill_from(near);
        }
        if registrant.is_empty() {
            registrant.fill_from(far);
        }
        for role in Role::ALL {
            let Some(draft) = self.drafts.remove(&role) else { continue };
            let Finished { contact, written, unplaced } = draft.finish(role, self.rules);
            for index in unplaced {
                if let Some(read) = self.reading.read.get_mut(index) {
                    *read = false;
                }
            }
            if contact != Contact::default() {
                self.reading.contacts.insert(role, contact);
            }
            if written != Contact::default() {
                self.reading.written.insert(role, written);
            }
        }
        self.audit();
        self.reading
    }

    /// `Registrant: Example Ltd`: a name, or a mailbox, or the organisation of the person who is named apart.
    fn whole(&mut self, role: Role, value: &str) {
        let last_wins = self.last_wins;
        let draft = self.drafts.entry(role).or_default();
        match contact::mailbox(value) {
            Some((before, email)) => {
                draft.put(Detail::Email, &email, last_wins);
                let before = before.trim().trim_end_matches([',', '<', '(']).trim();
                if !before.is_empty() {
                    draft.put(Detail::Name, before, last_wins);
                }
            }
            None if value.contains("://") => {}
            None if draft.has_a_name() => draft.is_an_organization(value),
            None => {
                draft.put(Detail::Name, value, last_wins);
            }
        }
    }
}

/// Sets a field that is not set yet. Whether the value stands in it now.
fn put_once(place: &mut Option<String>, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return true;
    }
    place.get_or_insert_with(|| value.to_owned()) == value
}

/// One word with digits in it: a handle in lower case.
fn is_code(value: &str) -> bool {
    !value.contains([' ', '.', '@']) && value.chars().filter(char::is_ascii_digit).count() >= 2
}

/// A domain's name as a record keeps it. Some registries write a remark behind it.
fn domain(value: &str) -> Option<String> {
    let name = value.split_whitespace().next()?.trim_matches(['"', '\'', '(', ')', '[', ']', '.', ',', ';']);
    let fits = !name.is_empty() && !name.contains(['/', '@', ':']) && name.chars().any(char::is_alphanumeric);
    fits.then(|| name.to_lowercase())
}

/// A registrar's name without its tag, its handle and its web site, and the web site.
fn registrar_name(value: &str) -> (Option<String>, Option<&str>) {
    let mut name = value.trim();
    let mut url = None;
    // "[Tag = EXAMPLE]" (.uk), "[ ID = EXAMPLE ]" (.za).
    if let Some((before, tag)) = name.split_once('[')
        && tag.contains('=')
        && tag.ends_with(']')
    {
        name = before.trim();
    }
    if let Some((before, inside)) = name.rsplit_once('(')
        && let Some(inside) = inside.strip_suffix(')')
    {
        let inside = inside.trim();
        let is_url = inside.starts_with("http") || inside.starts_with("www.");
        if is_url {
            url = Some(inside);
        }
        if (is_url || contact::is_handle(inside)) && !before.trim().is_empty() {
            name = before.trim();
        }
    }
    if let Some(at) = name.find("http://").or_else(|| name.find("https://"))
        && let Some((before, after)) = name.split_at_checked(at)
    {
        url = after.split_whitespace().next();
        name = before.trim().trim_end_matches(['(', '-', ',', ':']).trim();
    }
    // .uk says so in words, for its own registry and for nobody.
    if name.to_ascii_lowercase().contains("registered directly with nominet") {
        return (Some("Nominet".to_owned()), url);
    }
    let is_none = name.to_ascii_lowercase().starts_with("no registrar");
    let is_filler = is_none || noise::judge(name).is_some_and(|noise| noise.kind == NoiseKind::Placeholder);
    ((!name.is_empty() && !is_filler).then(|| name.to_owned()), url)
}

/// What .uz writes where a host has no address.
const NO_HOST: &str = "not.defined";

/// The host names of a line, without addresses, numbering and remarks.
fn hosts(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "[](),;|<>".contains(c)).filter(|word| !word.is_empty()).collect();
    // "shop.example NS ns1.shop.example." says whose server it is.
    let words = match words.iter().position(|word| word.eq_ignore_ascii_case("NS")) {
        Some(at) if at > 0 => words.get(at.saturating_add(1)..).unwrap_or_default(),
        _ => words.as_slice(),
    };
    words.iter().filter_map(|word| host(word)).collect()
}

fn host(word: &str) -> Option<String> {
    let name = word.trim_matches(['.', ':', '"', '\'', '-', '*']).to_lowercase();
    let (above, last) = name.rsplit_once('.')?;
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let fits = above.split('.').all(label)
        && label(last)
        && last.len() >= 2
        && name != NO_HOST
        && last.chars().any(char::is_alphabetic)
        && !last.chars().all(|c| c.is_ascii_digit());
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_every_layout() {
        for (text, expected) in [
            ("NS1.SHOP.EXAMPLE", vec!["ns1.shop.example"]),
            ("ns1.shop.example. 192.0.2.1", vec!["ns1.shop.example"]),
            ("ns1.shop.example [192.0.2.1]", vec!["ns1.shop.example"]),
            ("ns1.shop.example (2001:db8::1)", vec!["ns1.shop.example"]),
            ("ns1.shop.example, ns2.shop.example", vec!["ns1.shop.example", "ns2.shop.example"]),
            ("1. ns1.shop.example", vec!["ns1.shop.example"]),
            ("shop.example NS ns1.shop.example.", vec!["ns1.shop.example"]),
            ("ns1.shop.example [OK]", vec!["ns1.shop.example"]),
            ("No nameserver", vec![]),
            ("192.0.2.1", vec![]),
            ("2001:db8::1", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(hosts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_registrars_name_is_freed_from_what_hangs_on_it() {
        for (text, name, url) in [
            ("Example Registrar", Some("Example Registrar"), None),
            ("Example Registrar Ltd t/a Registrar [Tag = EXAMPLE]", Some("Example Registrar Ltd t/a Registrar"), None),
            ("Example Registrar [ ID = EXAMPLE ]", Some("Example Registrar"), None),
            ("Example Registrar (R42-LROR)", Some("Example Registrar"), None),
            (
                "Example Registrar (http://registrar.example)",
                Some("Example Registrar"),
                Some("http://registrar.example"),
            ),
            ("Example Registrar ( https://r.example/1 )", Some("Example Registrar"), Some("https://r.example/1")),
            ("Example (Registrar) Ltd", Some("Example (Registrar) Ltd"), None),
            ("N/A", None, None),
            ("", None, None),
        ] {
            assert_eq!(registrar_name(text), (name.map(str::to_owned), url), "{text}");
        }
    }

    #[test]
    fn a_domain_is_one_word_in_lower_case() {
        assert_eq!(domain("SHOP.EXAMPLE is Active").as_deref(), Some("shop.example"));
        assert_eq!(domain("\"shop.example.\"").as_deref(), Some("shop.example"));
        assert_eq!(domain("http://shop.example/"), None);
        assert_eq!(domain(""), None);
    }
}
