//! Promise: whoever opens the server's address learns what it is and how to connect, and nobody learns more than they may.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use namehound::{auth::NewToken, config::Config};
use reqwest::{Method, Response, header};
use support::{Running, bundled_config};
use transforms::Catalogue;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const BASE: &str = "https://hub.newsroom.example";

fn config() -> Config {
    let mut config = bundled_config();
    config.server.public_url = Some(format!("{BASE}/"));
    config
}

fn locked_config() -> (Config, String) {
    let new = NewToken::from_random([7; 32]);
    let mut config = config();
    config.auth.tokens = vec![new.hash.clone()];
    (config, new.reveal().to_owned())
}

async fn ask(server: &Running, method: Method, path: &str, accept: Option<&str>) -> Response {
    let mut request = reqwest::Client::new().request(method, server.url(path));
    if let Some(accept) = accept {
        request = request.header(header::ACCEPT, accept);
    }
    request.send().await.unwrap()
}

async fn page(server: &Running, path: &str) -> String {
    let response = ask(server, Method::GET, path, Some(BROWSER)).await;
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    response.text().await.unwrap()
}

#[tokio::test]
async fn every_transform_is_on_the_page_with_its_terms() {
    let server = Running::start(config());
    let page = page(&server, "/").await;
    for declaration in Catalogue::standard().declarations() {
        let definition = &declaration.definition;
        let start = page.find(&format!("<code>{}</code></td>", definition.name));
        let start = start.or_else(|| page.find(&format!("<code>{}</code><span", definition.name)));
        let row = &page[start.unwrap_or_else(|| panic!("{} is missing", definition.name))..];
        let row = &row[..row.find("</tr>").unwrap()];
        for setting in definition.settings {
            assert!(row.contains(&format!("<code>{}</code>", setting.name)), "{}: {}", definition.name, setting.name);
            let description = setting.description.replace('\'', "&#39;");
            assert!(page.contains(&description), "{}", setting.name);
        }
        for entity_type in definition.inputs.iter().chain(definition.outputs) {
            assert!(row.contains(entity_type.display_name), "{}: {}", definition.name, entity_type.name);
        }
        assert!(page.contains(definition.display_name) && page.contains(definition.set), "{}", definition.name);
    }
    let free = &page[page.find("<code>whois_record_to_contacts</code>").unwrap()..];
    let free = &free[..free.find("</tr>").unwrap()];
    assert!(free.contains(">nobody</td>") && free.contains(">nothing</td>"), "{free}");
    let live = &page[page.find("<code>domain_to_dns_records</code>").unwrap()..];
    assert!(live[..live.find("</tr>").unwrap()].contains("the target&#39;s name servers"), "{live}");
}

#[tokio::test]
async fn the_page_names_the_sources_and_gives_the_addresses() {
    let server = Running::start(config());
    let page = page(&server, "/").await;
    assert!(page.contains("cases leaked-episode, one-mailbox and the-phone-number"));
    for path in ["/seed", "/maltego/namehound.mtz", "/maltego/transforms.csv", "/maltego/settings.csv"] {
        assert!(page.contains(&format!("href=\"{BASE}{path}\"")), "{path}");
    }
    assert!(!page.contains("<script") && !page.contains(" onclick") && !page.contains(" style="));
    assert!(!page.contains("does not know its own address") && !page.contains("begins with http"));
}

#[tokio::test]
async fn an_address_that_is_not_known_is_not_made_up() {
    let mut config = config();
    config.server.public_url = None;
    let server = Running::start(config.clone());
    let client = reqwest::Client::new();
    let request = client.get(server.url("/")).header(header::ACCEPT, BROWSER).header(header::HOST, "evil.example");
    let page = request.send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&server.url("/seed")) && !page.contains("evil.example"), "a loopback server knows itself");

    config.server.public_url = Some("http://hub.newsroom.example".to_owned());
    let server = Running::start(config);
    let page = self::page(&server, "/").await;
    assert!(page.contains("begins with http"));
}

#[tokio::test]
async fn programs_get_one_line_of_text() {
    let server = Running::start(config());
    for accept in [None, Some("*/*"), Some("text/plain"), Some("application/json")] {
        for method in [Method::GET, Method::POST] {
            let response = ask(&server, method, "/", accept).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[header::VARY], "Accept", "{accept:?}");
            assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain"));
            let text = response.text().await.unwrap();
            assert!(text.starts_with("Namehound ") && text.lines().count() == 1, "{text}");
        }
    }
}

