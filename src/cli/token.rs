//! `namehound token`: what lets somebody in.
//!
//! A member's token is kept in the database, by its hash, and can be withdrawn at any time. A token without a member is a
//! line in the configuration: enough for one person.

use std::process::ExitCode;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use store::{Name, tokens};

use super::{
    Shared, out,
    stores::{advised, look, open},
};
use crate::auth::NewToken;

/// What to do with tokens.
#[derive(Debug, clap::Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token without a member; it is shown once, its hash goes into the configuration
    New,
    /// Make a token for a member; it is shown once
    Issue {
        /// The member
        member: Name,
        /// What to call it, for example the machine it is used on
        #[arg(long, default_value = "token", value_name = "NAME")]
        label: Name,
        /// The case that its questions belong to if they name no other
        #[arg(long, value_name = "NAME")]
        default_case: Option<Name>,
        /// After how many days it ends
        #[arg(long, value_name = "N")]
        days: Option<u16>,
    },
    /// List the members' tokens, without what would let anybody in
    List,
    /// Withdraw a member's token by its number
    Revoke {
        /// The number, as the list shows it
        id: String,
    },
}

pub(super) fn token(shared: &Shared, command: &TokenCommand) -> anyhow::Result<ExitCode> {
    match command {
        TokenCommand::New => {
            let new = NewToken::generate().context("no random numbers from the operating system")?;
            out!("The token, shown only now:\n  {}\n", new.reveal());
            out!("Put its hash into the configuration:\n  [auth]\n  tokens = [\"{}\"]\n", new.hash);
            say_where_it_goes();
        }
        TokenCommand::Issue { member, label, default_case, days } => {
            let opened = open(shared)?;
            let expires = days.and_then(|days| ends_after(opened.clock.now(), days));
            let terms = tokens::NewToken {
                member: member.clone(),
                name: label.clone(),
                default_case: default_case.clone(),
                expires,
            };
            let mut random = [0; tokens::TokenSecret::RANDOM_BYTES];
            getrandom::fill(&mut random).context("no random numbers from the operating system")?;
            let issued = opened.runtime.block_on(opened.stores.tokens.issue(terms, random));
            let (token, secret) = issued.map_err(|error| advised(error.analyst_message()))?;
            out!("The token, shown only now:\n  {}\n", secret.reveal());
            out!("Its number, to withdraw it by: {}", token.id);
            say_where_it_goes();
        }
        TokenCommand::List => {
            let opened = look(shared)?;
            let tokens = opened.runtime.block_on(opened.stores.tokens.list(None));
            for token in tokens.map_err(|error| advised(error.analyst_message()))? {
                let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
                let ends = token.terms.expires.map(|time| format!(", ends {}", day(time))).unwrap_or_default();
                let revoked = token.revoked.map(|time| format!(", revoked {}", day(time))).unwrap_or_default();
                let case = token.terms.default_case.map(|case| format!(", case {case}")).unwrap_or_default();
                out!(
                    "{}\t{}\t{}\tissued {}{case}{ends}{revoked}",
                    token.id,
                    token.terms.member,
                    token.terms.name,
                    day(token.issued)
                );
            }
        }
        TokenCommand::Revoke { id } => {
            let opened = open(shared)?;
            let revoked = opened.runtime.block_on(opened.stores.tokens.revoke(id));
            let token = revoked.map_err(|error| advised(error.analyst_message()))?;
            out!("The token {} of {} opens nothing any more.", token.id, token.terms.member);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn ends_after(now: Timestamp, days: u16) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
}

fn say_where_it_goes() {
    out!(
        "Maltego takes it in the address, https://<server>/t/<token>/seed; other programs may send it as a bearer header."
    );
}
