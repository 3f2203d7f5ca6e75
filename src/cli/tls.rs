//! `namehound tls`: a certificate for HTTPS, for people who have none.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use intel::{Clock as _, SystemClock};
use jiff::Timestamp;

use super::{Shared, note, out};
use crate::{
    config::Config,
    http::Server,
    tls::{Certificate, Folder, HostName, LONGEST_DAYS, Made, PemFiles, Scope, Wish, usual_names},
};

/// What to do about HTTPS.
#[derive(Debug, clap::Subcommand)]
pub(super) enum TlsCommand {
    /// Make a private certificate authority and a certificate for this server, or renew the certificate
    Init(InitArguments),
}

/// What the certificate shall be.
#[derive(Debug, clap::Args)]
pub(super) struct InitArguments {
    /// How clients reach this server [default: localhost, 127.0.0.1, ::1 and this machine's name]
    #[arg(value_name = "NAME|ADDRESS")]
    names: Vec<HostName>,
    /// For how many days the server's certificate is good
    #[arg(long, value_name = "N", default_value_t = LONGEST_DAYS, value_parser = days())]
    days: u16,
    /// What a new authority may vouch for later, such as 192.168.0.0/16 (may be given more than once)
    #[arg(long, value_name = "DOMAIN|NETWORK")]
    allow: Vec<Scope>,
    /// Where to put the files [default: tls in the data folder]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Make everything new, authority and keys as well; everybody has to trust the new authority
    #[arg(long)]
    force: bool,
}

fn days() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=i64::from(LONGEST_DAYS))
}

pub(super) fn tls(shared: &Shared, command: &TlsCommand) -> anyhow::Result<ExitCode> {
    match command {
        TlsCommand::Init(arguments) => init(shared, arguments, SystemClock.now()),
    }
}

fn init(shared: &Shared, arguments: &InitArguments, now: Timestamp) -> anyhow::Result<ExitCode> {
    let folder = arguments.dir.as_ref().map_or_else(|| Folder::in_data(&shared.data_dir()), Folder::at);
    let folder = folder.absolute();
    let mut names = arguments.names.clone();
    if names.is_empty() {
        names = usual_names(hostname::get().ok().as_deref().and_then(|name| name.to_str()));
    }
    let wish = Wish { names, later: arguments.allow.clone(), days: arguments.days, force: arguments.force };
    let made = folder.init(&wish, now)?;
    let start = match (&arguments.dir, &shared.data_dir) {
        (Some(_), _) => None,
        (None, Some(data)) => Some(format!("namehound serve --tls --data-dir \"{}\"", data.display())),
        (None, None) => Some("namehound serve --tls".to_owned()),
    };
    tell(&folder, &made, &wish, start.as_deref());
    Ok(ExitCode::SUCCESS)
}

/// Says what was made and what to do next. `start` starts the server with it; without, the files are somewhere else and
/// have to be named.
fn tell(folder: &Folder, made: &Made, wish: &Wish, start: Option<&str>) {
    let (trusted, files) = (folder.authority_certificate(), folder.server());
    if made.authority_is_new {
        out!("Made a private certificate authority. It may vouch for these names only:");
        out!("  {}", joined(made.authority.permitted()));
        describe(&made.authority, &trusted);
        out!("  Keep {} to yourself: with it, anybody can pose as this server.\n", folder.authority_key().display());
    } else {
        out!("The authority in {} is used again: who trusts it need not do anything.", trusted.display());
        if !wish.later.is_empty() {
            out!("  (--allow says what a new authority may vouch for; this one stays as it is.)");
        }
        out!("");
    }
    out!("Made a certificate for this server:");
    out!("  {}", made.server.names.join(", "));
    describe(&made.server, &files.certificate);
    out!("  Renew it before then by running the same command again; a running server notices.\n");
    out!("What to do now:");
    match start {
        Some(start) => out!("  1. Start the server with HTTPS:\n       {start}"),
        None => {
            out!("  1. Put this into the configuration, then start the server (namehound serve):");
            out!("       [server.tls]");
            out!("       certificate = '{}'\n       key = '{}'", files.certificate.display(), files.key.display());
        }
    }
    if made.authority_is_new {
        how_to_trust(&trusted);
    }
}

/// The short form of what docs/https.md explains.
fn how_to_trust(file: &Path) {
    let file = file.display();
    out!("  2. On every machine that uses it, trust {file} (copy that file, never a .key):");
    out!("     Maltego Desktop, with the keytool of the Java it runs on (password: changeit), then restart it:");
    out!("       keytool -importcert -cacerts -alias namehound -file \"{file}\"");
    out!("     Windows, in a terminal of your own account (Chrome and Edge follow):");
    out!("       certutil -user -addstore Root \"{file}\"");
    out!("     macOS (Safari and Chrome follow):");
    out!("       security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db \"{file}\"");
    out!("     Linux (Debian, Ubuntu, Kali):");
    out!("       sudo cp \"{file}\" /usr/local/share/ca-certificates/namehound.crt && sudo update-ca-certificates");
    out!("     Firefox, and Chrome on Linux: Settings, search for \"certificates\", Authorities, Import.");
    out!("     Compare the SHA-256 fingerprint above when you are asked.");
    out!("  More, including how to take it back: docs/https.md");
}

fn describe(certificate: &Certificate, file: &Path) {
    out!("  File:    {}", file.display());
    out!("  Valid:   {} to {} (UTC)", day(certificate.not_before), day(certificate.not_after));
    out!("  SHA-256: {}", certificate.fingerprint);
}

/// One line about the certificate that a server shows, for comparing.
pub(super) fn announce(server: &Server) {
    if let Some(live) = server.live_certificate() {
        let certificate = live.certificate();
        out!(
            "Its certificate is for {} and good until {}. SHA-256: {}",
            certificate.names.join(", "),
            day(certificate.not_after),
            certificate.fingerprint
        );
    }
}

/// Switches HTTPS on if the flag says so, and takes the files in the data folder where the configuration names none.
pub(super) fn choose_files(config: &mut Config, flag: bool, data: &Path) {
    let section = &mut config.server.tls;
    if flag {
        section.enabled = Some(true);
    }
    if section.enabled == Some(true) && section.certificate.is_none() && section.key.is_none() {
        let PemFiles { certificate, key } = Folder::in_data(data).server();
        section.certificate = Some(certificate.to_string_lossy().into_owned());
        section.key = Some(key.to_string_lossy().into_owned());
    }
}

/// Reads the certificate that the configuration asks for, if it asks for HTTPS, and says what is worrying about it.
pub(super) fn check(config: &mut Config, data: &Path, now: Timestamp) -> anyhow::Result<()> {
    choose_files(config, false, data);
    if let Some(files) = config.server.tls.files()? {
        let certificate = files.load(now)?.certificate;
        for concern in certificate.concerns(now, config.server.public_url.as_deref()) {
            note!("{concern}");
        }
    }
    Ok(())
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn joined(scopes: &[Scope]) -> String {
    scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
