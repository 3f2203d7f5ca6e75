//! Time stamps of an authority (RFC 3161): that a checkpoint existed at a time, by somebody else's word.
//!
//! A request holds nothing but a digest. The response is kept as it came; that its signature is good is checked with the
//! authority's certificates, which `openssl ts -verify` does. Here it is only seen whether the request was granted and
//! whether the response is about our digest.

use super::Digest;

/// The media types of request and response (RFC 3161 §3.4).
pub const REQUEST_TYPE: &str = "application/timestamp-query";
/// The media type of a response.
pub const RESPONSE_TYPE: &str = "application/timestamp-reply";

/// The algorithm identifier of SHA-256 (RFC 5754 §2.2).
const SHA256: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// The request for a text (`TimeStampReq`, RFC 3161 §2.4.1), in DER, with the wish for the authority's certificate.
#[must_use]
pub fn request(text: &str) -> Vec<u8> {
    let digest = Digest::of(text.as_bytes());
    let imprint = sequence(&[SHA256.as_slice(), &[0x04, 32], digest.as_bytes()].concat());
    let version = [0x02, 0x01, 0x01];
    let wants_certificate = [0x01, 0x01, 0xff];
    sequence(&[version.as_slice(), &imprint, &wants_certificate].concat())
}

/// Whether a response grants a stamp for a text (`TimeStampResp`, RFC 3161 §2.4.2).
#[must_use]
pub fn is_granted(response: &[u8], text: &str) -> bool {
    let granted = (|| {
        let (outer, _) = element(response, 0x30)?;
        let (status_info, _) = element(outer, 0x30)?;
        let (status, _) = element(status_info, 0x02)?;
        // Granted, or granted with modifications.
        Some(matches!(status, [0 | 1]))
    })();
    let digest = Digest::of(text.as_bytes());
    granted == Some(true) && response.windows(32).any(|window| window == digest.as_bytes())
}

fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[0x30, length], content].concat()
}

/// The content of the first element, if it has this tag, and what follows it (X.690 §8.1.3).
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, mut rest) = rest.split_first()?;
    if *first != tag {
        return None;
    }
    let mut size = usize::from(*length);
    if *length >= 0x80 {
        let count = usize::from(*length & 0x7f);
        let (digits, after) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
        size = digits.iter().fold(0, |size, digit| size << 8 | usize::from(*digit));
        rest = after;
    }
    rest.split_at_checked(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_one_that_the_standard_describes() {
        let request = request("text\n");
        let hex: String = request.iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = Digest::of(b"text\n");
        assert_eq!(hex, format!("30390201013031300d060960864801650304020105000420{digest}0101ff"));
    }

    #[test]
    fn a_refusal_and_another_texts_stamp_are_none() {
        let digest = Digest::of(b"text");
        let response = |status: u8| {
            [&[0x30, 0x27, 0x30, 0x03, 0x02, 0x01, status], digest.as_bytes().as_slice(), &[0, 0]].concat()
        };
        assert!(is_granted(&response(0), "text") && is_granted(&response(1), "text"));
        assert!(!is_granted(&response(2), "text") && !is_granted(&response(0), "other"));
        for odd in [&[][..], &[0x30], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0xff, 1], &[0x04, 0]] {
            assert!(!is_granted(odd, "text"));
        }
    }
}
