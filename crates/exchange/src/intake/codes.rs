//! Codes of messages that are not accepted.

use web::Code;

/// A receipt or another message that customs sends.
pub const NOT_A_DECLARATION: Code = Code {
    code: "TG-R4001",
    status: 400,
    title: "不是企业申报的报文类型",
    title_en: "Not a kind that companies declare",
    meaning: "提交的是回执或海关下发的报文（例如 CEB312Message），企业不能申报这类报文。",
    advice: "请检查报文根元素；企业可申报的报文类型见 /docs/protocol/kinds。",
};
/// The sender in the message is another company.
pub const FOREIGN_SENDER: Code = Code {
    code: "TG-R4031",
    status: 403,
    title: "传输企业与密钥所属企业不一致",
    title_en: "The sender in the message is not the company of the key",
    meaning: "报文中的传输企业代码（copCode）或报文传输编号（dxpId）不属于接口密钥所属的企业。",
    advice: "请核对 BaseTransfer 中的 copCode、dxpId，或改用该企业自己的密钥。",
};
/// The guid was used for other bytes.
pub const GUID_CONFLICT: Code = Code {
    code: "TG-R4090",
    status: 409,
    title: "报文 guid 已用于另一份报文",
    title_en: "The guid was used for another message",
    meaning: "本企业已经用同一个报文 guid 提交过内容不同的报文。先前的报文保持原样。",
    advice: "若是重发，请原样发送先前的字节；若是新的申报，请为报文生成新的 guid。",
};
/// The line of a batch is not `{"xml":"…"}`.
pub const BATCH_LINE: Code = Code {
    code: "TG-R4002",
    status: 400,
    title: "批量提交的行格式有误",
    title_en: "A line of the batch is malformed",
    meaning: "批量接口的每一行应为一个 JSON 对象 {\"xml\":\"报文全文\"}。",
    advice: "请检查该行的 JSON 转义；其余各行不受影响。",
};
/// Too many lines in a batch.
pub const BATCH_LINES: Code = Code {
    code: "TG-R4131",
    status: 413,
    title: "批量提交的行数过多",
    title_en: "Too many lines in the batch",
    meaning: "一次批量提交的报文份数超过上限，整批未受理。",
    advice: "请拆成多次提交；上限见应答 detail。",
};
/// The body did not arrive in time.
pub const BODY_SLOW: Code = Code {
    code: "TG-R4080",
    status: 408,
    title: "报文接收超时",
    title_en: "The body did not arrive in time",
    meaning: "在规定时间内没有收完请求内容，或连接中断。没有受理。",
    advice: "请检查网络后用同一报文重新提交。",
};
/// All of the above.
pub const ALL: &[Code] = &[
    NOT_A_DECLARATION,
    FOREIGN_SENDER,
    GUID_CONFLICT,
    BATCH_LINE,
    BATCH_LINES,
    BODY_SLOW,
];
