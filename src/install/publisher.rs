//! Who offers the transforms, in the words that clients show.
//!
//! Archives, distribution tables and discovery documents all name the publisher. They take it from here, so that a
//! client which learns of a transform in two ways reads the same twice.

use maltego::Publisher;

/// What clients show about whoever offers the transforms.
pub const PUBLISHER: Publisher<'static> =
    Publisher { owner: OWNER, author: AUTHOR, disclaimer: DISCLAIMER, version: VERSION };

/// The organisation behind the transforms.
pub const OWNER: &str = "Namehound";

/// Who wrote them. No mail address: whoever runs the server is the one to ask.
pub const AUTHOR: &str = "The Namehound authors";

/// The version of the transforms, which is the program's.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a seed leads to, one sentence.
pub const DESCRIPTION: &str =
    "Who and what stands behind a name: WHOIS history, reverse lookups, subdomains and DNS records";

/// What users should know before they run a transform.
///
/// It keeps away from double quotes and line breaks, which import tables cannot carry.
pub const DISCLAIMER: &str = "What you ask about is sent to the data sources of this server, and lookups may use up its \
                              credits. Each transform says whom it asks. Registration data names real people: check \
                              what you find before you publish it.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_survive_an_import_table() {
        for text in [OWNER, AUTHOR, VERSION, DESCRIPTION, DISCLAIMER] {
            assert!(!text.is_empty() && !text.contains(['"', '\n', '\r']), "{text}");
            assert!(!text.starts_with(['=', '+', '-', '@']) && text.trim() == text, "{text}");
        }
    }
}
