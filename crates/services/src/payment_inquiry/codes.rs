//! Codes of the original payment data of announcement 179.

use web::Code;

/// The list of payments cannot be read.
pub const BODY: Code = Code {
    code: "TG-R4750",
    status: 400,
    title: "支付数据无法读取",
    title_en: "The payment data cannot be read",
    meaning: "请求内容应为 JSON 对象 {\"items\": […]}，每次 1 至 100 笔支付，详见 detail。",
    advice: "请对照接口说明中 179 号公告一节检查格式后重新提交。",
};
/// The inquiry cannot be sent again.
pub const STATE: Code = Code {
    code: "TG-R4751",
    status: 409,
    title: "该询问不能重新上传",
    title_en: "The inquiry cannot be sent again",
    meaning: "海关询问已经上传成功，或正在等待自动上传。",
    advice: "上传成功的不需要再次上传；等待中的请先查看原因（例如支付数据尚未提交）。",
};
/// Those of this room.
pub const ALL: &[Code] = &[BODY, STATE];
