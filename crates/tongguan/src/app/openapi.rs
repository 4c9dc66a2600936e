//! `GET /api/openapi.json`: the description of the API, whole or for one audience.

use super::api;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::IntoResponse;
use registry::role::Role;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use web::{Problem, bad_query};

/// For whom the API is described (读者).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Companies: their people and programs, and who applies to become one.
    Company,
    /// The agencies and the platform: officers, operators, bureau and customs.
    Staff,
    /// Everybody.
    #[default]
    All,
}

impl Audience {
    fn has(self, role: &str) -> bool {
        let Some(role) = Role::from_name(role) else {
            return false;
        };
        let is_company = role.workspace() == "company";
        match self {
            Self::Company => is_company,
            Self::Staff => !is_company,
            Self::All => true,
        }
    }
}

/// Keys that come first, in this order; the others follow by the alphabet. A company's developer begins with
/// submitting and reading receipts. XML is the first form of a body: generators of clients take the first.
const FIRST: [&str; 17] = [
    "openapi",
    "info",
    "tags",
    "summary",
    "description",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "application/xml",
    "name",
    "in",
    "type",
    "/api/v1/messages",
    "/api/v1/messages:batch",
    "/api/v1/messages/{id}",
    "/api/v1/receipts",
];

/// A value with its keys in the order of [`FIRST`].
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                let rank = |key: &str| FIRST.iter().position(|first| *first == key);
                entries.sort_by_key(|(key, _)| rank(key).unwrap_or(FIRST.len()));
                let mut out = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    out.serialize_entry(key, &Ordered(value))?;
                }
                out.end()
            }
            Value::Array(items) => {
                let mut out = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    out.serialize_element(&Ordered(item))?;
                }
                out.end()
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                plain.serialize(serializer)
            }
        }
    }
}

/// The description for an audience as text.
pub fn text(audience: Audience) -> String {
    let mut whole = serde_json::to_value(api::description()).unwrap_or_default();
    if audience != Audience::All {
        narrow(&mut whole, audience);
    }
    serde_json::to_string_pretty(&Ordered(&whole)).unwrap_or_default()
}

/// Leaves out the operations that nobody of an audience may call, and the tags and schemas of no others.
fn narrow(whole: &mut Value, audience: Audience) {
    let is_for = |operation: &Value| {
        let roles = operation["x-roles"].as_array();
        roles.is_some_and(|roles| {
            roles
                .iter()
                .filter_map(Value::as_str)
                .any(|role| audience.has(role))
        })
    };
    if let Some(paths) = whole["paths"].as_object_mut() {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|_, operation| is_for(operation));
        }
        paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
    }
    let tags: BTreeSet<String> = operations(&whole["paths"])
        .filter_map(|operation| operation["tags"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if let Some(named) = whole["tags"].as_array_mut() {
        named.retain(|tag| tag["name"].as_str().is_some_and(|name| tags.contains(name)));
    }
    let mut wanted = BTreeSet::new();
    mentioned(
        &whole["paths"],
        &whole["components"]["schemas"],
        &mut wanted,
    );
    if let Some(schemas) = whole["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| wanted.contains(name));
    }
}

fn operations(paths: &Value) -> impl Iterator<Item = &Value> {
    let items = paths.as_object().into_iter().flat_map(Map::values);
    items.filter_map(Value::as_object).flat_map(Map::values)
}

/// Collects the names of the schemas that a value refers to, and those that they refer to in turn.
fn mentioned(value: &Value, schemas: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name = map
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && found.insert(name.to_owned())
            {
                mentioned(&schemas[name], schemas, found);
            }
            map.values()
                .for_each(|value| mentioned(value, schemas, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| mentioned(item, schemas, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What of the description is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct OpenApiQuery {
    #[serde(default)]
    audience: Audience,
}

/// The description as a text in JSON.
pub(super) async fn openapi(
    asked: Result<Query<OpenApiQuery>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    static COMPANY: LazyLock<String> = LazyLock::new(|| text(Audience::Company));
    static STAFF: LazyLock<String> = LazyLock::new(|| text(Audience::Staff));
    static ALL: LazyLock<String> = LazyLock::new(|| text(Audience::All));
    let Query(asked) = asked.map_err(|_| bad_query("audience 只能是 company、staff 或 all"))?;
    let text: &'static str = match asked.audience {
        Audience::Company => &COMPANY,
        Audience::Staff => &STAFF,
        Audience::All => &ALL,
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], text))
}

#[cfg(test)]
mod tests {
    use super::{Audience, Value, operations, text};

    fn described(audience: Audience) -> Value {
        serde_json::from_str(&text(audience)).unwrap()
    }

    #[test]
    fn each_audience_sees_what_it_may_call_and_no_more() {
        let (company, staff, all) = (
            described(Audience::Company),
            described(Audience::Staff),
            described(Audience::All),
        );
        let has = |whole: &Value, path: &str| whole["paths"].get(path).is_some();
        for (path, for_company, for_staff) in [
            ("/api/v1/receipts", true, false),
            ("/api/v1/users", false, true),
            ("/api/v1/messages", true, true),
        ] {
            assert_eq!(has(&company, path), for_company, "{path}");
            assert_eq!(has(&staff, path), for_staff, "{path}");
            assert!(has(&all, path), "{path}");
        }
        let n = |whole: &Value| operations(&whole["paths"]).count();
        assert!(n(&company) < n(&all) && n(&staff) < n(&all));
        assert!(company["components"]["schemas"].get("UserView").is_none());
        assert!(company["components"]["schemas"].get("Problem").is_some());
        assert!(!company["tags"].to_string().contains("\"audit\""));
    }

    #[test]
    fn xml_is_the_first_form_of_a_submission_and_files_are_binary() {
        let text = text(Audience::Company);
        let whole: Value = serde_json::from_str(&text).unwrap();
        let (_, submit) = text.split_once("\"operationId\": \"submit\",").unwrap();
        let at = |form: &str| submit.find(form).unwrap();
        assert!(at("\"application/xml\": {") < at("\"application/json\": {"));
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let body = &whole["paths"]["/api/v1/messages"]["post"]["requestBody"]["content"][sheet];
        assert_eq!(body["schema"]["format"], "binary");
        assert_eq!(body["schema"]["type"], "string");
    }
}
