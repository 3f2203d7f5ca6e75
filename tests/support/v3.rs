//! A client of the JSON dialect: starts a run, polls it to its end, answers its questions.

use serde_json::{Value, json};

use super::Running;

/// What a drained run left behind.
#[derive(Debug, Clone)]
pub struct Drained {
    pub path: String,
    pub state: String,
    pub events: Vec<Value>,
    pub polls: usize,
}

impl Drained {
    /// Added entities, in order.
    pub fn entities(&self) -> Vec<&Value> {
        self.of("ENTITY").map(|event| &event["data"]["entity"]).collect()
    }

    pub fn links(&self) -> Vec<&Value> {
        self.of("LINK").map(|event| &event["data"]["link"]).collect()
    }

    pub fn messages(&self) -> Vec<(String, String)> {
        self.of("STATUS_MESSAGE")
            .map(|event| {
                let message = &event["data"]["statusMessage"];
                (message["type"].as_str().unwrap().to_owned(), message["text"].as_str().unwrap().to_owned())
            })
            .collect()
    }

    pub fn says(&self, kind: &str, text: &str) -> bool {
        self.messages().iter().any(|(said, told)| said == kind && told.contains(text))
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |event| event["data"]["inputType"] == kind)
    }
}

/// An entity as a client sends it.
pub fn entity(id: &str, entity_type: &str, property: &str, value: &str) -> Value {
    json!({
        "id": id, "type": entity_type, "valueRef": property, "weight": 100, "baseEntities": [],
        "properties": [{ "name": property, "type": "STRING", "value": value }],
    })
}

/// A run request.
pub fn request(entities: Vec<Value>, settings: &[(&str, &str)], limit: usize) -> Value {
    let settings: Vec<_> = settings.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({
        "input": {
            "metadata": { "entitiesTypesStat": {}, "entitiesTotalCount": entities.len() },
            "graph": { "entities": entities, "links": [] },
        },
        "limit": limit,
        "transformSettings": settings,
    })
}

/// A client that can show questions, or one that cannot.
pub fn http(prompts: bool) -> reqwest::Client {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("maltego-protocol-version", "3.3".parse().unwrap());
    let capabilities = if prompts { "promptBase,choiceControlType,multiChoiceControls" } else { "" };
    headers.insert("maltego-client-capabilities", capabilities.parse().unwrap());
    reqwest::Client::builder().default_headers(headers).build().unwrap()
}

/// Starts a run; its path.
pub async fn start(server: &Running, client: &reqwest::Client, name: &str, body: &Value) -> String {
    let url = server.url(&format!("/transforms/namehound.{name}/run"));
    let response = client.post(url).json(body).send().await.unwrap();
    assert_eq!(response.status(), 201, "{name}: {}", response.text().await.unwrap());
    assert_eq!(response.headers()["maltego-run-state"], "INITIALIZED");
    let answer: Value = response.json().await.unwrap();
    assert_eq!((&answer["result"]["state"], &answer["result"]["events"]), (&json!("INITIALIZED"), &json!([])));
    format!("/transforms/namehound.{name}/run/{}", answer["result"]["runId"].as_str().unwrap())
}

/// One poll.
pub async fn poll(server: &Running, client: &reqwest::Client, path: &str, pointer: usize) -> Value {
    let url = server.url(&format!("{path}/results?eventPointer={pointer}"));
    let response = client.get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let header = response.headers()["maltego-run-state"].to_str().unwrap().to_owned();
    let answer: Value = response.json().await.unwrap();
    assert!(answer["result"]["state"] == header.as_str() || header == "TIMED_OUT", "{header}: {answer}");
    answer["result"].clone()
}

/// Polls to the end; every question is answered with this option.
pub async fn drain(server: &Running, client: &reqwest::Client, path: &str, choice: Option<&str>) -> Drained {
    let mut drained = Drained { path: path.to_owned(), state: String::new(), events: Vec::new(), polls: 0 };
    loop {
        let result = poll(server, client, path, drained.events.len()).await;
        drained.polls += 1;
        drained.state = result["state"].as_str().unwrap().to_owned();
        let events = result["events"].as_array().unwrap().clone();
        for event in &events {
            let data = &event["data"];
            if data["inputType"] == "CHOICE_PROMPT" {
                let choice = choice.expect("a question was expected");
                let option = data["options"].as_array().unwrap().iter().find(|option| option["id"] == choice).unwrap();
                let answer = json!({ "reason": "COMPLETED", "result": { choice: option["displayName"] } });
                let url = server.url(&format!("{path}/prompts/{}", data["id"].as_str().unwrap()));
                let response = client.post(url).json(&answer).send().await.unwrap();
                assert_eq!(response.status(), 204);
            }
        }
        drained.events.extend(events);
        let ended = matches!(drained.state.as_str(), "COMPLETED" | "FAILED" | "CANCELED");
        if ended && drained.events.len() == result["eventCount"].as_u64().unwrap() as usize {
            return drained;
        }
    }
}
