//! The door for files: what users import into a client or a distribution server.
//!
//! Behind the same authentication as runs, since a file may carry the way in: clients keep the token that is part of a
//! seed's path, so somebody who asks with `/t/<token>/maltego/namehound.mtz` gets URLs with that path in them, and
//! somebody who asks with a header gets them without. A token that did not itself open the door is never written into
//! anything.
//!
//! The archive of local transforms names the program on this machine and is right for this machine only, so only this
//! machine gets it.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
    path::Path as FilePath,
};

use axum::{
    Router,
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use maltego::tds::Table;

use super::{Doors, base_url::BaseUrlError};
use crate::install::InstallError;

const ARCHIVE: &str = "application/zip";
const TABLE: &str = "text/csv; charset=utf-8";

const LOCAL_ONLY: &str = "This archive is right only on the machine where Namehound runs. Run \"namehound export \
                          local-mtz\" on the machine itself.\n";

/// What a proxy adds: with one of these a request from this machine was made for somebody elsewhere.
const FORWARDED: [HeaderName; 3] =
    [header::FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

pub(super) fn routes() -> Router<Doors> {
    Router::new().route("/maltego/{file}", get(file))
}

async fn file(State(doors): State<Doors>, Path(name): Path<String>, request: Request) -> Response {
    match make(&doors, &name, &request) {
        Ok(file) => send(&file, request.headers()),
        Err(Refusal::NoSuchFile) => (
            StatusCode::NOT_FOUND,
            "There is no such file here; there are namehound.mtz, namehound-local.mtz, transforms.csv and \
             settings.csv.\n",
        )
            .into_response(),
        Err(Refusal::LocalOnly) => (StatusCode::NOT_FOUND, LOCAL_ONLY).into_response(),
        Err(Refusal::NoBaseUrl(unknown)) => unknown.into_response(),
        Err(Refusal::Broken(error)) => {
            tracing::error!(file = %name, %error, "a file cannot be made");
            (StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be made. The server's log says why.\n")
                .into_response()
        }
    }
}

/// A file on its way out.
struct File {
    name: String,
    content_type: &'static str,
    content: Vec<u8>,
}

enum Refusal {
    NoSuchFile,
    LocalOnly,
    NoBaseUrl(BaseUrlError),
    Broken(InstallError),
}

impl<E: Into<InstallError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

fn make(doors: &Doors, name: &str, request: &Request) -> Result<File, Refusal> {
    let installer = &doors.installer;
    let base = || doors.base_for(request.extensions()).map_err(Refusal::NoBaseUrl);
    let archive = |content| File { name: name.to_owned(), content_type: ARCHIVE, content };
    match name {
        "namehound.mtz" => Ok(archive(installer.remote_mtz(&doors.server_name, &base()?)?)),
        "namehound-local.mtz" => {
            let program = is_local(request).then(std::env::current_exe).and_then(Result::ok);
            let program = program.ok_or(Refusal::LocalOnly)?;
            // A client cannot start a program in a folder that is not there.
            let folder = doors.app.data_dir.as_deref().filter(|folder| folder.is_dir());
            let folder = folder.map(|folder| std::path::absolute(folder).map_or(Cow::Borrowed(folder), Cow::Owned));
            Ok(archive(installer.local_mtz(&program, folder.as_deref().map(FilePath::new))?))
        }
        _ if name.starts_with("transforms") => table(name, "transforms.csv", installer.tds_transforms(&base()?, true)?),
        _ if name.starts_with("settings") => table(name, "settings.csv", installer.tds_settings()?),
        _ => Err(Refusal::NoSuchFile),
    }
}

/// The table of this name. The plain name is the first file's, however many there are.
fn table(name: &str, plain: &str, tables: Vec<Table>) -> Result<File, Refusal> {
    tables
        .into_iter()
        .find(|table| table.file_name == name || name == plain)
        .map(|table| File { name: table.file_name, content_type: TABLE, content: table.content })
        .ok_or(Refusal::NoSuchFile)
}

/// Whether somebody at this machine asks: the connection comes from here, nobody says that it was passed on, and the
/// name that was asked for is this machine's. The last keeps out pages whose own name was made to lead here.
fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let headers = request.headers();
    peer.is_some_and(|ip| ip.to_canonical().is_loopback())
        && !FORWARDED.iter().any(|name| headers.contains_key(name))
        && request
            .uri()
            .host()
            .or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(without_port))
            .is_some_and(names_this_machine)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn names_this_machine(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Sends a file, or says that the client has it already (RFC 9110, section 13.1.2).
fn send(file: &File, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", blake3::hash(&file.content).to_hex());
    // A file may carry a token, so nobody on the way may keep it; the client's own copy is checked every time.
    let common = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let own = [
        (header::CONTENT_TYPE, file.content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (common, own, file.content.clone()).into_response()
}

/// Whether `If-None-Match` names the tag, compared weakly.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked(peer: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::builder().uri("/maltego/namehound-local.mtz");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        request
    }

    #[test]
    fn only_somebody_at_this_machine_is_local() {
        for (peer, headers, local) in [
            ("127.0.0.1:50000", &[("host", "127.0.0.1:8080")][..], true),
            ("[::1]:50000", &[("host", "[::1]:8080")], true),
            ("[::ffff:127.0.0.1]:50000", &[("host", "LocalHost:8080")], true),
            ("127.0.0.1:50000", &[("host", "localhost")], true),
            ("127.0.0.1:50000", &[], false),
            ("127.0.0.1:50000", &[("host", "hub.example")], false),
            ("127.0.0.1:50000", &[("host", "127.0.0.1.hub.example")], false),
            ("127.0.0.1:50000", &[("host", "localhost"), ("x-forwarded-for", "198.51.100.7")], false),
            ("127.0.0.1:50000", &[("host", "localhost"), ("forwarded", "for=198.51.100.7")], false),
            ("192.0.2.7:50000", &[("host", "127.0.0.1:8080")], false),
        ] {
            assert_eq!(is_local(&asked(peer, headers)), local, "{peer} {headers:?}");
        }
        assert!(!is_local(&Request::builder().header("host", "localhost").body(Body::empty()).unwrap()));
    }

    #[test]
    fn a_table_in_parts_is_found_by_each_name() {
        let parts = || {
            ["transforms_1-2.csv", "transforms_2-2.csv"]
                .map(|name| Table { file_name: name.to_owned(), content: name.as_bytes().to_vec() })
                .to_vec()
        };
        let named = |name: &str| table(name, "transforms.csv", parts()).ok().map(|file| file.name);
        assert_eq!(named("transforms.csv").as_deref(), Some("transforms_1-2.csv"));
        assert_eq!(named("transforms_1-2.csv").as_deref(), Some("transforms_1-2.csv"));
        assert_eq!(named("transforms_2-2.csv").as_deref(), Some("transforms_2-2.csv"));
        assert_eq!(named("transforms_3-2.csv"), None);
    }

    #[test]
    fn a_known_tag_is_recognised_in_every_spelling() {
        for (sent, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, sent.parse().unwrap());
            assert_eq!(is_known(&headers, "\"a\""), known, "{sent}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
