//! Whom a notice is for (对象).

use registry::role::Role;
use std::collections::BTreeSet;

/// Whom a notice may be for.
pub const AUDIENCES: [&str; 8] = [
    "public",
    "all",
    "staff",
    "companies",
    "customs",
    "bureau",
    "operator",
    "admin",
];

/// The name of an audience for people.
pub fn audience_name(audience: &str) -> &str {
    match audience {
        "public" => "公开（含登录页）",
        "all" => "全体用户",
        "staff" => "工作人员",
        "companies" => "企业",
        "customs" => "海关管理端",
        "bureau" => "商务局",
        "operator" => "运行值守",
        "admin" => "系统管理",
        other => other,
    }
}

/// The audiences to which somebody with these roles belongs.
pub fn audiences(roles: &BTreeSet<String>) -> Vec<&'static str> {
    let mut found = BTreeSet::from(["public", "all"]);
    for name in roles {
        match Role::from_name(name).map(Role::workspace) {
            Some("company") => {
                found.insert("companies");
            }
            Some(workspace) => found.extend(["staff", workspace]),
            // Roles of the officers' own are for the staff only.
            None => {
                found.insert("staff");
            }
        }
    }
    found.into_iter().collect()
}
