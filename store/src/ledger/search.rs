//! Finding entries again.

use jiff::Timestamp;
use rusqlite::named_params;

use super::{Entry, Ledger, entry};
use crate::{StoreError, column};

/// What to look for. What is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A part of the question or of the transform's name and input, in any case.
    pub text: Option<String>,
    /// The investigation.
    pub case: Option<String>,
    /// The member who asked.
    pub member: Option<String>,
    /// The provider.
    pub provider: Option<String>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// At most so many, the newest first; zero for all.
    pub limit: usize,
}

impl Ledger {
    /// The entries that match, the newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn search(&self, search: Search) -> Result<Vec<Entry>, StoreError> {
        self.database
            .read(move |connection| {
                let limit = if search.limit == 0 { -1 } else { i64::try_from(search.limit).unwrap_or(i64::MAX) };
                // Signs that mean something to LIKE are looked for as they are.
                let pattern = search.text.as_deref().map(|text| {
                    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                    format!("%{escaped}%")
                });
                let mut statement = connection.prepare_cached(
                    "SELECT number, content, text FROM ledger_entries
                     WHERE (:pattern IS NULL OR question LIKE :pattern ESCAPE '\\')
                       AND (:case IS NULL OR case_name = :case)
                       AND (:member IS NULL OR member = :member)
                       AND (:provider IS NULL OR provider = :provider)
                       AND (:since IS NULL OR time >= :since)
                       AND (:until IS NULL OR time < :until)
                     ORDER BY number DESC LIMIT :limit",
                )?;
                let found = statement.query_map(
                    named_params! {
                        ":pattern": pattern,
                        ":case": search.case,
                        ":member": search.member,
                        ":provider": search.provider,
                        ":since": search.since.map(column::from_time),
                        ":until": search.until.map(column::from_time),
                        ":limit": limit,
                    },
                    entry,
                )?;
                Ok(found.collect::<Result<_, _>>()?)
            })
            .await
    }
}
