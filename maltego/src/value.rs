//! Typed property values.
//!
//! The classic dialect sends everything as text and the JSON dialect sends JSON of a declared type, so the model
//! keeps the type and each dialect decides how it looks on the wire. A date that is stored as text can never
//! become a JSON `DATE` again; the other way round is easy.

use std::fmt;

use jiff::{Timestamp, civil::Date};

/// The kind of a property's value, as both dialects name it. A list is a list *of* one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A floating point number.
    Double,
    /// True or false.
    Boolean,
    /// A calendar date without a time.
    Date,
    /// An instant.
    DateTime,
    /// Two instants, each of which may be open.
    DateRange,
    /// An absolute URL.
    Url,
    /// A colour, `#RRGGBB`.
    Colour,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any text. Characters that a dialect cannot carry are replaced when it is rendered, not here.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A floating point number. Not-a-number and infinities are rendered as empty text.
    Double(f64),
    /// True or false.
    Boolean(bool),
    /// A calendar date.
    Date(Date),
    /// An instant; dialects render it in UTC with milliseconds.
    DateTime(Timestamp),
    /// Two instants, each of which may be open.
    DateRange(DateRange),
    /// A URL, kept as the text it arrived as.
    Url(String),
    /// A colour.
    Colour(Colour),
    /// Several values of one type.
    List(Vec<Value>),
}

/// Two instants; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    /// The first instant that belongs to the range.
    pub start: Option<Timestamp>,
    /// The last instant that belongs to the range.
    pub end: Option<Timestamp>,
}

/// A colour with eight bits a channel. Displays as `#rrggbb`, the form that both dialects use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// A colour from its three channels.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Value {
    /// The value's type; a list has the type of its members, and an empty list counts as text.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Text(_) => ValueType::Text,
            Self::Integer(_) => ValueType::Integer,
            Self::Double(_) => ValueType::Double,
            Self::Boolean(_) => ValueType::Boolean,
            Self::Date(_) => ValueType::Date,
            Self::DateTime(_) => ValueType::DateTime,
            Self::DateRange(_) => ValueType::DateRange,
            Self::Url(_) => ValueType::Url,
            Self::Colour(_) => ValueType::Colour,
            Self::List(members) => members.first().map_or(ValueType::Text, Self::value_type),
        }
    }

    /// The text if this is a text, a URL or nothing else.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Url(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::DateTime(instant)
    }
}

impl From<Colour> for Value {
    fn from(colour: Colour) -> Self {
        Self::Colour(colour)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(members: Vec<T>) -> Self {
        Self::List(members.into_iter().map(Into::into).collect())
    }
}
