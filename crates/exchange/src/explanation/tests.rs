//! What the API tells of a receipt.

use super::{PLATFORM, explain, kind_of};

#[test]
fn a_refusal_of_a_whole_message_names_its_kind_in_the_text() {
    let xml = "<ceb:MessageReturn><ceb:oriMessageType>CEB621Message</ceb:oriMessageType></x>";
    assert_eq!(kind_of("CEB900", xml), "CEB621");
    assert_eq!(kind_of("CEB900", "<a/>"), "CEB900");
    assert_eq!(kind_of("CEB312", ""), "CEB311");
    assert!(explain("CEB900", -621_029, "", xml).is_known);
    assert_ne!(explain("CEB622", 100, "", "").source, PLATFORM);
}
