//! What a transform says beside its results: lines in the client's output window.

/// How loud a message is. Classic clients know exactly these four; the JSON dialect calls them INFO, DEBUG, WARNING
/// and ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A line in the output window.
    Inform,
    /// A line that shows only with the debug filter on.
    Debug,
    /// An orange line: something failed, the results that came are kept.
    PartialError,
    /// A dialog box: nothing more can be done until the user changes something.
    FatalError,
}

/// One line for the analyst: plain text, never HTML, never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How loud it is.
    pub kind: MessageKind,
    /// The text.
    pub text: String,
}

impl Message {
    /// A message of a kind.
    #[must_use]
    pub fn new(kind: MessageKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// An [`MessageKind::Inform`] message.
    #[must_use]
    pub fn inform(text: impl Into<String>) -> Self {
        Self::new(MessageKind::Inform, text)
    }
}
