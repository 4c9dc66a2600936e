//! A role as people read it.

use super::{CustomRole, Role};
use serde::Serialize;
use utoipa::ToSchema;

/// A name with its id or code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    /// Id or code.
    pub id: String,
    /// Name for people.
    pub name: String,
}

/// A role by its name for people.
pub fn named(name: &str, custom: &[CustomRole]) -> Named {
    let chinese = Role::from_name(name)
        .map(|role| role.chinese().to_owned())
        .or_else(|| {
            let found = custom.iter().find(|role| role.name == name);
            found.map(|role| role.chinese.clone())
        });
    Named {
        id: name.to_owned(),
        name: chinese.unwrap_or_else(|| name.to_owned()),
    }
}
