//! Who a message says has sent it: the company that handed it in, and no other.

use super::codes;

use ceb::{Finding, Layer, Severity};
use registry::company::Company;

/// The finding that a message names another sender than the company that handed it in.
pub(super) fn foreign(message: &ceb::Message, company: &Company) -> Option<Finding> {
    let transfer = message.base_transfer.as_ref()?;
    let root = message.kind.root();
    let cop_code = transfer.get("copCode").unwrap_or_default();
    if !company.has_code(cop_code) {
        let expected = format!("{} 或 {}", company.customs_code, company.credit_code);
        return Some(sender_finding(
            format!("/{root}/BaseTransfer/copCode"),
            "传输企业代码（copCode）",
            cop_code,
            &expected,
        ));
    }
    let dxp_id = transfer.get("dxpId").unwrap_or_default();
    (dxp_id != company.dxp_id).then(|| {
        sender_finding(
            format!("/{root}/BaseTransfer/dxpId"),
            "报文传输编号（dxpId）",
            dxp_id,
            &company.dxp_id,
        )
    })
}

/// The sender is another company: what was expected, and what came. Only the company itself reads
/// its findings, so its own codes may stand in them.
fn sender_finding(path: String, field: &str, received: &str, expected: &str) -> Finding {
    let received = ceb::finding::clip(received);
    Finding {
        code: codes::FOREIGN_SENDER.code,
        severity: Severity::Refuse,
        layer: Layer::Rule,
        path,
        line: 1,
        text: format!("{field}不属于提交报文的企业：应为 {expected}，收到 {received}"),
        value: received,
        advice: format!(
            "请把{field}改为 {expected}（企业的编号见工作台“企业信息”）；代理申报请使用代理企业自己的密钥。"
        ),
    }
}
