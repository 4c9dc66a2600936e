//! Codes of case files.

use web::Code;

/// The state does not allow it, or somebody was faster.
pub const STATE: Code = Code {
    code: "TG-R4300",
    status: 409,
    title: "办件当前状态不能这样办理",
    title_en: "The case is not in a state for this",
    meaning: "办件已进入其他环节，可能刚刚被他人办理，或页面打开过久。",
    advice: "请刷新办件查看最新状态和可办理的动作；重复点击不会重复办理。",
};
/// Not for this person.
pub const SIDE: Code = Code {
    code: "TG-R4301",
    status: 403,
    title: "该环节不由您办理",
    title_en: "This step belongs to somebody else",
    meaning: "申请、受理、审批由不同的人员办理，当前账号不是该环节的办理人。",
    advice: "请由该环节的人员办理；申请人只能补正或撤回，经办人受理和审核，审批人批准。",
};
/// Four eyes.
pub const FOUR_EYES: Code = Code {
    code: "TG-R4302",
    status: 403,
    title: "同一人不能既审核又审批",
    title_en: "The one who proposed does not decide",
    meaning: "办件须由两人办理：提出审核意见的人、申请人都不能作出审批决定。",
    advice: "请由另一位有审批权限的人员办理。",
};
/// A remark is missing.
pub const REMARK: Code = Code {
    code: "TG-R4303",
    status: 400,
    title: "请写明意见",
    title_en: "A remark is needed",
    meaning: "退回和通知补正须一次性告知申请人原因和需要补充的内容（2 至 500 字）。各项意见都不得含控制字符和不可见字符。",
    advice: "请写明原因，以及申请人需要怎样做；有不可见字符的（常见于从网页、文档粘贴），请删去后重新填写。",
};
/// Required documents are missing.
pub const DOCUMENTS: Code = Code {
    code: "TG-R4304",
    status: 409,
    title: "缺少必备材料",
    title_en: "Required documents are missing",
    meaning: "该类办件的必备材料还没有上传齐全，缺少的材料见 detail。",
    advice: "请上传所缺材料（PDF、PNG、JPEG 或 XLSX，每个不超过 10 MB）后再办理。",
};
/// The act that was applied for is not possible any more.
pub const CARRY_OUT: Code = Code {
    code: "TG-R4305",
    status: 409,
    title: "办件内容已无法执行",
    title_en: "What was applied for cannot be carried out",
    meaning: "申请之后情况有变，例如代码已被其他企业使用，详见 detail；办件状态没有改变。",
    advice: "请核对后通知申请人补正，或退回并说明原因。",
};
/// The same was applied for.
pub const OPEN: Code = Code {
    code: "TG-R4306",
    status: 409,
    title: "同样的申请正在办理",
    title_en: "The same application is open",
    meaning: "同一事项已有一份未办结的申请。",
    advice: "请在“办件”中查看正在办理的申请；需要修改时可撤回后重新申请。",
};
/// The file is none of the types that are taken.
pub const FILE_TYPE: Code = Code {
    code: "TG-R4307",
    status: 415,
    title: "不支持的文件类型",
    title_en: "Unsupported type of file",
    meaning: "附件只接受 PDF、PNG、JPEG 和不含宏的 XLSX；类型按文件内容判断，改扩展名无效。",
    advice: "请另存为上述格式，并使扩展名与内容一致后重新上传。",
};
/// The file is too large.
pub const FILE_SIZE: Code = Code {
    code: "TG-R4308",
    status: 413,
    title: "文件过大",
    title_en: "The file is too large",
    meaning: "单个附件不能超过 10 MB。",
    advice: "请压缩图片、降低扫描分辨率，或拆分后上传。",
};
/// Too many files.
pub const FILE_COUNT: Code = Code {
    code: "TG-R4309",
    status: 409,
    title: "附件过多",
    title_en: "Too many attachments",
    meaning: "一个办件最多 20 个附件。",
    advice: "请合并为一个文件后上传。",
};
/// No such kind.
pub const KIND: Code = Code {
    code: "TG-R4310",
    status: 400,
    title: "没有这类办件",
    title_en: "No such kind of case",
    meaning: "申请的办件类型不存在，或不能由当前账号申请。",
    advice: "请从 GET /api/v1/cases 的 kinds 中选择可申请的类型。",
};
/// The form is not right.
pub const FIELDS: Code = Code {
    code: "TG-R4311",
    status: 400,
    title: "填写内容有误",
    title_en: "The form is not right",
    meaning: "申请内容不完整或不符合要求，逐项说明见 detail。",
    advice: "请按说明修改后重新提交；没有保存任何内容。",
};
/// Too many files on their way.
pub const BUSY: Code = Code {
    code: "TG-R4312",
    status: 503,
    title: "正在上传的文件过多",
    title_en: "Too many uploads at once",
    meaning: "平台同时接收的文件数量有限，此刻已满。",
    advice: "请稍候几秒重新上传。",
};
/// The state does not take files.
pub const CLOSED: Code = Code {
    code: "TG-R4313",
    status: 409,
    title: "当前环节不能上传附件",
    title_en: "No attachments in this state",
    meaning: "申请人只能在申请和补正环节上传材料。",
    advice: "请等待经办人通知补正；如需修改，可先撤回申请。",
};
/// All of the above.
pub const ALL: &[Code] = &[
    STATE, SIDE, FOUR_EYES, REMARK, DOCUMENTS, CARRY_OUT, OPEN, FILE_TYPE, FILE_SIZE, FILE_COUNT,
    KIND, FIELDS, BUSY, CLOSED,
];
