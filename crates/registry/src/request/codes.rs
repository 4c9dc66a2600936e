//! Codes of refused acts of administration.

use web::Code;

/// A field is not filled in as it should be.
pub const FIELD: Code = Code {
    code: "TG-R4500",
    status: 422,
    title: "填写内容有误",
    title_en: "A field is not filled in as it should be",
    meaning: "提交的某一项内容不符合要求，详见 detail。",
    advice: "请按提示修改后重新提交。",
};
/// The name or code is taken.
pub const TAKEN: Code = Code {
    code: "TG-R4501",
    status: 409,
    title: "名称或编码已被使用",
    title_en: "The name or code is taken",
    meaning: "登录名、编码或名称与已有的记录重复。",
    advice: "请换一个名称或编码。",
};
/// Not on oneself.
pub const ONESELF: Code = Code {
    code: "TG-R4502",
    status: 403,
    title: "不能对自己的账号进行此操作",
    title_en: "Not on one's own account",
    meaning: "授权、停用、重置等操作不能由本人对自己的账号进行。",
    advice: "请由另一位管理员办理；修改自己的密码请到账号页面。",
};
/// The role cannot be granted.
pub const GRANT: Code = Code {
    code: "TG-R4503",
    status: 409,
    title: "不能授予此角色",
    title_en: "The role cannot be granted",
    meaning: "该角色与账号已有的角色冲突（三员分立），已经授予，或与账号的类型不符，详见 detail。",
    advice: "请核对账号已有的角色；需要更换时请先收回原有角色。",
};
/// Somebody or something still depends on it.
pub const IN_USE: Code = Code {
    code: "TG-R4504",
    status: 409,
    title: "仍在使用，不能删除",
    title_en: "Still in use",
    meaning: "该记录仍被人员、下级部门、授权或字典项引用。",
    advice: "请先移走或删除引用它的记录。",
};
/// The state does not allow it.
pub const STATE: Code = Code {
    code: "TG-R4505",
    status: 409,
    title: "当前状态不能进行此操作",
    title_en: "The present state does not allow this",
    meaning: "账号或记录的当前状态不允许此操作，详见 detail。",
    advice: "请刷新后核对状态。",
};
/// The last holder of an office.
pub const LAST_OFFICER: Code = Code {
    code: "TG-R4506",
    status: 409,
    title: "不能停用或撤换最后一位在岗的管理员",
    title_en: "The last active holder of an office",
    meaning: "三员（系统、安全、审计管理员）每一岗至少要有一位可以登录的人员，否则平台将无法管理。",
    advice: "请先设立并启用同一岗位的另一位人员，再停用或收回此人。",
};
/// The job is at work.
pub const BUSY: Code = Code {
    code: "TG-R4507",
    status: 409,
    title: "任务正在执行",
    title_en: "The job is at work",
    meaning: "该任务正由某个进程执行，不会同时执行两次。",
    advice: "请等待本次执行结束后再试。",
};
/// All of the above.
pub const ALL: &[Code] = &[
    FIELD,
    TAKEN,
    ONESELF,
    GRANT,
    IN_USE,
    STATE,
    LAST_OFFICER,
    BUSY,
];
