//! Names like a pattern: brands in other people's domains, spellings of one's own.

use jiff::civil::Date;

/// Which names to look for. At least one list holds a pattern to include.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DiscoveryQuery {
    /// Patterns on the registrable domain.
    pub domains: NamePatterns,
    /// Patterns on the labels below it.
    pub subdomains: NamePatterns,
    /// Only names that were first seen on this day or later.
    pub since: Option<Date>,
}

/// Patterns: texts with `*` for any run of characters, at either end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct NamePatterns {
    /// At least one of these must match.
    pub include: Vec<String>,
    /// None of these may match.
    pub exclude: Vec<String>,
}

impl NamePatterns {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    fn key(&self) -> String {
        let sorted = |patterns: &[String]| {
            let mut patterns: Vec<String> = patterns.iter().map(|pattern| pattern.trim().to_lowercase()).collect();
            patterns.sort_unstable();
            patterns.dedup();
            patterns
        };
        format!("{:?} without {:?}", sorted(&self.include), sorted(&self.exclude))
    }
}

impl DiscoveryQuery {
    /// Domains that match a pattern.
    #[must_use]
    pub fn domains_like(pattern: impl Into<String>) -> Self {
        let domains = NamePatterns { include: vec![pattern.into()], exclude: Vec::new() };
        Self { domains, ..Self::default() }
    }

    /// Equal for queries that mean the same.
    pub(super) fn key(&self) -> String {
        let since = self.since.map(|day| format!(" since {day}")).unwrap_or_default();
        format!("domains {} subdomains {}{since}", self.domains.key(), self.subdomains.key())
    }
}
