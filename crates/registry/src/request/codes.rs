//! Codes of refused acts of administration.

web::codes! {
    FIELD = "TG-R4500", 422, "填写内容有误", "A field is not filled in correctly",
        "提交的某一项内容不符合要求，详见具体说明。",
        "请按提示修改后重新提交。",
        "Something in the form is not valid; see the details.",
        "Correct it and submit again.";
    TAKEN = "TG-R4501", 409, "名称或编码已被使用", "The name or code is already in use",
        "登录名、编码或名称与已有的记录重复。",
        "请换一个名称或编码。",
        "A login name, code or name is already used by another record.",
        "Choose another.";
    ONESELF = "TG-R4502", 403, "不能对自己的账号进行此操作", "You cannot do this to your own account",
        "授权、停用、重置等操作不能由本人对自己的账号进行。",
        "请由另一位管理员办理；修改自己的密码请到账号页面。",
        "You cannot grant roles to, disable or reset your own account.",
        "Ask another administrator to do it; change your own password on the account page.";
    GRANT = "TG-R4503", 409, "不能授予此角色", "The role cannot be granted",
        "该角色与账号已有的角色冲突（三员分立），已经授予，或与账号的类型不符，详见具体说明。",
        "请核对账号已有的角色；需要更换时请先收回原有角色。",
        "The role conflicts with one that the account has (separation of the three officers), has already been granted, or is not for this type of account; see the details.",
        "Check the roles of the account; to replace a role, revoke the old one first.";
    IN_USE = "TG-R4504", 409, "仍在使用，不能删除", "Still in use, cannot be deleted",
        "该记录仍被人员、下级部门、授权或字典项引用。",
        "请先移走或删除引用它的记录。",
        "People, departments, grants or dictionary entries still refer to it.",
        "Move or remove those first.";
    STATE = "TG-R4505", 409, "当前状态不能进行此操作", "The current state does not allow this",
        "账号或记录的当前状态不允许此操作，详见具体说明。",
        "请刷新后核对状态。",
        "The state of the account or record does not allow it; see the details.",
        "Reload it and check its state.";
    LAST_OFFICER = "TG-R4506", 409, "不能停用或撤换最后一位在岗的管理员", "The last active administrator of a kind cannot be disabled or replaced",
        "三员（系统、安全、审计管理员）每一岗至少要有一位可以登录的人员，否则平台将无法管理。",
        "请先设立并启用同一岗位的另一位人员，再停用或收回此人。",
        "There must be at least one system, one security and one audit administrator who can log in, or nobody could manage the platform.",
        "Appoint and activate another person for the same duty first.";
    BUSY = "TG-R4507", 409, "任务正在执行", "The job is already running",
        "该任务正由某个进程执行，不会同时执行两次。",
        "请等待本次执行结束后再试。",
        "The job is already running, and it never runs twice at once.",
        "Wait until it has finished and try again.";
    NOT_RUNNING = "TG-R4508", 409, "任务没有在执行", "The job is not running",
        "该任务当前没有在执行，或刚刚结束，没有可取消的执行。",
        "请刷新后核对状态；如需停用到时执行，请联系运维人员。",
        "The job is not running now, or has just ended: there is no run to cancel.",
        "Reload it and check its state.";
}
