//! Questions to the user during a run, and reading their answers.
//!
//! A question is an event like any other; the answer comes back in a request of its own, under the question's id. The
//! client repeats the label beside the id it chose, which is a courtesy for servers that have forgotten their own
//! options. This one has not: an answer counts only if it names exactly one option that was offered.

use jiff::Timestamp;
use serde::Serialize;

use super::{Event, freeze};
use crate::v3::{
    problem::{Malformed, ProblemKind},
    request::reader::{Place, Reader},
};

/// A question with a choice of answers. Clients need
/// [`Capability::PromptBase`](crate::v3::negotiate::Capability::PromptBase), and
/// [`Capability::ChoiceControlType`](crate::v3::negotiate::Capability::ChoiceControlType) where a control is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoicePrompt {
    /// The question.
    pub message: String,
    /// The answers, in the order in which they are shown.
    pub options: Vec<ChoiceOption>,
    /// The id of the answer that is chosen beforehand.
    pub default: Option<String>,
    /// How long the client waits, in seconds. The server should wait a little longer.
    pub timeout: Option<u32>,
    /// How the answers are shown; `None` leaves it to the client.
    pub control: Option<ChoiceControl>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceOption {
    /// What comes back.
    pub id: String,
    /// What is shown.
    pub display_name: String,
}

impl ChoiceOption {
    /// An answer.
    #[must_use]
    pub fn new(id: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { id: id.into(), display_name: display_name.into() }
    }
}

/// How the answers are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceControl {
    /// A list with one mark to set.
    Radio {
        /// The text above the list.
        label: Option<String>,
    },
    /// One button for each answer.
    Button,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The id of the chosen option.
    Chosen(String),
    /// The user closed the question. That is an answer, not a failure.
    Cancelled,
    /// The client gave up waiting.
    TimedOut,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WirePrompt<'a> {
    id: &'a str,
    message: &'a str,
    options: &'a [ChoiceOption],
    #[serde(skip_serializing_if = "Option::is_none")]
    default_option_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<WireControl<'a>>,
}

/// A control in a choice prompt leaves its options empty: they stand in the prompt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireControl<'a> {
    control_type: &'static str,
    control_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    options: [ChoiceOption; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    default_option_id: Option<&'a str>,
}

impl ChoicePrompt {
    /// The question as an event, under an id of the form [`run_id`](crate::v3::run::run_id) makes.
    #[must_use]
    pub fn event(&self, id: &str, at: Timestamp) -> Event {
        let default = self.default.as_deref();
        let control = self.control.as_ref().map(|control| {
            let (control_type, label) = match control {
                ChoiceControl::Radio { label } => ("RADIO", label.as_deref()),
                ChoiceControl::Button => ("BUTTON", None),
            };
            WireControl { control_type, control_id: "choice", label, options: [], default_option_id: default }
        });
        let wire = WirePrompt {
            id,
            message: &self.message,
            options: &self.options,
            default_option_id: default.filter(|_| control.is_none()),
            timeout: self.timeout,
            control,
        };
        freeze(at, "CHOICE_PROMPT", wire)
    }

