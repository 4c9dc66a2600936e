//! What is true of every operation of the API, written into its description once: how a caller is known, which
//! problems any operation may answer, how files are written down, and which roles may call it.

use registry::role;
use utoipa::OpenApi as Describe;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};

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

/// What the answers mean of which the operation says no more.
const DONE: [(&str, &str); 4] = [
    ("200", "成功"),
    ("201", "已创建"),
    ("202", "已受理，尚待处理或复核"),
    ("204", "已完成，无内容"),
];

/// Types of bodies that most generators of clients do not know.
const FILES: [&str; 3] = [
    "application/xml",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// The type of a body that says nothing of it.
const BYTES: &str = "application/octet-stream";

/// What stands around the operations.
#[derive(Describe)]
#[openapi(
    info(
        title = "通关 Tongguan API",
        description = "跨境电商综试区线上综合服务平台：申报报文提交、查询与回执领取。\n\n\
            提交的报文在应答 202 之前已安全保存；重复提交相同内容得到第一次的应答。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(web::Problem)),
    tags(
        (name = "messages", description = "报文：提交与查询"),
        (name = "receipts", description = "回执：领取"),
        (name = "forms", description = "表单：Excel 与 JSON，预检与模板"),
        (name = "corrections", description = "更正重报：从退单、处理异常或平台拒收到更正后的新报文"),
        (name = "overview", description = "概览：首页、统计与实时推送"),
        (name = "exports", description = "导出：Excel"),
        (name = "operator", description = "值守台：流水线、待人工处理的报文与未匹配回执"),
        (name = "session", description = "会话：登录后的身份与权限"),
        (name = "approvals", description = "双人复核"),
        (name = "cases", description = "办件：申请、受理、补正、审批、办结"),
        (name = "ledger", description = "企业台账：企业、人员、密钥、代理、对接"),
        (name = "signing", description = "签名：企业签名策略、平台代签与密钥"),
        (name = "payment", description = "179 号公告：支付原始数据与海关询问"),
        (name = "administration", description = "系统管理：用户、授权、会话与任务"),
        (name = "audit", description = "安全审计"),
        (name = "customs-box", description = "海关模拟器：仅演示环境")
    )
)]
struct Frame;

/// The description without operations.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// Adds to the operations of a description what is true of all, and who may call them.
pub(super) fn complete(openapi: &mut OpenApi, known: &[&role::Operation]) {
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
        for operation in operations(item) {
            answers(operation);
            bodies(operation);
            roles(operation, known);
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

fn answers(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let text = DONE.iter().find(|(done, _)| done == status);
            response.description = text.map_or("已办理", |(_, text)| text).to_owned();
        }
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
}

/// Writes files as binary, whatever type the program keeps them in.
fn bodies(operation: &mut Operation) {
    let binary = |(kind, content): (&String, &mut RefOr<Content>)| {
        if let RefOr::T(content) = content
            && matches!(content.schema, Some(RefOr::T(Schema::Array(_))))
            && !kind.ends_with("json")
        {
            content.schema = Some(binary());
        }
    };
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.content.iter_mut().for_each(binary);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(binary);
        // Bodies are known by what they are: generators that do not know their types send bytes.
        if FILES.iter().any(|kind| body.content.contains_key(*kind)) {
            let content = ContentBuilder::new().schema(Some(self::binary())).build();
            body.content.insert(BYTES.to_owned(), content.into());
        }
    }
}

fn binary() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .into()
}

fn roles(operation: &mut Operation, known: &[&role::Operation]) {
    let known = known
        .iter()
        .find(|known| operation.operation_id.as_deref() == Some(known.id));
    if let Some(known) = known {
        // The name comes first, in Chinese; what the handler says of itself follows.
        let summary = operation.summary.replace(known.chinese.to_owned());
        let more = operation.description.take();
        let paragraphs: Vec<String> = summary.into_iter().chain(more).collect();
        operation.description = (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"));
        let roles: Vec<&str> = known.roles.iter().map(|role| role.name()).collect();
        let extensions = ExtensionsBuilder::new().add("x-roles", roles).build();
        operation.extensions = Some(extensions);
    }
}
