//! What handlers read of a request: body, query, ids, times, texts, and how they refuse what is not as it should be.

pub mod codes;

use web::Problem;

/// The id in a path; what is no id does not exist.
///
/// # Errors
/// 404.
pub fn id(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| not_found())
}

/// An optional id in a body or query.
///
/// # Errors
/// 400 when it is not a number.
pub fn id_opt(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let bad = || Problem::new(web::codes::BAD_REQUEST).detail(format!("{name} 不是有效的编号"));
    text.filter(|text| !text.is_empty())
        .map(|text| text.parse().map_err(|_| bad()))
        .transpose()
}

/// An optional time in a body or query: RFC 3339 or a Beijing day.
///
/// # Errors
/// 400 when it is not a time.
pub fn time_opt(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let bad = || {
        Problem::new(web::codes::BAD_REQUEST)
            .detail(format!("{name} 应为日期（2026-11-24）或 RFC 3339 时间"))
    };
    text.filter(|text| !text.is_empty())
        .map(|text| store::clock::parse_time(text).ok_or_else(bad))
        .transpose()
}

/// Nothing there, or not seen.
pub fn not_found() -> Problem {
    Problem::new(web::codes::NOT_FOUND)
}

/// A field that is not filled in as it should be.
pub fn field(why: impl Into<String>) -> Problem {
    Problem::new(codes::FIELD).detail(why)
}

/// A text for people: 1 to `max` characters, no control characters.
///
/// # Errors
/// [`codes::FIELD`] with what is wrong.
pub fn words(name: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    let n_chars = text.chars().count();
    let is_plain = !text.chars().any(|c| c.is_control() && c != '\n');
    if (1..=max).contains(&n_chars) && is_plain {
        Ok(text.to_owned())
    } else {
        Err(field(format!("{name}应为 1 至 {max} 个字，不含控制字符")))
    }
}
