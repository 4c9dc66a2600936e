//! Codes of signing for companies.

use web::Code;

/// No key of that name in the settings.
pub const NO_KEY: Code = Code {
    code: "TG-R4700",
    status: 422,
    title: "没有这个密钥",
    title_en: "There is no key of that name",
    meaning: "平台的配置中没有这个名称的签名密钥；密钥的存放位置只写在服务器的配置文件里。",
    advice: "请核对名称；新密钥请先由运维人员写入配置 signing.keys 并重启平台。",
};
/// The key cannot be used now.
pub const KEY_FAULT: Code = Code {
    code: "TG-R4701",
    status: 409,
    title: "签名密钥暂不可用",
    title_en: "The key cannot be used now",
    meaning: "平台无法从文件、令牌或签名卡取得证书或签名，原因见 detail。",
    advice: "请按 detail 处理（插卡、更正口令文件、检查模块），再次测试此密钥后重试。",
};
/// The certificate does not hold now.
pub const EXPIRED: Code = Code {
    code: "TG-R4702",
    status: 409,
    title: "证书不在有效期内",
    title_en: "The certificate does not hold now",
    meaning: "密钥的证书尚未生效或已经过期，用它签名的报文会被电子口岸退回。",
    advice: "请到发证机构更新证书，更新后重新登记密钥。",
};
/// There is no key that could sign for the company.
pub const NO_CERTIFICATE: Code = Code {
    code: "TG-R4703",
    status: 409,
    title: "还没有可用的代签证书",
    title_en: "There is no certificate to sign with yet",
    meaning: "企业没有登记代签密钥，或密钥的证书已经过期。现在开通代签，未签名的报文会全部停在“等待代签”，不会发往海关。",
    advice: "请先联系平台运维人员登记代签密钥（由安全管理员批准），登记之后再开通。",
};
/// Signatures cannot be required while nobody is believed.
pub const NOBODY_TRUSTED: Code = Code {
    code: "TG-R4704",
    status: 409,
    title: "信任库中没有根证书",
    title_en: "There are no trusted root certificates",
    meaning: "平台的信任库中没有根证书，分不清真证书和自己编造的证书。此时改为 required，报文会全部被拒收。",
    advice: "请先由运维人员把电子口岸的根证书和签发机构证书放入 signature.trust_dir 所指的目录，再变更签名策略。",
};
/// All of the above.
pub const ALL: &[Code] = &[NO_KEY, KEY_FAULT, EXPIRED, NO_CERTIFICATE, NOBODY_TRUSTED];
