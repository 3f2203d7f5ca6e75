//! `namehound spend`: who spent what.

use std::process::ExitCode;

use anyhow::Context as _;
use intel::Credits;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::spending::{PurchaseId, ReportBy};

use super::{
    Shared, out,
    stores::{advised, look, open},
};

/// What to do with the spend book.
#[derive(Debug, clap::Subcommand)]
pub(super) enum SpendCommand {
    /// Add up what was spent
    Report {
        /// By what: member, case, provider, service or day
        #[arg(long, default_value = "provider", value_parser = ["member", "case", "provider", "service", "day"])]
        by: String,
        /// From this day on (UTC)
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<Date>,
        /// Before this day (UTC)
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<Date>,
    },
    /// List the purchases of which nobody knows whether they were charged
    Unknown,
    /// Settle such a purchase, after a look at the vendor's account
    Settle {
        /// Its number
        id: i64,
        /// What it cost; 0 if it was not charged
        #[arg(long, value_name = "CREDITS")]
        charged: u64,
    },
}

pub(super) fn spend(shared: &Shared, command: &SpendCommand) -> anyhow::Result<ExitCode> {
    match command {
        SpendCommand::Report { by, since, until } => {
            let opened = look(shared)?;
            let by = match by.as_str() {
                "member" => ReportBy::Member,
                "case" => ReportBy::Case,
                "service" => ReportBy::Service,
                "day" => ReportBy::Day,
                _ => ReportBy::Provider,
            };
            let at = |day: &Option<Date>| day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|it| it.timestamp());
            let (from, to) = (at(since).unwrap_or(Timestamp::UNIX_EPOCH), at(until).unwrap_or(Timestamp::MAX));
            let lines = opened.runtime.block_on(opened.stores.spending.report(by, from, to));
            let lines = lines.map_err(|error| advised(error.analyst_message()))?;
            if lines.is_empty() {
                out!("Nothing was spent.");
            }
            for line in lines {
                let unknown = match line.unsettled_purchases {
                    0 => String::new(),
                    count => format!("\t{count} not settled, up to {}", line.unsettled),
                };
                out!(
                    "{}\t{} purchases\t{}{unknown}",
                    line.name.as_deref().unwrap_or("(nobody)"),
                    line.purchases,
                    line.charged
                );
            }
        }
        SpendCommand::Unknown => {
            let opened = look(shared)?;
            let purchases = opened.runtime.block_on(opened.stores.spending.unresolved(None));
            for purchase in purchases.map_err(|error| advised(error.analyst_message()))? {
                let when = purchase.intended.strftime("%Y-%m-%d %H:%M:%S");
                out!("{}\t{when}\t{}/{}\t{}", purchase.id, purchase.provider, purchase.service, purchase.price);
            }
        }
        SpendCommand::Settle { id, charged } => {
            let opened = open(shared)?;
            let id = PurchaseId(*id);
            let spending = &opened.stores.spending;
            let settled = opened.runtime.block_on(async {
                match charged {
                    0 => spending.not_charged(id, "settled by hand").await,
                    credits => spending.charged(id, Credits(*credits), None).await,
                }
            });
            settled.map_err(|error| advised(error.analyst_message())).context("it was not settled")?;
            out!("Purchase {id} is settled.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
