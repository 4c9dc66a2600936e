//! What is true of every operation of the API, written into its description once: how a caller is
//! known, which problems any operation may answer, and which roles may call it.

use super::gather;
use utoipa::Modify;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};

/// Type of every error answer.
const PROBLEM: &str = "application/problem+json";

/// Problems that any operation may answer.
const ANYWHERE: [(&str, &str); 9] = [
    ("400", "参数或内容有误"),
    ("401", "尚未登录，或密钥缺失、无效、吊销或过期"),
    ("403", "没有权限"),
    ("404", "不存在，或不在可见范围内"),
    ("409", "与现状冲突：重复、已处理或已被他人更改"),
    ("422", "内容不符合规则，详见 detail"),
    ("429", "过于频繁，请稍后再试"),
    ("500", "平台内部错误"),
    ("503", "平台暂时无法受理，请稍后重试"),
];

/// Completes the description.
pub struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, openapi: &mut OpenApi) {
        use utoipa::OpenApi as _;
        openapi.merge(super::administration::AdministrationDoc::openapi());
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme(
            "key",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("tongguan"))),
        );
        for item in openapi.paths.paths.values_mut() {
            operations(item).into_iter().for_each(complete);
        }
    }
}

fn operations(item: &mut PathItem) -> Vec<&mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
    .collect()
}

fn complete(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        let is_error = status.starts_with(['4', '5']);
        if let RefOr::T(response) = response
            && is_error
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
    for (status, text) in ANYWHERE {
        responses.entry(status.to_owned()).or_insert_with(|| {
            let schema = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(schema)).build();
            ResponseBuilder::new()
                .description(text)
                .content(PROBLEM, content)
                .build()
                .into()
        });
    }
    let known = gather::OPERATIONS
        .iter()
        .flat_map(|room| room.iter())
        .find(|known| operation.operation_id.as_deref() == Some(known.id));
    if let Some(known) = known {
        let roles: Vec<&str> = known.roles.iter().map(|role| role.name()).collect();
        let extensions = ExtensionsBuilder::new().add("x-roles", roles).build();
        operation.extensions = Some(extensions);
    }
}
