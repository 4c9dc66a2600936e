//! Codes of messages that are not accepted.

web::codes! {
    NOT_A_DECLARATION = "TG-R4001", 400, "不是企业申报的报文类型", "Not a message type that companies declare",
        "提交的是回执或海关下发的报文（例如 CEB312Message），企业不能申报这类报文。",
        "请检查报文根元素；企业可申报的报文类型见 /docs/protocol/kinds。",
        "A receipt or a message from customs (such as CEB312Message) was submitted; companies cannot declare these.",
        "Check the root element; the message types companies can declare are listed at /docs/protocol/kinds.";
    FOREIGN_SENDER = "TG-R4031", 403, "传输企业与密钥所属企业不一致", "The sender in the message is not the company of the key",
        "报文中的传输企业代码（copCode）或报文传输编号（dxpId）不属于接口密钥所属的企业。",
        "请核对 BaseTransfer 中的 copCode、dxpId，或改用该企业自己的密钥。",
        "The sender's code (copCode) or DXP ID (dxpId) in the message is not that of the key's company.",
        "Check copCode and dxpId in BaseTransfer, or use that company's own key.";
    GUID_CONFLICT = "TG-R4090", 409, "报文 guid 已用于另一份报文", "The guid has been used for another message",
        "本企业已经用同一个报文 guid 提交过内容不同的报文。先前的报文保持原样。",
        "若是重发，请原样发送先前的字节；若是新的申报，请为报文生成新的 guid。",
        "The company has used this message guid for a message with other content, which stays as it is.",
        "To send it again, send exactly the same bytes; for a new declaration, generate a new guid.";
    BATCH_LINE = "TG-R4002", 400, "批量提交的行格式有误", "A line in the batch is malformed",
        "批量接口的每一行应为一个 JSON 对象 {\"xml\":\"报文全文\"}。",
        "请按具体说明改正该行（属性名、JSON 转义）；其余各行不受影响。",
        "Each line of a batch must be one JSON object {\"xml\":\"the whole message\"}.",
        "Correct that line as the details say (name of the attribute, JSON escapes); the other lines are not affected.";
    BATCH_LINES = "TG-R4131", 413, "批量提交的行数过多", "Too many lines in the batch",
        "一次批量提交的报文份数超过上限，整批未受理。",
        "请拆成多次提交；上限见具体说明。",
        "The batch has more messages than the limit; none were accepted.",
        "Split it into several; the limit is in the details.";
    BODY_SLOW = "TG-R4080", 408, "报文接收超时", "The request body did not arrive in time",
        "在规定时间内没有收完请求内容，或连接中断。没有受理。",
        "请检查网络后用同一报文重新提交。",
        "The request did not arrive in full in time, or the connection broke. It was not accepted.",
        "Check the network and submit the same message again.";
}
