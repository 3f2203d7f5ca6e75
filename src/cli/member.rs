//! `namehound member`: who uses the server.

use std::process::ExitCode;

use store::{Name, members::Role};

use super::{
    Shared, out,
    stores::{advised, look, open},
};

/// What to do with members.
#[derive(Debug, clap::Subcommand)]
pub(super) enum MemberCommand {
    /// Add somebody; "namehound token issue" then makes what lets them in
    Add {
        /// The name: letters, digits and hyphens
        name: Name,
        /// What they may do: admin, member, or guest (who may buy nothing)
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// List everybody, those who left included
    List,
    /// Withdraw somebody: none of their tokens opens anything from now on
    Revoke {
        /// The name
        name: Name,
    },
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| "it is one of admin, member, guest".to_owned())
}

pub(super) fn member(shared: &Shared, command: &MemberCommand) -> anyhow::Result<ExitCode> {
    match command {
        MemberCommand::Add { name, role } => {
            let opened = open(shared)?;
            let added = opened.runtime.block_on(opened.stores.members.add(name.clone(), *role));
            let added = added.map_err(|error| advised(error.analyst_message()))?;
            out!("{} is a {} now. Make a token: namehound token issue {}", added.name, added.role, added.name);
        }
        MemberCommand::List => {
            let opened = look(shared)?;
            let members = opened.runtime.block_on(opened.stores.members.list());
            let members = members.map_err(|error| advised(error.analyst_message()))?;
            if members.is_empty() {
                out!("There are no members. Add one: namehound member add NAME");
            }
            for member in members {
                let since = member.added.strftime("%Y-%m-%d");
                let until = member.revoked.map(|revoked| format!(", revoked {}", revoked.strftime("%Y-%m-%d")));
                out!("{}\t{}\tsince {since}{}", member.name, member.role, until.unwrap_or_default());
            }
        }
        MemberCommand::Revoke { name } => {
            let opened = open(shared)?;
            let revoked = opened.runtime.block_on(opened.stores.members.revoke(name));
            revoked.map_err(|error| advised(error.analyst_message()))?;
            out!("{name} is withdrawn; none of their tokens opens anything any more.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
