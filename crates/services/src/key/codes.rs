//! Codes of keys.

web::codes! {
    TOO_MANY = "TG-R4334", 409, "有效密钥过多", "Too many active keys",
        "一个企业最多同时有 20 个有效的接口密钥。",
        "请先吊销不再使用的密钥；每个程序一个密钥即可。",
        "A company can have at most 20 active keys.",
        "Revoke keys that are no longer used; one for each program is enough.";
    FIELDS = "TG-R4335", 400, "密钥信息有误", "The key's details are not valid",
        "用途说明应为 1 至 60 字，有效期应为 1 至 730 天。",
        "请修改后重新提交。",
        "The purpose must have 1 to 60 characters, the validity 1 to 730 days.",
        "Correct it and submit again.";
}
