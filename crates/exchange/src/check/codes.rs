//! Codes of the findings that the check adds to those of the message language.

use web::Code;

/// The sender in the message is not the company that sent it.
pub const FOREIGN_SENDER: Code = Code {
    code: "TG-E4001",
    status: 202,
    title: "传输企业不是提交报文的企业",
    title_en: "The sender in the message is not the company that sent it",
    meaning: "报文已受理，但其中的传输企业代码（copCode）或报文传输编号（dxpId）不属于提交报文的企业，因此被拒收，没有发往海关。",
    advice: "请填写本企业的海关注册编号（或统一社会信用代码）和 DXP 编号；代理申报请使用代理企业自己的密钥。更正后请换新的报文 guid 重新申报。",
};
/// The stored message cannot be worked on.
pub const UNREADABLE: Code = Code {
    code: "TG-E4002",
    status: 202,
    title: "受理后的报文无法处理",
    title_en: "The accepted message cannot be worked on",
    meaning: "报文已受理，但校验时无法识别其内容，或平台找不到它所属的企业。报文没有发往海关。",
    advice: "请按校验问题中的说明更正后，换新的报文 guid 重新申报；若报文无误，请联系平台运维人员。",
};
/// The company wants every message signed, and this one is not.
pub const UNSIGNED: Code = Code {
    code: "TG-E4003",
    status: 202,
    title: "报文没有签名",
    title_en: "The message is not signed, and its company wants all of them signed",
    meaning: "报文已受理，但本企业的签名策略要求每份报文都有签名，这份报文没有，因此被拒收，没有发往海关。",
    advice: "请签名后换新的报文 guid 重新申报；也可以开通平台代签，或请平台把本企业的签名策略改为“只提示”。",
};
/// The company wants every signature verified, and the platform believes nobody.
pub const NOBODY_TRUSTED: Code = Code {
    code: "TG-E4004",
    status: 202,
    title: "平台没有受信任的根证书",
    title_en: "The platform has no trusted root certificates",
    meaning: "报文已受理，但本企业的签名策略要求核对每份报文的证书，而平台的信任库中没有根证书，不能认定任何证书，因此被拒收，没有发往海关。报文本身不一定有误。",
    advice: "请联系平台运维人员；信任库恢复后，换新的报文 guid 重新申报。",
};
/// All of the above.
pub const ALL: &[Code] = &[FOREIGN_SENDER, UNREADABLE, UNSIGNED, NOBODY_TRUSTED];
