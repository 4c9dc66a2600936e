//! What is wrong with the parameters or the JSON of a request, or with settings, in Chinese: serde says it in English.

/// A sentence of serde, with the path of the parameter in front as axum puts it, in Chinese. What it does not know stays
/// behind the path as it is.
pub fn in_chinese(text: &str) -> String {
    let text = [
        "Failed to deserialize query string: ",
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
    ]
    .iter()
    .find_map(|start| text.strip_prefix(start))
    .unwrap_or(text);
    // A place has two numbers; the same words in what somebody sent are none.
    let placed = text.rsplit_once(" at line ");
    let (text, place) = placed
        .and_then(|(text, place)| Some((text, place_of(place)?)))
        .unwrap_or((text, String::new()));
    // A path has no blanks, a sentence of serde has.
    match text.split_once(": ") {
        Some((path, why)) if !path.contains(' ') => format!("{path}：{}{place}", sentence(why)),
        _ => format!("{}{place}", sentence(text)),
    }
}

/// `2 column 7` as a place.
fn place_of(place: &str) -> Option<String> {
    let (line, column) = place.split_once(" column ")?;
    let (line, column): (u64, u64) = (line.parse().ok()?, column.parse().ok()?);
    Some(format!("（第 {line} 行第 {column} 列）"))
}

/// What serde calls a kind of value.
fn kind_of(kind: &str) -> &'static str {
    match kind {
        "a string" | "a borrowed string" => "文字",
        "a boolean" => " true 或 false",
        "a sequence" => "列表",
        "a map" => "对象",
        "u8" | "u16" | "u32" | "u64" | "usize" => "非负整数",
        "i8" | "i16" | "i32" | "i64" | "isize" => "整数",
        "f32" | "f64" => "数字",
        kind if kind.starts_with("struct ") => "对象",
        _ => "接口说明中的类型",
    }
}

fn sentence(text: &str) -> String {
    let named = |start: &str| {
        let rest = text.strip_prefix(start)?.strip_prefix('`')?;
        let (name, rest) = rest.split_once('`')?;
        let names: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        Some((name.to_owned(), names.join("、")))
    };
    if let Some((name, _)) = named("missing field ") {
        return format!("缺少 {name}");
    }
    if let Some((name, _)) = named("duplicate field ") {
        return format!("{name} 出现了不止一次");
    }
    if let Some((name, names)) = named("unknown field ") {
        return format!("没有名为 {name} 的参数，可用：{names}");
    }
    if let Some((name, names)) = named("unknown variant ") {
        return format!("没有取值 {name}，可取：{names}");
    }
    if let Some(rest) = text.strip_prefix("invalid value: integer ")
        && let Some((number, _)) = rest.split_once(',')
    {
        return format!("{} 超出范围", number.trim_matches('`'));
    }
    if let Some(rest) = text.strip_prefix("invalid ")
        && let Some((_, kind)) = rest.split_once(", expected ")
    {
        return format!("应为{}", kind_of(kind));
    }
    match text {
        "provided string was not `true` or `false`" => "应为 true 或 false".to_owned(),
        "invalid digit found in string"
        | "cannot parse integer from empty string"
        | "number too large to fit in target type"
        | "number too small to fit in target type" => "应为范围内的整数".to_owned(),
        text => not_json(text).unwrap_or(text).to_owned(),
    }
}

/// What is wrong with a text that should be JSON.
fn not_json(text: &str) -> Option<&'static str> {
    Some(match text {
        text if text.starts_with("invalid unicode") => "文字编码不是 UTF-8",
        "trailing characters" => "JSON 之后还有别的内容",
        "trailing comma" => "最后一项之后多了逗号",
        "key must be a string" => "名称应为带双引号的文字",
        "invalid number" => "数字的写法有误",
        "invalid escape"
        | "lone leading surrogate in hex escape"
        | "unexpected end of hex escape" => "文字中的转义有误",
        text if text.starts_with("control character") => "文字中有未转义的控制字符",
        text if text.starts_with("EOF while parsing") => "JSON 不完整",
        text if text.starts_with("expected ") => "不是合法的 JSON",
        text if text.starts_with("recursion limit") => "JSON 嵌套过深",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::{JsonBody, QueryOf};
    use axum::extract::FromRequest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Asked {
        text: String,
        number: Option<u32>,
        flag: Option<bool>,
        inner: Option<Inner>,
        choice: Option<Choice>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Inner {
        list: Vec<i64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        One,
        Two,
    }

    #[test]
    fn a_wrong_query_is_explained_in_chinese() {
        for (query, expected) in [
            ("", "缺少 text"),
            ("text=a&number=x", "number：应为范围内的整数"),
            ("text=a&number=", "number：应为范围内的整数"),
            ("text=a&number=-1", "number：应为范围内的整数"),
            ("text=a&flag=ja", "flag：应为 true 或 false"),
            ("text=a&text=b", "text 出现了不止一次"),
            ("text=a&choice=three", "没有取值 three，可取：one、two"),
            ("text=a&choice=a%20at%20line%20b", "可取：one、two"),
            (
                "text=a&no=1",
                "没有名为 no 的参数，可用：text、number、flag、inner、choice",
            ),
        ] {
            let uri = format!("/?{query}").parse().unwrap();
            let problem = QueryOf::<Asked>::of(&uri).unwrap_err();
            let detail = problem.detail.unwrap();
            assert!(detail.ends_with(expected), "{query}: {detail}");
            assert!(!detail.contains("Failed"), "{detail}");
        }
    }

    #[tokio::test]
    async fn a_wrong_body_is_explained_in_chinese_with_its_place() {
        for (body, expected) in [
            ("{}", "缺少 text（第 1 行第 2 列）"),
            ("{\"text\": 7}", "text：应为文字（第 1 行第 10 列）"),
            (
                "{\"text\": \"a\",\n\"inner\": {\"list\": \"x\"}}",
                "inner.list：应为列表（第 2 行第 21 列）",
            ),
            (
                "{\"text\": \"a\", \"number\": \"b\"}",
                "number：应为非负整数（第 1 行第 27 列）",
            ),
            (
                "{\"text\": \"a\", \"number\": 5000000000}",
                "number：5000000000 超出范围（第 1 行第 34 列）",
            ),
            ("{\"text\"", "JSON 不完整（第 1 行第 7 列）"),
            (
                "{\"text\": \"a\"} x",
                "JSON 之后还有别的内容（第 1 行第 15 列）",
            ),
            ("{text: 1}", "名称应为带双引号的文字（第 1 行第 2 列）"),
            (
                "{\"text\": \"a\", \"number\": -1}",
                "number：-1 超出范围（第 1 行第 26 列）",
            ),
            ("[]", "应为对象（第 1 行第 2 列）"),
        ] {
            let request = axum::http::Request::post("/")
                .header("content-type", "application/json")
                .body(axum::body::Body::from(body))
                .unwrap();
            let read = JsonBody::<Asked>::from_request(request, &()).await;
            let detail = read.unwrap_err().detail.unwrap();
            assert_eq!(detail, expected);
        }
        let request = axum::http::Request::post("/");
        let request = request.body(axum::body::Body::from("{}")).unwrap();
        let read = JsonBody::<Asked>::from_request(request, &()).await;
        let detail = read.unwrap_err().detail.unwrap();
        assert_eq!(detail, "请求头 Content-Type 应为 application/json");
    }
}
