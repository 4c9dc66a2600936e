//! Codes of the findings that the check adds to those of the message language.

web::codes! {
    FOREIGN_SENDER = "TG-E4001", 202, "传输企业不是提交报文的企业", "The sender in the message is not the company that sent it",
        "报文已受理，但其中的传输企业代码（copCode）或报文传输编号（dxpId）不属于提交报文的企业，因此被拒收，没有发往海关。",
        "请填写本企业的海关注册编号（或统一社会信用代码）和 DXP 编号；代理申报请使用代理企业自己的密钥。更正后请换新的报文 guid 重新申报。",
        "The message was accepted, but its sender's code (copCode) or DXP ID (dxpId) is not that of the company that submitted it; it was refused and not sent to customs.",
        "Write your own customs number (or credit code) and DXP ID; an agent uses its own key. Correct it and declare again with a new message guid.";
    UNREADABLE = "TG-E4002", 202, "受理后的报文无法处理", "The accepted message cannot be processed",
        "报文已受理，但校验时无法识别其内容，或平台找不到它所属的企业。报文没有发往海关。",
        "请按校验问题中的说明更正后，换新的报文 guid 重新申报；若报文无误，请联系平台运维人员。",
        "The message was accepted, but its content could not be recognised during the check, or its company was not found. It was not sent to customs.",
        "Correct what the findings name and declare again with a new message guid; if the message is right, contact the operators.";
}
