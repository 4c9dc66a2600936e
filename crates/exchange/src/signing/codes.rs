//! Codes of signing for companies.

web::codes! {
    NO_KEY = "TG-R4700", 422, "没有这个密钥", "No key with that name",
        "平台的配置中没有这个名称的签名密钥；密钥的存放位置只写在服务器的配置文件里。",
        "请核对名称；新密钥请先由运维人员写入配置 signing.keys 并重启平台。",
        "The settings have no signing key with this name; the location of keys is kept only in the server's settings.",
        "Check the name; for a new key, ask the operators to add it to signing.keys and restart the platform.";
    KEY_FAULT = "TG-R4701", 409, "签名密钥暂不可用", "The signing key is not available",
        "平台无法从文件、令牌或签名卡取得证书或签名，原因见具体说明。",
        "请按具体说明处理（插卡、更正口令文件、检查模块），再次测试此密钥后重试。",
        "The platform cannot get a certificate or signature from the file, token or card; see the details.",
        "Do what the details say (insert the card, correct the password file, check the module), test the key and try again.";
    EXPIRED = "TG-R4702", 409, "证书不在有效期内", "The certificate is not valid at present",
        "密钥的证书尚未生效或已经过期，用它签名的报文会被电子口岸退回。",
        "请到发证机构更新证书，更新后重新登记密钥。",
        "The key's certificate is not valid yet or has expired; the E-Port would return anything signed with it.",
        "Have the certificate renewed by its issuer, then register the key again.";
    NO_CERTIFICATE = "TG-R4703", 409, "还没有可用的代签证书", "No signing certificate is available yet",
        "企业没有登记代签密钥，或密钥的证书已经过期。现在开通代签，未签名的报文会全部停在“等待代签”，不会发往海关。",
        "请先联系平台运维人员登记代签密钥（由安全管理员批准），登记之后再开通。",
        "No signing key is registered for the company, or its certificate has expired. If you turned platform signing on now, every unsigned message would be held waiting for a signature and never reach customs.",
        "Ask the operators to register a key (the security administrator must approve it), then turn it on.";
    NOBODY_TRUSTED = "TG-R4704", 409, "信任库中没有根证书", "There are no trusted root certificates",
        "平台的信任库中没有根证书，分不清真证书和自己编造的证书。此时改为 required，报文会全部被拒收。",
        "请先由运维人员把电子口岸的根证书和签发机构证书放入 signature.trust_dir 所指的目录，再变更签名策略。",
        "The platform has no trusted root certificates, so it cannot tell a real certificate from a made-up one. With “required”, every message would be refused.",
        "Ask the operators to put the E-Port's root and issuing certificates into the folder signature.trust_dir, then change the policy.";
}
