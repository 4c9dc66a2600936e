//! Codes of signatures (E18). What customs answer to the same mistake stands in the text.

use super::codes;

codes! {
    RELATIVE_NAMESPACE = "TG-E1801", Wellformed, Refuse, "命名空间是相对地址",
        "命名空间不是绝对地址，这样的报文没有规范形式，无法签名和验签。",
        "使用规范规定的命名空间，例如 http://www.chinaport.gov.cn/ceb。",
        "Canonical XML 1.0";
    SIGNATURE_EMPTY = "TG-E1802", Rule, Refuse / Warn, "签名是空的",
        "有 Signature 元素，但摘要值或签名值是空的，只是一个框架。",
        "用电子口岸卡或签名设备真正签名后再发送；海关对空签名回 -621026。",
        "规范 6";
    SIGNATURE_PLACE = "TG-E1803", Rule, Refuse, "签名的位置或数量不对",
        "报文只能有一个签名，它必须是根元素的子元素，在进口报文里是最后一个，在出口报文里排在 ExtendMessage 之前，命名空间为 http://www.w3.org/2000/09/xmldsig#。",
        "删除多余的或位置不对的签名，对整份报文重新签名。",
        "规范 6";
    SIGNATURE_CONTENT = "TG-E1804", Rule, Refuse, "签名的内容不完整",
        "签名缺少必需的部分、某一部分重复，或其中的值不是 Base64。",
        "用签名组件重新生成整个 Signature，不要手工拼接或修改。",
        "规范 6";
    SIGNATURE_REFERENCE = "TG-E1805", Rule, Refuse, "签名没有覆盖整份报文",
        "Reference 必须只有一个，URI 为空，并带有 enveloped-signature 变换，表示对签名以外的整份报文签名。",
        "按规范把 Reference 的 URI 写成空，变换写成 http://www.w3.org/2000/09/xmldsig#enveloped-signature，再重新签名。",
        "规范 6";
    SIGNATURE_ALGORITHM = "TG-E1806", Rule, Refuse / Warn, "不认识的签名算法",
        "签名使用的规范化、签名、摘要或变换算法不在规范之内，无法验签。",
        "改用规范规定的算法：SM2-SM3，或旧卡的 RSA-SHA1。",
        "规范 6";
    DIGEST_LABEL = "TG-E1807", Rule, Refuse / Warn, "摘要算法与摘要不一致",
        "DigestMethod 写的算法与 DigestValue 的长度不一致：SHA-1 为 20 字节，SM3 和 SHA-256 为 32 字节。",
        "把 DigestMethod 改成实际使用的算法后重新签名。",
        "规范 6";
    DIGEST_DIFFERS = "TG-E1808", Rule, Refuse / Warn, "报文与签名不一致",
        "按报文内容算出的摘要与签名中的摘要不同：签名之后报文被改动、重新格式化，或签名时取的不是这份内容。海关对此回 -621028（撤销单 -623029，退货单 -625005）。",
        "签名之后不要再改动报文的任何字节；用验签诊断查出不同之处，改正后重新签名。",
        "规范 6，回执 -621028";
    VALUE_WRONG = "TG-E1809", Rule, Refuse / Warn, "签名值验证不通过",
        "摘要正确，但签名值不是这张证书的密钥对 SignedInfo 所签。海关对此回 -621029。",
        "核对签名所用的卡与报文中的证书是否同一张，签名的对象是否规范化后的 SignedInfo；SM2 用户标识为 1234567812345678。",
        "规范 6，回执 -621029";
    VALUE_FORM = "TG-E1810", Rule, Refuse / Warn, "签名值的格式不对",
        "SM2 的签名值应为 r 和 s 相连的 64 字节，不是 DER 或别的长度。",
        "请把 r 和 s 各写成 32 字节（不足的在左边补 0），相连成 64 字节，再做 Base64；用验签诊断可以看到这份报文错在哪里。",
        "规范 6";
    CERTIFICATE_MISSING = "TG-E1811", Rule, Refuse / Warn, "签名中没有证书",
        "KeyInfo 中没有 X509Certificate，无法得知是谁签的。",
        "在 KeyInfo 中写上 KeyName（证书序列号）和 X509Certificate（证书）。",
        "规范 6";
    CERTIFICATE_UNREADABLE = "TG-E1812", Rule, Refuse / Warn, "证书无法识别",
        "X509Certificate 不是 DER 编码的 X.509 证书。",
        "填写证书的 DER 编码的 Base64，不带“BEGIN CERTIFICATE”等字样。",
        "规范 6";
    KEY_KIND = "TG-E1813", Rule, Refuse, "证书与签名算法不匹配",
        "证书的密钥与签名算法不是同一类，例如 SM2 算法配了 RSA 证书。",
        "核对签名所用的卡：2022 年 5 月前的卡为 RSA，之后的为 SM2；SignatureMethod 与证书保持一致。",
        "规范 6";
    KEY_WEAK = "TG-E1814", Rule, Refuse / Warn, "密钥太短",
        "RSA 密钥的长度低于要求。",
        "到电子口岸制卡窗口更换新卡。",
        "平台安全要求";
    HASH_WEAK = "TG-E1815", Rule, Refuse / Warn, "不再接受 SHA-1",
        "签名使用了 SHA-1，贵企业的验签策略不接受。",
        "更换 SM2 新卡，或请平台调整验签策略。",
        "平台安全要求";
    KEY_NAME_DIFFERS = "TG-E1816", Rule, Warn, "KeyName 与证书序列号不一致",
        "KeyName 应为签名证书的序列号（十六进制小写）。",
        "把 KeyName 改为证书的序列号；换卡之后常常忘了改。",
        "规范 6";
    CERTIFICATE_EXPIRED = "TG-E1817", Rule, Refuse / Warn, "证书已过期",
        "平台收到报文的时间，或报文中某一单的申报时间，晚于证书有效期的截止时间。",
        "到电子口岸办理卡的延期或换卡，用有效的证书重新签名。",
        "规范 6";
    CERTIFICATE_EARLY = "TG-E1818", Rule, Refuse / Warn, "证书尚未生效",
        "报文中某一单的申报时间，或平台收到报文的时间，早于证书有效期的起始时间。",
        "核对申报时间和本机时钟，或等证书生效后重新签名。",
        "规范 6";
    CERTIFICATE_USAGE = "TG-E1819", Rule, Refuse / Warn, "证书不能用于签名",
        "证书的密钥用途中没有数字签名，可能误用了加密证书。",
        "改用卡中的签名证书；一张卡里有签名和加密两张证书。",
        "规范 6";
    CERTIFICATE_UNTRUSTED = "TG-E1820", Rule, Refuse / Warn, "证书不是受信任的机构签发",
        "从签名证书找不到通往受信任根证书的完整证书链。",
        "使用中国电子口岸签发的卡；测试用的自签证书不能用于正式申报。",
        "规范 6";
    CERTIFICATE_AUTHORITY = "TG-E1821", Rule, Refuse / Warn, "签发机构的证书无效",
        "证书链中有一张机构证书在当时不在有效期内，或无权签发证书。",
        "联系电子口岸核对证书链。",
        "规范 6";
    CERTIFICATE_REVOKED = "TG-E1822", Rule, Refuse, "证书已被吊销",
        "签发机构已吊销这张证书。",
        "换用有效的卡重新签名；如果并未挂失或注销，请联系电子口岸。",
        "规范 6";
    REVOCATION_UNKNOWN = "TG-E1823", Rule, Note, "没有吊销列表",
        "平台没有签发机构的有效吊销列表，无法得知证书是否被吊销。",
        "不需要企业处理；请平台管理员更新吊销列表。",
        "平台安全要求";
    REVOCATION_STALE = "TG-E1824", Rule, Note, "吊销列表过期",
        "签发机构的吊销列表已到更新时间，其中可能没有最近吊销的证书。",
        "不需要企业处理；请平台管理员更新吊销列表。",
        "平台安全要求";
    HOLDER_DIFFERS = "TG-E1825", Rule, Refuse / Warn, "签名的企业与申报的企业不一致",
        "证书持有企业的代码与报文中的传输企业、申报企业代码都不同。海关对此回 -621015（与卡信息不匹配）或 -625013。",
        "用申报企业自己的卡签名，或核对 copCode 和 agentCode。",
        "规范 6，回执 -621015";
    HOLDER_UNKNOWN = "TG-E1828", Rule, Refuse / Note, "证书没有写明是哪家企业",
        "证书中没有统一社会信用代码或组织机构代码，单位名称也与平台登记的企业名称不同，无法得知签名的是不是申报企业。要求签名的企业因此被拒收。",
        "改用写有企业代码的卡（新的电子口岸卡都有）签名；个人证书不能代表企业。",
        "规范 6，平台安全要求";
    SIGNATURE_TOLERATED = "TG-E1826", Rule, Note, "签名按宽松档通过",
        "签名与标准写法有细微差别，按已知的一种产品写法验证通过。",
        "可以继续使用；签名组件升级时请改为标准写法，用验签诊断可以看到差别。",
        "规范 6";
    SIGNATURE_EXTRA = "TG-E1827", Rule, Refuse / Warn, "签名中有规范之外的内容",
        "Signature 里只应有 SignedInfo、SignatureValue 和 KeyInfo，KeyInfo 里只应有 KeyName 和证书；别的内容不受签名保护，可能是签名之后加进去的。",
        "去掉 Signature 和 KeyInfo 里多余的元素、属性、文字和注释；签名组件如有“写出 KeyValue”之类的选项，请关闭。去掉它们不影响签名值。",
        "规范 6，平台安全要求";
}
