//! `namehound transforms`: what can be asked.

use std::process::ExitCode;

use transforms::Catalogue;

use super::out;
use crate::present::{self, CatalogueFormat};

/// How to list.
#[derive(Debug, clap::Args)]
pub(super) struct TransformsArguments {
    /// The form of the list
    #[arg(long, value_enum, default_value_t = CatalogueFormat::Table)]
    format: CatalogueFormat,
}

pub(super) fn list(arguments: &TransformsArguments) -> ExitCode {
    out!("{}", present::catalogue(&Catalogue::standard(), arguments.format).trim_end_matches('\n'));
    ExitCode::SUCCESS
}
