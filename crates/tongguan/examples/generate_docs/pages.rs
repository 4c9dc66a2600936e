//! The documents that the program's own tables give: path below `docs/` and text.

use registry::role::Role;
use tongguan::app::api::operations;
use tongguan::app::docs::openapi_json;
use tongguan::app::metrics::METRICS;
use tongguan::config::{Config, REFERENCE};
use tongguan::gather;

/// Says where a page comes from, so that nobody edits it.
const GENERATED: &str = "<!-- 本页由程序生成（make docs），请勿手工修改。 -->";

/// Every generated document.
pub(crate) fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = gather::codes()
        .into_iter()
        .map(|code| {
            let (chinese, what, todo) = (code.markdown(), code.meaning_en, code.advice_en);
            let text = format!("{chinese}\n## In English\n\n{what}\n\n{todo}\n");
            (format!("codes/{}.md", code.code), text)
        })
        .collect();
    pages.push(("codes/README.md".to_owned(), codes()));
    pages.push(("protocol/openapi.json".to_owned(), openapi()));
    pages.push(("operating/configuration.md".to_owned(), configuration()));
    pages.push(("operating/metrics.md".to_owned(), metrics()));
    pages.push(("audit-events.md".to_owned(), audit_events()));
    pages.push(("protocol/permissions.md".to_owned(), permissions()));
    pages
}

/// The index of all codes.
fn codes() -> String {
    let mut out = format!(
        "# 代码一览\n\n{GENERATED}\n\n\
         每个代码都是稳定的：程序可以据此判断，人可以据此查阅。运行中的平台也在 `/docs/codes/代码` 提供这些页面。\n\n\
         ## 拒绝与故障\n\n\
         `TG-R` 是平台拒绝的请求，原因在调用方；`TG-F` 是平台自身的故障，可稍后重试。\
         它们出现在错误应答（`application/problem+json`）的 `code` 中。\n\n\
         | 代码 | 名称 | HTTP 状态 |\n|---|---|---|\n"
    );
    let mut refusals = gather::codes();
    refusals.sort_by_key(|code| (code.code.starts_with("TG-F"), code.code));
    for code in refusals {
        let id = code.code;
        out += &format!("| [{id}]({id}.md) | {} | {} |\n", code.title, code.status);
    }
    out += "\n## 校验问题\n\n\
            `TG-E` 是报文内容的问题，一次全部列出，见报文的 `findings`；按层次的一览见 [ceb.md](ceb.md)。\n\n\
            | 代码 | 问题 |\n|---|---|\n";
    for code in ceb::code::ALL {
        out += &format!("| [{}]({}.md) | {} |\n", code.id, code.id, code.title);
    }
    out += "\n## 回执代码\n\n\
            海关与电子口岸的回执状态、原因代码、错误代码及其解释，见 [receipt-codes.md](receipt-codes.md)。\n";
    out
}

/// The description of the API. The number of the program is left out: the description changes with
/// the API and not with every release.
fn openapi() -> String {
    let number = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    openapi_json().replacen(&number, "\"version\": \"1\"", 1) + "\n"
}

/// Every setting with its default and its sentence.
fn configuration() -> String {
    let defaults = toml::Value::try_from(Config::default())
        .unwrap_or_else(|_| toml::Value::Table(toml::Table::new()));
    let default = |path: &str| {
        let value = path
            .split('.')
            .try_fold(&defaults, |value, key| value.get(key));
        value.map_or_else(|| "（无）".to_owned(), |value| format!("`{value}`"))
    };
    let mut out = format!(
        "# 配置一览\n\n{GENERATED}\n\n\
         配置写在一个 TOML 文件里（`--config FILE`），每一项都有可用的缺省值；不认识的键会报错。\
         环境变量优先于文件：把路径写成大写，加前缀 `TONGGUAN_`，各级之间用两个下划线，\
         例如 `TONGGUAN_STORE__URL`。口令请放在环境变量里。\n\n\
         `tongguan config print` 打印当前生效的配置（不含口令），`tongguan config check` 只检查不启动。\n"
    );
    let mut section = "";
    for (path, sentence) in REFERENCE {
        let begin = path.split('.').next().unwrap_or_default();
        if begin != section {
            section = begin;
            out += &format!("\n## {section}\n\n| 键 | 缺省 | 说明 |\n|---|---|---|\n");
        }
        out += &format!("| `{path}` | {} | {sentence} |\n", default(path));
    }
    out
}

/// Every metric with its kind and meaning.
fn metrics() -> String {
    let mut out = format!(
        "# 指标一览\n\n{GENERATED}\n\n\
         `GET /metrics`，Prometheus 文本格式。时间以秒为单位；指标中不含企业名称、编号与报文内容。\n\n\
         | 指标 | 类型 | 含义 |\n|---|---|---|\n"
    );
    for (name, kind, meaning) in METRICS {
        out += &format!("| `{name}` | {kind} | {meaning} |\n");
    }
    out
}

/// Every act that leaves a row in the audit.
fn audit_events() -> String {
    let mut out = format!(
        "# 审计事件目录\n\n{GENERATED}\n\n\
         平台上每个人的每项操作都记入审计：操作者、时间、事件、对象、结果、来源地址、请求编号与说明。\
         审计记录与操作在同一事务中写入，写不进审计的操作不会生效；记录只能追加，逐条以哈希值相连，\
         用 `tongguan audit verify` 校验。记录中不含密码、报文内容与个人信息。\n"
    );
    for (module, acts) in gather::acts().iter() {
        out += &format!("\n## {module}\n\n| 事件 | 名称 |\n|---|---|\n");
        for act in *acts {
            out += &format!("| `{}` | {} |\n", act.name, act.chinese);
        }
    }
    out
}

/// Who may call what: the truth table of operations and built-in roles.
fn permissions() -> String {
    let mut out = format!(
        "# 操作权限表\n\n{GENERATED}\n\n\
         每一行是接口说明（`openapi.json`）中的一个 `operationId`，每一列是一个内置角色，“●”表示可以调用。\
         自定义角色由安全管理员批准后，可以另外得到业务人员（值守、商务局、海关）的操作。\
         能调用不等于能看到：数据范围另由所属企业、组织机构子树、关区限定，范围之外一律应答 404。\n\n| 操作 | 名称 |"
    );
    for &role in Role::ALL {
        out += &format!(" {} |", role.chinese());
    }
    out += "\n|---|---|";
    out += &":-:|".repeat(Role::ALL.len());
    out += "\n";
    for operation in operations() {
        out += &format!("| `{}` | {} |", operation.id, operation.chinese);
        for &role in Role::ALL {
            let is_allowed = operation.roles.contains(&role);
            out += if is_allowed { " ● |" } else { " |" };
        }
        out += "\n";
    }
    out
}
