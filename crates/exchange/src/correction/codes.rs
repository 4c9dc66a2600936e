//! Codes of corrections that cannot be made.

web::codes! {
    NOTHING_REJECTED = "TG-R4421", 409, "没有需要更正的单证", "Nothing to correct",
        "这份报文没有被海关退单、处理异常或被平台拒收而尚待处理的单证：或者没有，或者已另行重新申报，或者已标为不再处理。",
        "请查看报文的最新回执；确需修改海关已接受的单证，请按变更（appType 2）另行申报。",
        "No rejected, faulty or refused document of this message still needs action: there is none, or it was declared again separately, or it was dismissed.",
        "See its latest receipts; to change what customs has accepted, declare with appType 2.";
    UNREADABLE = "TG-R4422", 409, "报文无法读取，不能在线更正", "The message cannot be read, so it cannot be corrected online",
        "被拒收的报文结构有误，平台读不出其中的单证，无法生成更正表单。",
        "请按校验问题在原来的系统中更正后重新提交，也可以用 Excel 模板重新申报。",
        "The message's structure is so damaged that its documents cannot be read, so no correction form can be made.",
        "Correct it in your own system according to the findings, or declare it again with the Excel template.";
    OWN_SIGNATURE = "TG-R4423", 409, "更正后的报文须由本企业签名", "The company must sign the corrected message",
        "更正后的报文是一份新报文，须重新签名；本企业没有开通平台代签，平台不能代为提交。",
        "请下载更正后的报文，用本企业的证书签名后提交；或者在“签名”页开通平台代签。",
        "The corrected message is a new one and must be signed; the platform does not sign for this company.",
        "Download it, sign it with your certificate and submit it; or turn on platform signing on the Signing page.";
    MASKED = "TG-R4424", 409, "请先显示个人信息", "Show the personal data first",
        "下载的报文含有订购人、收件人等个人信息的原文，须先说明理由查看原文。",
        "请在报文详情页点“显示个人信息”并写明理由，10 分钟内即可下载。",
        "The download contains personal data of the buyer and consignee; you must give a reason first.",
        "Select “Show personal data” on the message's page, give a reason, and download within 10 minutes.";
    CORRECTED = "TG-R4425", 409, "已经更正重报过", "Already corrected",
        "这份报文已有更正后的新报文，正在办理或已被接受；再次更正会把同一单证重复申报。",
        "请查看新报文的办理结果；新报文被退单时，请更正新报文。",
        "A corrected message exists and is in progress or has been accepted; another would declare the same twice.",
        "Look at the new message; if it is rejected, correct that one.";
    SAME_AGAIN = "TG-R4426", 409, "同样的更正已被退回", "The same correction has already been returned",
        "按同样内容更正的报文此前已提交，并已被海关退单、处理异常或被平台拒收；原样再报只会再次退回，平台没有再次提交。",
        "请打开 messageId 所指的新报文，按它的回执更正后重报；内容无误、确需原样再报的，也请从新报文发起。",
        "A message corrected to the same content was submitted before, and customs rejected it, it had a processing error, or the platform refused it. The same content would only be returned again, so the platform did not submit it.",
        "Open the new message named in messageId, correct it according to its receipts and declare again; if it is correct and must be sent again unchanged, start from the new message too.";
}