#[tokio::test]
async fn the_head_is_that_of_the_page_and_forbids_everything_else() {
    let server = Running::start(config());
    let head = ask(&server, Method::HEAD, "/", Some(BROWSER)).await;
    let whole = ask(&server, Method::GET, "/", Some(BROWSER)).await;
    for name in
        ["content-type", "content-length", "vary", "content-security-policy", "referrer-policy", "cache-control"]
    {
        assert_eq!(head.headers()[name], whole.headers()[name], "{name}");
    }
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["vary"], "Accept");
    assert_eq!(head.headers()["cache-control"], "no-store");
    assert_eq!(head.headers()["x-content-type-options"], "nosniff");
    assert_eq!(head.headers()["referrer-policy"], "no-referrer");
    let policy = head.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    for directive in
        ["default-src 'none'", "style-src 'self'", "img-src 'self' data:", "base-uri 'none'", "frame-ancestors 'none'"]
    {
        assert!(directives.contains(&directive), "{directive}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn the_stylesheet_is_served_under_the_address_the_page_gives() {
    let mut config = config();
    let server = Running::start(config.clone());
    let sheet_of = |page: &str| {
        let rest = page.split_once("rel=\"stylesheet\" href=\"").unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let sheet = sheet_of(&page(&server, "/").await);
    let response = ask(&server, Method::GET, &sheet, None).await;
    assert_eq!(response.status(), 200, "{sheet}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert!(response.text().await.unwrap().contains("prefers-color-scheme: dark"));
    assert_eq!(ask(&server, Method::GET, "/styles/pages-0000.css", None).await.status(), 404);

    config.server.public_url = Some("https://tools.newsroom.example/namehound".to_owned());
    let below = Running::start(config);
    assert_eq!(sheet_of(&page(&below, "/").await), format!("/namehound{sheet}"));
}

#[tokio::test]
async fn a_hostile_name_stays_text() {
    let (mut config, token) = locked_config();
    config.server.name = "</title><script>alert(1)</script><img src=x onerror=\"alert('2')\">&amp;".to_owned();
    let locked = Running::start(config.clone());
    config.auth.tokens.clear();
    let open = Running::start(config);
    for page in [page(&open, "/").await, page(&locked, "/").await, page(&locked, &format!("/t/{token}/")).await] {
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"), "{page}");
        assert_eq!(page.matches("</title>").count(), 1);
    }
}

#[tokio::test]
async fn without_a_token_there_is_neither_catalogue_nor_seed() {
    let (config, token) = locked_config();
    let server = Running::start(config);
    let page = page(&server, "/").await;
    assert!(page.contains("A token is needed"));
    for secret in ["domain_to_whois_history", "leaked-episode", "/seed", ".mtz", ".csv", BASE, &token] {
        assert!(!page.contains(secret), "{secret}");
    }
    let refused = ask(&server, Method::GET, "/t/wrong/", Some(BROWSER)).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("does not open this server") && !refused.contains("wrong"), "{refused}");
    assert!(!refused.contains("domain_to_whois_history"));
}

#[tokio::test]
async fn a_token_in_the_path_is_in_every_address_and_in_none_of_the_stylesheet() {
    let (config, token) = locked_config();
    let server = Running::start(config);
    for path in [format!("/t/{token}"), format!("/t/{token}/")] {
        let page = page(&server, &path).await;
        for target in ["/seed", "/maltego/namehound.mtz", "/maltego/transforms.csv", "/maltego/settings.csv"] {
            assert!(page.contains(&format!("href=\"{BASE}/t/{token}{target}\"")), "{target}");
            assert!(!page.contains(&format!("\"{BASE}{target}\"")), "{target}");
        }
        assert!(page.contains("domain_to_whois_history") && page.contains("hold your token"));
        assert!(page.contains("rel=\"stylesheet\" href=\"/styles/"));
    }
}

#[tokio::test]
async fn a_token_in_a_header_shows_the_catalogue_and_is_not_repeated() {
    let (config, token) = locked_config();
    let server = Running::start(config);
    let client = reqwest::Client::new();
    let response =
        client.get(server.url("/")).header(header::ACCEPT, BROWSER).bearer_auth(&token).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    assert!(page.contains("domain_to_whois_history") && page.contains("token in a header"));
    assert!(!page.contains(&token));
}

#[tokio::test]
async fn a_token_on_a_server_without_tokens_leads_nowhere() {
    let server = Running::start(config());
    assert_eq!(ask(&server, Method::GET, "/t/abc/", Some(BROWSER)).await.status(), 404);
}
