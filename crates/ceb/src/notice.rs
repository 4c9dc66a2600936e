//! Notices (主动下发的回执): tax bills (816), their states (818), results of summaries (792). They have
//! no status of a document; what they tell is a number, a state of their own and amounts.

use crate::explain::{Explanation, Resubmit};
use crate::kind::Kind;
use crate::message::{Document, Record};
use crate::number::decimal;
use crate::parse::parse;
use crate::profile::Profile;
use rust_decimal::Decimal;

/// What a notice tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomsNotice {
    /// Number of the tax bill (电子税单编号), or of the summary (汇总申请编号).
    pub number: String,
    /// Its state as customs writes it: `1`.
    pub state: String,
    /// The state in Chinese; customs' own letters where the standard has no names.
    pub state_name: String,
    /// All of it in one sentence, in Chinese.
    pub summary: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// The elements of its head that are filled.
    pub fields: Vec<NoticeField>,
}

/// An element of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeField {
    /// Element name.
    pub element: String,
    /// Chinese name.
    pub chinese: String,
    /// Value as customs wrote it.
    pub value: String,
}

/// Reads a notice from the message that holds only it; `None` for every other kind of receipt, and for
/// what cannot be read.
#[must_use]
pub fn read(kind: Kind, xml: &str) -> Option<CustomsNotice> {
    if !matches!(kind, Kind::Ceb816 | Kind::Ceb818 | Kind::Ceb792) {
        return None;
    }
    let message = parse(xml.as_bytes(), Profile::Down).message?;
    message.documents.first().map(|one| of(kind, one))
}

/// What a receipt without a status means: the notice, or that the status is missing.
#[must_use]
pub fn explanation(kind: Option<Kind>, xml: &str, info: &str) -> Explanation {
    let notice = kind.and_then(|kind| read(kind, xml));
    let (meaning, advice, code) = match notice {
        Some(notice) => (notice.summary, notice.advice, notice.state),
        None => (
            "回执没有写明状态（returnStatus），单证的状态不变。".to_owned(),
            "请看回执信息；需要确认办理情况的，请等待下一份回执或联系海关。".to_owned(),
            String::new(),
        ),
    };
    Explanation {
        meaning,
        advice,
        resubmit: Resubmit::Nothing,
        is_temporary: false,
        source: "回执报文规范".to_owned(),
        code,
        said: info.to_owned(),
        is_known: true,
        rule: None,
        places: Vec::new(),
        guid: None,
        parts: Vec::new(),
    }
}

fn of(kind: Kind, document: &Document) -> CustomsNotice {
    let head = &document.head;
    let own = |element: &str| head.filled(element).unwrap_or_default().trim().to_owned();
    let (number, state, state_name, summary, advice) = if kind == Kind::Ceb792 {
        let (number, state) = (own("sumNo"), own("decState"));
        let mut summary = format!(
            "汇总申请 {number} 的结果：汇总统一编号 {}，报关单状态 {state}",
            own("declSeqNo")
        );
        for (element, name) in [("decPreNo", "预录入编号"), ("entryId", "报关单编号")] {
            if let Some(value) = head.filled(element) {
                summary.push_str(&format!("，{name} {}", value.trim()));
            }
        }
        let advice = "请按汇总结果办理报关单申报，并核对所列清单。".to_owned();
        (number, state.clone(), state, summary, advice)
    } else {
        let (number, state) = (own("taxNo"), own("status"));
        let state_name = tax_state(&state).to_owned();
        let mut summary = format!("电子税单 {number}（清单 {}）：{state_name}", own("invtNo"));
        summary.push_str(&amounts(head));
        if let Some(value) = head.filled("entDutyNo") {
            summary.push_str(&format!("，缴款书编号 {}", value.trim()));
        }
        (
            number,
            state.clone(),
            state_name,
            summary,
            tax_advice(&state).to_owned(),
        )
    };
    let fields = head.iter().filter(|(_, value)| !value.trim().is_empty());
    CustomsNotice {
        number,
        state,
        state_name,
        summary,
        advice,
        fields: fields
            .map(|(element, value)| NoticeField {
                element: element.to_owned(),
                chinese: head
                    .spec()
                    .field(element)
                    .map_or_else(|| element.to_owned(), |field| field.chinese.clone()),
                value: value.trim().to_owned(),
            })
            .collect(),
    }
}

