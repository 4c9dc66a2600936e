//! Codes of members.

web::codes! {
    LAST_ADMIN = "TG-R4330", 409, "至少保留一名企业管理员", "The company needs at least one administrator",
        "这是本企业最后一名可登录的企业管理员，不能移除或改为其他角色。",
        "请先邀请另一名企业管理员，待其设置密码后再办理。",
        "This is the company's last administrator who can log in, and cannot be removed or given another role.",
        "Invite another administrator first, and wait until they have set a password.";
    FIELDS = "TG-R4331", 400, "人员信息有误", "The member's details are not valid",
        "登录名、姓名或角色不符合要求，或登录名已被使用，详见具体说明。",
        "请按说明修改后重新提交；角色为企业管理员、企业经办人或企业只读人员（company_admin、company_clerk、company_reader）。",
        "The login name, name or role is not valid, or the login name is taken; see the details.",
        "Correct it and submit again; the roles are company administrator, clerk and viewer (company_admin, company_clerk, company_reader).";
    TOO_MANY = "TG-R4332", 409, "企业人员过多", "Too many members",
        "一个企业最多 200 名人员。",
        "请先移除不再使用的人员。",
        "A company can have at most 200 people.",
        "Remove those who no longer use the platform.";
    NOT_YOURS = "TG-R4333", 409, "不能为该人员生成链接", "No link can be created for this person",
        "该账号已停用，或同时属于其他单位，不由本企业重置密码。",
        "请本人在登录页联系平台安全管理员办理。",
        "The account is suspended or belongs to another organisation as well, so this company cannot reset its password.",
        "Ask the person to contact the platform's security administrator, as described on the login page.";
}
