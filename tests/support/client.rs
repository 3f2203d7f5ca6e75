//! A classic client: builds the message that a distribution server posts, and reads the answer with a parser of its own.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

/// One entity of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub entity_type: String,
    pub value: String,
    pub fields: BTreeMap<String, String>,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: String,
    pub entities: Vec<Found>,
    pub messages: Vec<(String, String)>,
}

impl Reply {
    pub fn values(&self) -> Vec<&str> {
        self.entities.iter().map(|entity| entity.value.as_str()).collect()
    }

    /// Whether a message of this type contains the text.
    pub fn says(&self, kind: &str, text: &str) -> bool {
        self.messages.iter().any(|(said, told)| said == kind && told.contains(text))
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Request {
    entity_type: String,
    value: String,
    fields: Vec<(String, String)>,
    settings: Vec<(String, String)>,
    limit: usize,
}

impl Request {
    pub fn new(entity_type: &str, value: &str) -> Self {
        Self {
            entity_type: entity_type.to_owned(),
            value: value.to_owned(),
            fields: Vec::new(),
            settings: Vec::new(),
            limit: 10_000,
        }
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    pub fn message(&self) -> String {
        let list = |pairs: &[(String, String)]| -> String {
            pairs
                .iter()
                .map(|(name, value)| format!("<Field Name=\"{}\">{}</Field>", escape(name), escape(value)))
                .collect()
        };
        format!(
            "<MaltegoMessage><MaltegoTransformRequestMessage><Entities><Entity Type=\"{}\"><AdditionalFields>{}\
             </AdditionalFields><Value>{}</Value><Weight>0</Weight></Entity></Entities><TransformFields>{}\
             </TransformFields><Limits SoftLimit=\"{}\" HardLimit=\"{}\"/></MaltegoTransformRequestMessage>\
             </MaltegoMessage>",
            escape(&self.entity_type),
            list(&self.fields),
            escape(&self.value),
            list(&self.settings),
            self.limit,
            self.limit
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Posts a request and reads the answer.
pub async fn post(url: &str, request: &Request) -> Reply {
    post_with(&reqwest::Client::new(), url, request).await
}

/// The same with a client that is used for more than one request: making one takes longer than a small request.
pub async fn post_with(client: &reqwest::Client, url: &str, request: &Request) -> Reply {
    let response = client.post(url).header("content-type", "text/xml").body(request.message()).send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    read(status, body)
}

/// Reads an answer; anything but well-formed XML is an answer without entities.
pub fn read(status: u16, body: String) -> Reply {
    let mut reply = Reply { status, ..Reply::default() };
    let mut reader = Reader::from_str(&body);
    let mut path: Vec<String> = Vec::new();
    let (mut name, mut kind, mut text) = (String::new(), String::new(), String::new());
    let attribute = |element: &quick_xml::events::BytesStart<'_>, wanted: &str| {
        element
            .attributes()
            .map(Result::unwrap)
            .find(|attribute| attribute.key.as_ref() == wanted)
            .map(|attribute| attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned())
            .unwrap_or_default()
    };
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let local = element.local_name().as_ref().to_owned();
                match local.as_str() {
                    "Entity" => {
                        reply.entities.push(Found { entity_type: attribute(&element, "Type"), ..Found::default() })
                    }
                    "Field" => name = attribute(&element, "Name"),
                    "UIMessage" => kind = attribute(&element, "MessageType"),
                    _ => {}
                }
                text.clear();
                path.push(local);
            }
            Ok(Event::Text(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref().unwrap() {
                Some(character) => text.push(character),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap()),
            },
            Ok(Event::End(_)) => {
                match path.pop().as_deref() {
                    Some("Value") => reply.entities.last_mut().unwrap().value = text.clone(),
                    Some("Field") => {
                        reply.entities.last_mut().unwrap().fields.insert(name.clone(), text.clone());
                    }
                    Some("UIMessage") => reply.messages.push((kind.clone(), text.clone())),
                    _ => {}
                }
                text.clear();
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    reply.body = body;
    reply
}
