//! The export of lists: which routes are lists, read from the description of the API.

use super::api;
use std::collections::BTreeMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{RefOr, schema::Schema};

/// Lists that have an export of their own, with rights of its own.
const APART: [&str; 5] = [
    "messages",
    "receipts",
    "audit_rows",
    "login_log",
    "operation_log",
];

/// The routes that answer pages, by the name of their operation.
pub(super) fn paths() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (path, item) in api::description().paths.paths {
        let Some(get) = item.get.filter(|get| !path.contains('{') && is_list(get)) else {
            continue;
        };
        if let Some(id) = get.operation_id.filter(|id| !APART.contains(&id.as_str())) {
            found.insert(id, path);
        }
    }
    found
}

fn is_list(get: &Operation) -> bool {
    let answer = get.responses.responses.get("200");
    let Some(RefOr::T(answer)) = answer else {
        return false;
    };
    let schema = answer
        .content
        .get("application/json")
        .and_then(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        });
    match schema {
        Some(RefOr::Ref(name)) => name.ref_location.contains("/Page_"),
        Some(RefOr::T(Schema::Object(object))) => {
            object.properties.contains_key("items") && object.properties.contains_key("next")
        }
        Some(RefOr::T(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_known_and_those_with_own_rights_left_out() {
        let paths = super::paths();
        for list in ["users", "companies", "cases", "approvals", "jobs", "search"] {
            assert!(paths.contains_key(list), "{list}: {paths:?}");
        }
        for other in [
            "messages",
            "audit_rows",
            "login_log",
            "operation_log",
            "session",
            "home",
            "job_runs",
            "company",
        ] {
            assert!(!paths.contains_key(other), "{other}");
        }
    }
}
