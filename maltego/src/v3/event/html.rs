//! The second wall around HTML in the detail view.
//!
//! Whoever builds HTML escapes what comes from outside; that is the first wall, and one forgotten call breaches it. So
//! every block passes through a sanitiser with the lists that clients of this dialect have met from the peer: the
//! same tags, the same attributes, the same removals.
//!
//! One thing is stricter than the peer. It lets any CSS through, and CSS can fetch: a `background` is a request that
//! tells its host who is looking at what. Only properties that change how text and tables look are kept.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::Builder;

const TAGS: [&str; 45] = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "br",
    "hr",
    "blockquote",
    "pre",
    "div",
    "span",
    "strong",
    "em",
    "b",
    "i",
    "u",
    "s",
    "del",
    "ins",
    "mark",
    "small",
    "sup",
    "sub",
    "abbr",
    "cite",
    "q",
    "code",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "a",
    "img",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "caption",
];

const ATTRIBUTES: [(&str, &[&str]); 14] = [
    ("a", &["href", "title", "target", "rel"]),
    ("img", &["src", "alt", "title", "width", "height"]),
    ("th", &["colspan", "rowspan", "align"]),
    ("td", &["colspan", "rowspan", "align"]),
    ("table", &["style", "border", "cellpadding", "cellspacing"]),
    ("div", &["style"]),
    ("span", &["style"]),
    ("p", &["style"]),
    ("h1", &["style"]),
    ("h2", &["style"]),
    ("h3", &["style"]),
    ("h4", &["style"]),
    ("h5", &["style"]),
    ("h6", &["style"]),
];

const STYLES: [&str; 21] = [
    "background-color",
    "border",
    "border-collapse",
    "border-color",
    "border-spacing",
    "border-style",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "line-height",
    "margin",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
    "width",
];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .generic_attributes(HashSet::new())
        .tag_attributes(attributes)
        .filter_style_properties(HashSet::from(STYLES))
        .attribute_filter(|_, attribute, value| {
            (attribute != "style" || !may_fetch(value)).then_some(Cow::Borrowed(value))
        })
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Whether CSS names something to fetch, or hides what it names behind escapes. No property on the list has a use for
/// either, so a style that contains one is not worth keeping.
fn may_fetch(style: &str) -> bool {
    style.contains('\\') || style.to_ascii_lowercase().contains("url(")
}

/// HTML with everything taken out that is not on the lists. The text of a tag that is not on them stays; scripts and
/// style sheets go with their content.
#[must_use]
pub fn sanitise(html: &str) -> String {
    SANITISER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn active_content_goes_and_text_stays() {
        for (dirty, clean) in [
            ("<b>bold</b><script>alert(1)</script>", "<b>bold</b>"),
            ("<a href=\"javascript:alert(1)\" target=\"_blank\">l</a>", "<a target=\"_blank\">l</a>"),
            ("<a href=\"https://host.example/\">l</a>", "<a href=\"https://host.example/\">l</a>"),
            ("<img src=\"data:image/png;base64,AA\" onerror=\"x()\" alt=\"a\">", "<img alt=\"a\">"),
            ("<iframe src=\"https://host.example/\">in</iframe><blink>text</blink><!-- c -->", "intext"),
            ("<style>p { color: red }</style><p class=\"c\" id=\"i\" lang=\"en\">p</p>", "<p>p</p>"),
            ("<td>orphan</td>x < y", "orphanx &lt; y"),
        ] {
            assert_eq!(sanitise(dirty), clean, "{dirty}");
        }
    }

    #[test]
    fn styles_may_not_fetch() {
        let kept = "<p style=\"color:red\">p</p>";
        assert_eq!(sanitise("<p style=\"color: red; position: fixed; background: black\">p</p>"), kept);
        assert_eq!(sanitise("<p style=\"color: red; background: url(https://host.example/x)\">p</p>"), "<p>p</p>");
        assert_eq!(sanitise("<p style=\"color: URL(https://host.example/x)\">p</p>"), "<p>p</p>");
        assert_eq!(sanitise("<b style=\"color: red\">b</b>"), "<b>b</b>");
    }

    #[test]
    fn a_table_keeps_its_form() {
        let table = "<table style=\"width:100%\" border=\"1\"><caption>c</caption><thead><tr><th colspan=\"2\">h</th></tr>\
                     </thead><tbody><tr><td align=\"right\">1</td><td>2</td></tr></tbody></table>";
        assert_eq!(sanitise(table), table);
    }

    /// Pieces of markup in any order: whole tags, broken ones, and what attackers put between them.
    fn markup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "<script>",
                "</script>",
                "<ScRiPt ",
                "<p style=\"",
                "<table style='",
                "<a href=\"",
                "javascript:",
                "\"",
                "'",
                ">",
                "<",
                "color:",
                "background:",
                "url(",
                "u\\72l(",
                ")",
                ";",
                "<img src=",
                " onerror=",
                "<!--",
                "-->",
                "<svg>",
                "<math>",
                "<style>",
                "</style>",
                "<td>",
                "https://host.example/",
            ])
            .prop_map(str::to_owned),
            "(?s).{0,6}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_active_survives(html in markup()) {
            let clean = sanitise(&html).to_lowercase();
            for tag in ["<script", "<style", "<svg", "<math", "<!--"] {
                prop_assert!(!clean.contains(tag), "{}", clean);
            }
            // Quotes in attribute values are escaped, so inside a tag this is the attribute itself.
            for tag in clean.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                for style in tag.split(" style=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                    prop_assert!(!style.contains("url("), "{}", clean);
                }
            }
        }
    }
}
