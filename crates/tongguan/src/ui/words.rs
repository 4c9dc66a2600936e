//! English of the words that the modules give in Chinese: states, outcomes, steps and handlers of messages.

use registry::page::Lang;

const WORDS: [(&str, &str); 29] = [
    ("进口", "Import"),
    ("出口", "Export"),
    ("已接收", "Received"),
    ("待对碰", "Waiting for documents"),
    ("已校验", "Checked"),
    ("平台拒收", "Refused"),
    ("已发送", "Sent"),
    ("已有回执", "Answered"),
    ("回执已收齐", "All receipts in"),
    ("待人工处理", "Held"),
    ("未办结", "In progress"),
    ("已入库", "Accepted"),
    ("已放行", "Released"),
    ("海关退单", "Rejected"),
    ("处理异常", "Processing error"),
    ("企业不再处理", "Dismissed by the company"),
    ("企业恢复处理", "Reopened by the company"),
    ("对碰差异", "Differences found by matching"),
    ("税单与测算不一致", "Tax bill differs from the estimate"),
    ("平台", "Platform"),
    ("海关", "Customs"),
    ("无", "None"),
    ("平台运维人员", "Platform operators"),
    (
        "企业（等待配套单证）",
        "Company: related documents are missing",
    ),
    (
        "企业（请更正后重新申报）",
        "Company: correct it and declare again",
    ),
    (
        "企业（海关退单，请更正后重新申报）",
        "Company: correct it and declare again",
    ),
    (
        "企业（处理异常，请按回执处理）",
        "Company: act on the receipt",
    ),
    (
        "企业（平台拒收，请更正后重新申报）",
        "Company: correct it and declare again",
    ),
    (
        "无（已重新申报或不再处理）",
        "None: declared again or dismissed",
    ),
];

/// A word in the language of a page; one that nobody has translated as it is.
pub(super) fn of(lang: Lang, chinese: &str) -> &str {
    let found = WORDS.iter().find(|(known, _)| *known == chinese);
    match (lang, found) {
        (Lang::En, Some((_, english))) => english,
        _ => chinese,
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use ceb::Outcome;
    use exchange::message::State;
    use exchange::outcome::{holder, state_chinese};
    use registry::page::Lang;

    /// Whatever state a message is in and whatever became of it, the English pages say so in English.
    #[test]
    fn every_state_outcome_and_holder_has_its_english_word() {
        for state in State::ALL {
            for &outcome in Outcome::ALL {
                for chinese in [
                    state.chinese(),
                    state.holder(),
                    outcome.chinese(),
                    state_chinese(state, outcome),
                    holder(state, outcome, true),
                    holder(state, outcome, false),
                ] {
                    assert!(of(Lang::En, chinese).is_ascii(), "{chinese}");
                    assert_eq!(of(Lang::Zh, chinese), chinese);
                }
            }
        }
    }
}
