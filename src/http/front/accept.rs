//! Which form of the front page somebody wants (RFC 9110, sections 12.4.2 and 12.5.1).

use axum::http::{HeaderMap, header};

/// Whether HTML is wanted rather than text. Browsers name `text/html`; `*/*` alone, which command-line tools send, and
/// no wish at all mean text.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let accepted: Vec<Range> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(Range::read)
        .collect();
    let Some(html) = quality(&accepted, "text/html").filter(|wish| wish.named) else { return false };
    match quality(&accepted, "text/plain") {
        Some(text) if text.named => html.quality > text.quality,
        Some(text) => html.quality > 0.0 && html.quality >= text.quality,
        None => html.quality > 0.0,
    }
}

/// One member of the list: a range of types and how much it is wanted, from 0 to 1.
struct Range {
    types: String,
    quality: f32,
}

/// How much a type is wanted, and whether it was named or only fell under a wildcard.
struct Wish {
    quality: f32,
    named: bool,
}

impl Range {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let types = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .and_then(|(_, value)| value.trim().parse::<f32>().ok())
            .filter(|quality| quality.is_finite())
            .map_or(1.0, |quality| quality.clamp(0.0, 1.0));
        Self { types, quality }
    }
}

/// The wish for a type by the most specific range that covers it.
fn quality(accepted: &[Range], wanted: &str) -> Option<Wish> {
    let find = |types: &str| accepted.iter().find(|range| range.types == types).map(|range| range.quality);
    match find(wanted) {
        Some(quality) => Some(Wish { quality, named: true }),
        None => find("text/*").or_else(|| find("*/*")).map(|quality| Wish { quality, named: false }),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn html_for(accept: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        prefers_html(&headers)
    }

    #[test]
    fn browsers_get_html_and_tools_get_text() {
        for accept in [
            &["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"][..],
            &["text/html"],
            &["TEXT/HTML; Q=0.5"],
            &["text/plain;q=0.5, text/html;q=0.6"],
            &["application/json", "text/html"],
            &["text/html, */*"],
        ] {
            assert!(html_for(accept), "{accept:?}");
        }
        for accept in [
            &[][..],
            &["*/*"],
            &["text/*"],
            &[""],
            &["text/plain"],
            &["text/plain, text/html"],
            &["text/html;q=0.2, text/plain;q=0.9"],
            &["text/html;q=0, */*"],
            &["text/html;q=0"],
            &["application/json"],
            &["text/html;q=0.1, */*"],
            &[";;;,,,=q;q=x"],
        ] {
            assert!(!html_for(accept), "{accept:?}");
        }
    }
}
