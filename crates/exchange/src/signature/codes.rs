//! Codes of the findings that the check of signatures adds to those of the message language.

web::codes! {
    UNSIGNED = "TG-E4003", 202, "报文没有签名", "The message is not signed, but the company requires signatures",
        "报文已受理，但本企业的签名策略要求每份报文都有签名，这份报文没有，因此被拒收，没有发往海关。",
        "请签名后换新的报文 guid 重新申报；也可以开通平台代签，或请平台把本企业的签名策略改为“只提示”。",
        "The message was accepted, but your company's signature policy requires every message to be signed, and this one is not; it was refused and not sent to customs.",
        "Sign it and declare again with a new message guid. You can also turn on platform signing, or ask the platform to change your policy to “report only”.";
    NOBODY_TRUSTED = "TG-E4004", 202, "平台没有受信任的根证书", "The platform has no trusted root certificates",
        "报文已受理，但本企业的签名策略要求核对每份报文的证书，而平台的信任库中没有根证书，不能认定任何证书，因此被拒收，没有发往海关。报文本身不一定有误。",
        "请联系平台运维人员；信任库恢复后，换新的报文 guid 重新申报。",
        "Your company's policy requires every certificate to be verified, but the platform has no trusted root certificates and cannot trust any; the message was refused and not sent to customs. The message itself may be correct.",
        "Contact the operators; once the platform has its root certificates again, declare again with a new message guid.";
}
