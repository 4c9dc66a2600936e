//! What the API tells of a receipt.

use super::{ExplanationView, PLATFORM, explain, kind_of};
use ceb::{Kind, ReturnStatus};

#[test]
fn a_refusal_of_a_whole_message_names_its_kind_in_the_text() {
    let xml = "<ceb:MessageReturn><ceb:oriMessageType>CEB621Message</ceb:oriMessageType></x>";
    assert_eq!(kind_of("CEB900", xml), "CEB621");
    assert_eq!(kind_of("CEB900", "<a/>"), "CEB900");
    assert_eq!(kind_of("CEB312", ""), "CEB311");
    assert!(explain("CEB900", -621_029, "", xml).is_known);
    assert_ne!(explain("CEB622", 100, "", "").source, PLATFORM);
}

/// The answer of the command line is the object of the API, whatever the receipt says.
#[test]
fn what_people_type_is_answered_as_the_receipt_is() {
    let texts = [
        "[Code:1332;Desc:金额不一致],[OrderHead.acturalPaid:1.00,PaymentHead.amountPaid2.00]",
        "[Code:1313;Desc:超过年度限额][Code:77777;Desc:新的原因]",
        "运单信息不存在，支付信息不存在",
        "重复申报，业务主键[1105960001+SYN1]",
        "foo",
    ];
    for text in texts {
        for status in [2, 99, 100, 120, -621_001] {
            let received = explain("CEB622", status.into(), text, "");
            let typed = ceb::explain::ask(Some(Kind::Ceb621), Some(ReturnStatus(status)), text);
            let json = |explained| serde_json::to_value(ExplanationView::from(explained)).unwrap();
            assert_eq!(json(received), json(typed), "{status} {text}");
        }
    }
}

/// One thing has no parts; of several each is told by itself, and the gravest decides.
#[test]
fn several_things_are_explained_one_by_one() {
    let text = "[Code:1332;Desc:金额不一致][Code:1313;Desc:超过年度限额]";
    let explained = ExplanationView::from(explain("CEB622", 100, text, ""));
    let codes: Vec<&str> = explained.parts.iter().map(|part| &*part.code).collect();
    assert_eq!(
        (codes, &*explained.resubmit),
        (vec!["Code:1332", "Code:1313"], "call")
    );
    let explained = ExplanationView::from(explain("CEB622", 100, "[Code:1332;Desc:x]", ""));
    assert!(explained.parts.is_empty());
}
