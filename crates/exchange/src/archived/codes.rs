//! Codes of originals that are in the archive.

web::codes! {
    AWAY = "TG-R4690", 503, "归档存储暂时无法使用", "The archive store cannot be reached",
        "这份原文已过在线保存期限，存放在归档存储中；归档存储现在没有应答，或没有设置。单证的编号、状态和回执结果不受影响，照常可查。",
        "请稍后重试；持续出现时请联系平台运维，由其检查归档存储（tongguan doctor 的“归档”一行）。",
        "The online period of this original has passed and it stands in the archive store, which does not answer now or is not set. Numbers, states and results are not affected and can be looked up as usual.",
        "Try again later; if it persists, contact the platform's operators, who check the archive store (the archive line of tongguan doctor).";
    UNREADABLE = "TG-R4691", 500, "归档中的原文无法读取", "The archived original cannot be read",
        "归档中没有这份原文，或其内容与受理时的摘要不符，平台没有显示它。",
        "请联系平台运维：由其对该月归档执行还原校验（tongguan archive verify）。",
        "The archive does not hold this original, or what it holds does not match the hash of what was received; it is not shown.",
        "Contact the platform's operators, who verify that month of the archive (tongguan archive verify).";
    NOT_HERE = "TG-R4692", 409, "原文已归档，不能在线更正", "The original is archived and cannot be corrected online",
        "这份报文的原文已过在线保存期限并移入归档，在线更正需要的内容不在平台上。",
        "请在报文详情页取回原文（“从归档取回”），在本企业系统中更正后重新提交；也可以用 Excel 模板重新申报。",
        "The online period of this message's original has passed and it was moved to the archive; what an online correction needs is not here.",
        "Fetch the original from the archive on the message's page, correct it in your own system and submit it again; or declare anew with the Excel template.";
}