/// The amounts of a tax bill, in yuan; nothing when it tells none (818).
fn amounts(head: &Record) -> String {
    let parts = [
        ("customsTax", "关税"),
        ("valueAddedTax", "增值税"),
        ("consumptionTax", "消费税"),
    ];
    let taxes = parts.map(|(element, name)| Some((name, head.filled(element).and_then(decimal)?)));
    let taxes: Vec<(&str, Decimal)> = taxes.into_iter().flatten().collect();
    if taxes.is_empty() {
        return String::new();
    }
    let sum = taxes
        .iter()
        .try_fold(Decimal::ZERO, |sum, (_, amount)| sum.checked_add(*amount));
    let each: Vec<String> = taxes
        .iter()
        .map(|(name, amount)| format!("{name} {}", yuan(*amount)))
        .collect();
    let sum = sum.map_or_else(String::new, |sum| format!("，税款合计 {} 元", yuan(sum)));
    format!("{sum}（{}）", each.join("，"))
}

/// An amount with at least two places.
fn yuan(amount: Decimal) -> String {
    let amount = amount.normalize();
    let places = amount.scale().max(2);
    format!("{amount:.*}", usize::try_from(places).unwrap_or(2))
}

fn tax_state(state: &str) -> &'static str {
    match state {
        "1" => "已生成",
        "2" => "已汇总",
        "3" => "已作废",
        _ => "状态未写明",
    }
}

fn tax_advice(state: &str) -> &'static str {
    match state {
        "1" => "请核对税款金额；由担保企业在海关汇总后按缴款书缴纳，目前无需操作。",
        "2" => "税单已汇总，请担保企业按缴款书编号缴纳税款。",
        "3" => "税单已作废，不再缴纳；退货或撤销的税款以此为准。",
        _ => "请在海关系统中核对税单状态。",
    }
}

#[cfg(test)]
mod tests {
    use super::{explanation, read};
    use crate::kind::Kind;
    use crate::write::{self, DocumentValues};

    fn bill(kind: Kind, values: &[(&str, &str)]) -> String {
        let head = values
            .iter()
            .map(|(element, value)| ((*element).to_owned(), (*value).to_owned()))
            .collect();
        let document = DocumentValues {
            head,
            lines: Vec::new(),
        };
        write::message(
            kind,
            "AAAAAAAA-0000-4000-8000-000000000001",
            &[document],
            None,
        )
    }

    #[test]
    fn a_tax_bill_shows_number_state_and_amounts() {
        let xml = bill(
            Kind::Ceb816,
            &[
                ("guid", "G"),
                ("invtNo", "11052026I000000001"),
                ("taxNo", "T001"),
                ("customsTax", "0"),
                ("valueAddedTax", "45.5"),
                ("consumptionTax", "52.50000"),
                ("status", "1"),
            ],
        );
        let notice = read(Kind::Ceb816, &xml).unwrap();
        assert_eq!(
            notice.summary,
            "电子税单 T001（清单 11052026I000000001）：已生成，税款合计 98.00 元（关税 0.00，增值税 45.50，消费税 52.50）"
        );
        assert_eq!((&*notice.number, &*notice.state_name), ("T001", "已生成"));
        assert!(
            notice
                .fields
                .iter()
                .any(|field| field.chinese == "应征增值税")
        );
        assert!(explanation(Some(Kind::Ceb816), &xml, "").is_known);
    }

    #[test]
    fn a_state_of_a_bill_and_a_summary_are_shown_too() {
        let xml = bill(
            Kind::Ceb818,
            &[
                ("invtNo", "I1"),
                ("taxNo", "T1"),
                ("status", "2"),
                ("entDutyNo", "D9"),
            ],
        );
        let notice = read(Kind::Ceb818, &xml).unwrap();
        assert_eq!(
            notice.summary,
            "电子税单 T1（清单 I1）：已汇总，缴款书编号 D9"
        );
        let xml = bill(
            Kind::Ceb792,
            &[
                ("sumNo", "S1"),
                ("declSeqNo", "Q1"),
                ("decState", "10"),
                ("entryId", "E1"),
            ],
        );
        let notice = read(Kind::Ceb792, &xml).unwrap();
        assert_eq!(
            notice.summary,
            "汇总申请 S1 的结果：汇总统一编号 Q1，报关单状态 10，报关单编号 E1"
        );
        assert_eq!(read(Kind::Ceb312, &xml), None);
        assert_eq!(read(Kind::Ceb816, "no xml"), None);
        assert!(explanation(None, "", "").meaning.contains("没有写明状态"));
    }
}
