//! Codes of the original payment data of announcement 179.

web::codes! {
    BODY = "TG-R4750", 400, "支付数据无法读取", "The payment data cannot be read",
        "请求内容应为 JSON 对象 {\"items\": […]}，每次 1 至 100 笔支付，详见具体说明。",
        "请对照接口说明中 179 号公告一节检查格式后重新提交。",
        "The content must be a JSON object {\"items\": […]} with 1 to 100 payments; see the details.",
        "Check it against the section on announcement 179 in the API documentation and send it again.";
    STATE = "TG-R4751", 409, "该询问不能重新上传", "The inquiry cannot be uploaded again",
        "海关询问已经上传成功，或正在等待自动上传。",
        "上传成功的不需要再次上传；等待中的请先查看原因（例如支付数据尚未提交）。",
        "The inquiry has already been answered, or its automatic upload is pending.",
        "If it has been answered, there is nothing to do; if it is pending, check why (its payment data may be missing).";
}