    /// Reads the body of an answer to this question.
    ///
    /// # Errors
    /// When the body is no answer, or does not choose exactly one of the options.
    pub fn read_answer(&self, body: &[u8]) -> Result<Answer, Malformed> {
        let mut reader = Reader::default();
        let parsed = reader.parse(body);
        let answer = parsed.and_then(|json| {
            let body = Place::body();
            let members = reader.object(&json, &body)?;
            let reason = reader.required_text(members, &body, &["reason"]);
            let (place, result) = reader.required(members, &body, &["result"])?;
            let result = reader.object(result, &place)?;
            match reason? {
                "CANCELLED" => Some(Answer::Cancelled),
                "TIMED_OUT" => Some(Answer::TimedOut),
                "COMPLETED" => {
                    let mut chosen = result.keys();
                    let offered = chosen.next().filter(|id| self.options.iter().any(|option| option.id == **id));
                    if offered.is_none() || chosen.next().is_some() {
                        let message = "This should name exactly one of the options that were offered";
                        reader.problem(&place, ProblemKind::ValueError, message);
                    }
                    offered.cloned().map(Answer::Chosen)
                }
                _ => {
                    let message = "This should be COMPLETED, CANCELLED or TIMED_OUT";
                    reader.problem(&body.member("reason"), ProblemKind::LiteralError, message);
                    None
                }
            }
        });
        reader.finish(answer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::v3::problem::Step;

    fn prompt(control: Option<ChoiceControl>) -> ChoicePrompt {
        ChoicePrompt {
            message: "Spend 5 credits?".to_owned(),
            options: vec![ChoiceOption::new("yes", "Yes"), ChoiceOption::new("no", "No")],
            default: Some("no".to_owned()),
            timeout: Some(20),
            control,
        }
    }

    fn rendered(prompt: &ChoicePrompt) -> Value {
        serde_json::from_str(prompt.event("p", Timestamp::UNIX_EPOCH).as_str()).unwrap()
    }

    #[test]
    fn a_control_carries_the_default_and_the_prompt_the_options() {
        let control = ChoiceControl::Radio { label: Some("Choices".to_owned()) };
        assert_eq!(
            rendered(&prompt(Some(control))),
            json!({"timestamp": "1970-01-01 00:00:00.000000", "data": {
                "eventType": "ADD", "inputType": "CHOICE_PROMPT", "id": "p", "message": "Spend 5 credits?",
                "options": [{"id": "yes", "displayName": "Yes"}, {"id": "no", "displayName": "No"}], "timeout": 20,
                "control": {
                    "controlType": "RADIO", "controlId": "choice", "label": "Choices", "options": [],
                    "defaultOptionId": "no"
                }
            }})
        );
    }

    #[test]
    fn buttons_have_no_label_and_no_control_leaves_the_default_to_the_prompt() {
        let button = rendered(&prompt(Some(ChoiceControl::Button)));
        assert_eq!(
            button["data"]["control"],
            json!({"controlType": "BUTTON", "controlId": "choice", "options": [], "defaultOptionId": "no"})
        );
        let plain = rendered(&prompt(None));
        assert_eq!(plain["data"]["defaultOptionId"], json!("no"));
        assert!(plain["data"].get("control").is_none());
    }

    #[test]
    fn an_answer_names_one_offered_option() {
        let read = |body: Value| prompt(None).read_answer(body.to_string().as_bytes());
        let chosen = read(json!({"reason": "COMPLETED", "result": {"yes": "Yes"}}));
        assert_eq!(chosen.unwrap(), Answer::Chosen("yes".to_owned()));
        assert_eq!(read(json!({"reason": "CANCELLED", "result": {}})).unwrap(), Answer::Cancelled);
        assert_eq!(read(json!({"reason": "TIMED_OUT", "result": {}, "more": 1})).unwrap(), Answer::TimedOut);
        for result in [json!({}), json!({"maybe": "Maybe"}), json!({"yes": "Yes", "no": "No"})] {
            let problems = read(json!({"reason": "COMPLETED", "result": result})).unwrap_err().detail;
            assert_eq!(problems[0].location, [Step::Member("body"), Step::Member("result")]);
            assert!(!problems[0].message.contains("maybe"));
        }
    }

    #[test]
    fn a_body_that_is_no_answer_says_why() {
        let problem = |body: &str| {
            let mut problems = prompt(None).read_answer(body.as_bytes()).unwrap_err().detail;
            assert_eq!(problems.len(), 1, "{body}");
            let problem = problems.remove(0);
            (problem.kind, problem.location.last().unwrap().to_string())
        };
        assert_eq!(problem("{"), (ProblemKind::JsonInvalid, "body".to_owned()));
        assert_eq!(problem("[]"), (ProblemKind::ModelAttributesType, "body".to_owned()));
        assert_eq!(problem(r#"{"reason":"COMPLETED"}"#), (ProblemKind::Missing, "result".to_owned()));
        assert_eq!(problem(r#"{"result":{}}"#), (ProblemKind::Missing, "reason".to_owned()));
        assert_eq!(problem(r#"{"reason":"WHATEVER","result":{}}"#), (ProblemKind::LiteralError, "reason".to_owned()));
        assert_eq!(problem(r#"{"reason":1,"result":{}}"#), (ProblemKind::StringType, "reason".to_owned()));
    }
}
