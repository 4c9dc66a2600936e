//! Codes of this platform (平台的代码): people ask what `TG-E1203` means with the same words as for a code
//! of customs, and paste the platform's own refusals, which carry such codes.

use super::part::{ExplanationPart, ExplanationParts, unknown_text};
use super::{Explanation, Resubmit, text};
use crate::code::{self, Code};
use crate::finding::Severity;

/// Digits of a code.
const DIGITS: usize = 4;

/// Most codes of one text that are explained.
const CODES_MAX: usize = 20;

/// The codes of this platform in a text, as they are written in its pages: `TG-E1203`.
#[must_use]
pub fn codes_in(text: &str) -> Vec<String> {
    let text: Vec<char> = text.chars().map(text::fold).collect();
    let mut found = Vec::new();
    for (at, _) in text
        .windows(2)
        .enumerate()
        .filter(|(_, two)| *two == ['t', 'g'])
    {
        let is_inside = at > 0 && text[at - 1].is_ascii_alphanumeric();
        let rest = text.get(at + 2..).unwrap_or_default();
        let rest = match rest.first() {
            Some('-' | '_' | '–' | '—' | ' ') => &rest[1..],
            _ => rest,
        };
        let Some((family, digits)) = rest.split_first() else {
            continue;
        };
        let n_digits = digits.iter().take_while(|c| c.is_ascii_digit()).count();
        let is_longer = digits.get(n_digits).is_some_and(char::is_ascii_alphabetic);
        if is_inside || is_longer || n_digits != DIGITS || !"erf".contains(*family) {
            continue;
        }
        let digits: String = digits.iter().take(DIGITS).collect();
        let code = format!("TG-{}{digits}", family.to_ascii_uppercase());
        if found.len() < CODES_MAX && !found.contains(&code) {
            found.push(code);
        }
    }
    found
}

/// What the codes of the platform in a text mean; nothing when there are none. `elsewhere` knows those
/// that are not of this crate: the title, what happened and what to do.
#[must_use]
pub fn of_platform<'a>(
    text: &str,
    elsewhere: impl Fn(&str) -> Option<(&'a str, &'a str, &'a str)>,
) -> Option<Explanation> {
    let codes = codes_in(text);
    let mut parts = ExplanationParts::default();
    for id in &codes {
        parts.push(match (code::find(id), elsewhere(id)) {
            (Some(code), _) => of_finding(code),
            (None, Some((title, happened, todo))) => ExplanationPart {
                resubmit: Resubmit::Nothing,
                ..part_of(id, title, happened, todo)
            },
            (None, None) => ExplanationPart {
                title: format!("没有代码 {id}"),
                code: id.clone(),
                meaning: format!("平台没有代码 {id}。"),
                advice: "请核对代码；全部代码见 docs/codes。".to_owned(),
                resubmit: Resubmit::Nothing,
                source: "docs/codes/README".to_owned(),
                is_unlisted: false,
                ..unknown_text("", None)
            },
        });
    }
    let is_code_alone = codes.len() == 1 && text.trim().chars().count() <= codes[0].len();
    let said = if is_code_alone { "" } else { text.trim() };
    (!parts.is_empty()).then(|| parts.explanation("共有", said, Vec::new(), None))
}

/// A finding: what refuses is corrected and declared again, what only tells needs nothing.
fn of_finding(code: &'static Code) -> ExplanationPart {
    ExplanationPart {
        resubmit: match code.severity {
            Severity::Refuse => Resubmit::Corrected,
            Severity::Warn | Severity::Note => Resubmit::Nothing,
        },
        rule: Some(code.id),
        ..part_of(code.id, code.title, code.happened, code.todo)
    }
}

fn part_of(id: &str, title: &str, happened: &str, todo: &str) -> ExplanationPart {
    ExplanationPart {
        title: format!("平台的代码 {id} {title}"),
        code: id.to_owned(),
        meaning: format!("{title}：{happened}"),
        advice: todo.to_owned(),
        source: format!("docs/codes/{id}"),
        is_known: true,
        is_unlisted: false,
        ..unknown_text("", None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask;
    use super::{codes_in, of_platform};
    use crate::explain::Resubmit;

    #[test]
    fn a_code_of_the_platform_is_explained_however_it_is_written() {
        for text in [
            "TG-E1203",
            "tg-e1203",
            " ＴＧ－Ｅ１２０３ ",
            "TGE1203",
            "TG_E1203",
            "[TG-E1203]",
        ] {
            let explained = ask(None, None, text);
            assert_eq!(
                (explained.code.as_str(), explained.is_known),
                ("TG-E1203", true),
                "{text}"
            );
            assert!(
                explained.meaning.contains("元素次序不对"),
                "{text}: {}",
                explained.meaning
            );
            assert_eq!(explained.resubmit, Resubmit::Corrected);
            assert_eq!(explained.source, "docs/codes/TG-E1203");
            assert_eq!(explained.unknown_codes().count(), 0);
        }
        let warned = ask(None, None, "TG-E1320");
        assert_eq!(warned.resubmit, Resubmit::Nothing);
    }

    #[test]
    fn a_refusal_of_the_platform_is_explained_by_all_of_its_codes() {
        let text = "平台校验未通过，共 2 处问题：[TG-E1203]元素次序不对（/a）；[TG-E1306]企业代码不正确（/b）；";
        let explained = ask(None, None, text);
        assert_eq!(explained.parts.len(), 2, "{explained:?}");
        assert!(explained.is_known && explained.said.contains("[TG-E1306]"));
    }

    #[test]
    fn a_code_that_does_not_exist_is_not_made_up() {
        // Put together here, so that nobody looks for its page.
        let code = format!("TG-E{}", 9999);
        let explained = ask(None, None, &code);
        assert!(!explained.is_known, "{explained:?}");
        assert!(
            explained.meaning.contains(&format!("没有代码 {code}")),
            "{}",
            explained.meaning
        );
        assert_eq!(
            explained.unknown_codes().count(),
            0,
            "no question for the operators"
        );
        for text in [
            "TG-E12",
            "TG-E12034",
            "XTG-E1203",
            "TG-X1203",
            "TG",
            "tg-e1203x",
        ] {
            assert!(codes_in(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn codes_of_higher_layers_are_explained_by_whoever_knows_them() {
        let known =
            |id: &str| (id == "TG-R4031").then_some(("不一致", "代码不属于密钥。", "请核对。"));
        let explained = of_platform("tg-r4031", known).unwrap();
        assert!(explained.is_known && explained.meaning.contains("代码不属于密钥"));
        assert!(of_platform("没有代码", known).is_none());
    }
}
