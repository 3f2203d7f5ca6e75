//! A loaded case: its facts, ordered and indexed.
//!
//! Every answer is derived from facts, so a case cannot contradict itself: there is no second list of "the domains behind
//! this name server" to forget.

use std::{collections::BTreeMap, path::Path};

use jiff::civil::Date;

use super::{
    assessments::Assessments,
    certificates::Certificates,
    folder::read_folder,
    names::Names,
    networks::Networks,
    pattern::Search,
    problem::{CaseErrors, Problems},
    read::{self, Draft, Limits},
    registrations::Registrations,
    span::Span,
    websites::Websites,
};
use crate::{
    lookup::{DiscoveryQuery, LookupKind},
    observable::HostName,
};

/// A named, closed world: what it does not hold does not exist.
#[derive(Debug)]
pub struct Case {
    about: About,
    pub(super) registrations: Registrations,
    pub(super) names: Names,
    pub(super) networks: Networks,
    pub(super) certificates: Certificates,
    pub(super) assessments: Assessments,
    pub(super) websites: Websites,
}

/// What `case.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The short name: small letters, digits and hyphens.
    pub name: String,
    /// The title for people.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// The day on which it plays.
    pub as_of: Date,
    /// The language of the texts, a tag of BCP 47.
    pub language: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The terms of use.
    pub licence: Option<String>,
    /// What participants are asked, in order.
    pub exercises: Vec<Exercise>,
}

/// A question to the participants of a workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The question.
    pub question: String,
    /// The answer, for the trainer.
    pub answer: Option<String>,
}

/// How much a case holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Domains with at least one WHOIS snapshot.
    pub domains: usize,
    /// WHOIS snapshots.
    pub whois_records: usize,
    /// DNS records.
    pub dns_records: usize,
    /// Networks.
    pub networks: usize,
    /// Certificates.
    pub certificates: usize,
    /// Names and addresses with a reputation.
    pub reputations: usize,
    /// Accusations.
    pub threats: usize,
    /// Web sites.
    pub websites: usize,
    /// Mailboxes that something is known about.
    pub mailboxes: usize,
}

impl Case {
    /// Reads a case from its files: paths relative to its folder, with `/`, and contents, in any order. Files that are
    /// neither `case.toml` nor `*.jsonl` are left alone.
    ///
    /// # Errors
    /// Everything that is wrong with the case.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, CaseErrors> {
        read::read(files, Limits::STANDARD, Problems::default()).map(Self::from_draft)
    }

    /// Reads a case from its folder, also from folders below it. Hidden files and folders are left alone.
    ///
    /// # Errors
    /// Everything that is wrong with the case, including files that cannot be read.
    pub fn from_folder(folder: &Path) -> Result<Self, CaseErrors> {
        let (files, problems) = read_folder(folder)?;
        read::read(files, Limits::STANDARD, problems).map(Self::from_draft)
    }

    /// What `case.toml` says.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// How much it holds.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            domains: self.registrations.domains(),
            whois_records: self.registrations.records(),
            dns_records: self.names.records(),
            networks: self.networks.len(),
            certificates: self.certificates.len(),
            reputations: self.assessments.reputations(),
            threats: self.assessments.threats(),
            websites: self.websites.len(),
            mailboxes: self.assessments.mailboxes(),
        }
    }

    /// Whether the name occurs anywhere in the case: registered, resolved, above or below such a name, as the target of
    /// a record, in a certificate, as a web site, or as what somebody has an opinion of.
    #[must_use]
    pub fn knows(&self, name: &HostName) -> bool {
        self.registrations.know(name)
            || self.names.know(name)
            || self.certificates.of(name).next().is_some()
            || self.websites.of(name).is_some()
            || self.assessments.know(name)
    }

    /// Whether there is any fact that could answer questions of a kind. It is asked for the kinds that many cases leave
    /// out; about domains and what they point to, every case has something to say.
    pub(super) fn holds(&self, kind: LookupKind) -> bool {
        match kind {
            LookupKind::Reputation => self.assessments.reputations() > 0,
            LookupKind::Threats => self.assessments.threats() > 0,
            LookupKind::WebsiteContacts => self.websites.len() > 0,
            LookupKind::WebsiteCategories => self.websites.have_categories(),
            LookupKind::EmailVerification => self.assessments.mailboxes() > 0,
            LookupKind::Pointers | LookupKind::NameServerRegistration | LookupKind::RegistryContact => false,
            _ => true,
        }
    }

    /// The names that match patterns, and from when to when each was seen: domains with all that is below them, or names
    /// below domains.
    pub(super) fn names_like(&self, query: &DiscoveryQuery) -> BTreeMap<HostName, Span> {
        let search = Search::new(query);
        let mut found: BTreeMap<HostName, Span> = BTreeMap::new();
        for (name, seen) in self.registrations.seen().chain(self.names.seen()) {
            let Some(domain) = name.registrable() else { continue };
            let below = name.as_str().strip_suffix(domain.as_str()).unwrap_or_default().trim_end_matches('.');
            if search.matches(domain.as_str(), below) {
                let name = if search.is_below() { name.clone() } else { domain };
                found.entry(name).or_default().widen(seen);
            }
        }
        found.retain(|_, seen| query.since.is_none_or(|since| seen.begins_on_or_after(since)));
        found
    }

    fn from_draft(draft: Draft) -> Self {
        let Draft { about, whois, dns, networks, certificates, assessments, websites } = draft;
        let text = |text: super::fields::Text| text.0;
        let about = About {
            name: about.name.0,
            title: about.title.0,
            summary: about.summary.0,
            as_of: about.as_of.0,
            language: about.language.map(text),
            author: about.author.map(text),
            licence: about.licence.map(text),
            exercises: about
                .exercises
                .into_iter()
                .map(|line| Exercise { question: line.question.0, answer: line.answer.map(text) })
                .collect(),
        };
        let names = Names::new(dns);
        Self {
            registrations: Registrations::new(about.as_of, whois),
            assessments: assessments.with_mail_servers(&names),
            names,
            networks: Networks::new(networks),
            certificates: Certificates::new(certificates),
            websites,
            about,
        }
    }
}
