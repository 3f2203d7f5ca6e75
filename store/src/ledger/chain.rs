//! The links of the chain.

use std::fmt;

use super::Digest;

/// One link: what is digested is its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) number: u64,
    /// The digest of the link before; zeros before the first.
    pub(super) previous: Digest,
    /// The digest of the content.
    pub(super) content: Digest,
}

impl Link {
    /// The digest that the next link holds.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(self.to_string().as_bytes())
    }

    /// Reads a line. Only what [`Display`](fmt::Display) writes is one.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let link = Self {
            number: parts.next()?.parse().ok()?,
            previous: parts.next()?.parse().ok()?,
            content: parts.next()?.parse().ok()?,
        };
        (parts.next().is_none() && link.to_string() == line).then_some(link)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.previous, self.content)
    }
}

/// Follows a chain and says where it breaks.
#[derive(Debug, Default)]
pub(super) struct Follower {
    last: Option<Link>,
}

impl Follower {
    /// Takes the next link. The first one may be any: a part of a chain begins in the middle.
    pub(super) fn take(&mut self, link: Link) -> Result<(), String> {
        let expected = self.last.map(|last| (last.number + 1, last.digest()));
        self.last = Some(link);
        match expected {
            None if link.number == 1 && link.previous != Digest::ZERO => {
                Err("it is the first one and names one before it".to_owned())
            }
            None => Ok(()),
            Some((number, _)) if number != link.number => Err(format!("entry {number} is missing before it",)),
            Some((_, digest)) if digest != link.previous => {
                Err("it does not follow the entry before it: one of the two was changed".to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    /// The last link.
    pub(super) const fn last(&self) -> Option<Link> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_in_no_other_form() {
        let link = Link { number: 7, previous: Digest::of(b"6"), content: Digest::of(b"7") };
        let line = link.to_string();
        assert_eq!(Link::read(&line), Some(link));
        for odd in [
            format!("07{}", line.trim_start_matches('7')),
            format!("{line} "),
            format!(" {line}"),
            format!("{line} x"),
            line.replace(' ', "  "),
            String::new(),
        ] {
            assert_eq!(Link::read(&odd), None, "{odd}");
        }
    }

    #[test]
    fn a_chain_is_followed_and_its_first_break_told() {
        let first = Link { number: 1, previous: Digest::ZERO, content: Digest::of(b"1") };
        let second = Link { number: 2, previous: first.digest(), content: Digest::of(b"2") };
        let third = Link { number: 3, previous: second.digest(), content: Digest::of(b"3") };
        let follow = |links: &[Link]| {
            let mut follower = Follower::default();
            links.iter().try_for_each(|link| follower.take(*link))
        };
        assert_eq!(follow(&[first, second, third]), Ok(()));
        assert_eq!(follow(&[second, third]), Ok(()), "a part of a chain");
        assert!(follow(&[first, third]).unwrap_err().contains("entry 2 is missing"));
        let changed = Link { content: Digest::of(b"x"), ..second };
        assert!(follow(&[first, changed, third]).unwrap_err().contains("was changed"));
        assert!(follow(&[Link { previous: Digest::of(b"x"), ..first }]).is_err());
    }
}
