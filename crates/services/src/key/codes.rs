//! Codes of keys.

use web::Code;

/// Too many keys.
pub const TOO_MANY: Code = Code {
    code: "TG-R4334",
    status: 409,
    title: "有效密钥过多",
    title_en: "Too many keys in force",
    meaning: "一个企业最多同时有 20 个有效的接口密钥。",
    advice: "请先吊销不再使用的密钥；每个程序一个密钥即可。",
};
/// The entry is not right.
pub const FIELDS: Code = Code {
    code: "TG-R4335",
    status: 400,
    title: "密钥信息有误",
    title_en: "The entry is not right",
    meaning: "用途说明应为 1 至 60 字，有效期应为 1 至 730 天。",
    advice: "请修改后重新提交。",
};
/// All of the above.
pub const ALL: &[Code] = &[TOO_MANY, FIELDS];
