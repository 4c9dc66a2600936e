//! Who may call what of the case files.

use registry::role::{Operation, Role};

/// Who applies, reviews, decides or looks.
const EVERYBODY: &[Role] = &[
    Role::Applicant,
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
    Role::Operator,
];

/// Who has a step to take.
const PARTIES: &[Role] = &[
    Role::Applicant,
    Role::CompanyAdmin,
    Role::BureauClerk,
    Role::BureauApprover,
];

pub(super) const CASES: Operation = Operation {
    id: "cases",
    chinese: "查询办件",
    roles: EVERYBODY,
    changes: false,
};
pub(super) const OPEN_CASE: Operation = Operation {
    id: "open_case",
    chinese: "提交办件申请",
    roles: &[Role::CompanyAdmin, Role::Applicant],
    changes: true,
};
pub(super) const CASE: Operation = Operation {
    id: "case",
    chinese: "查看办件",
    roles: EVERYBODY,
    changes: false,
};
pub(super) const ACT_ON_CASE: Operation = Operation {
    id: "act_on_case",
    chinese: "办理办件",
    roles: PARTIES,
    changes: true,
};
pub(super) const ATTACH: Operation = Operation {
    id: "attach",
    chinese: "上传办件附件",
    roles: &[Role::Applicant, Role::CompanyAdmin],
    changes: true,
};
pub(super) const ATTACHMENT: Operation = Operation {
    id: "attachment",
    chinese: "下载办件附件",
    roles: PARTIES,
    changes: false,
};
pub(super) const UNMASK_CASE: Operation = Operation {
    id: "unmask_case",
    chinese: "查看办件中的个人信息",
    roles: &[Role::BureauClerk, Role::BureauApprover],
    changes: true,
};
/// The operations of this room.
pub const OPERATIONS: &[Operation] = &[
    CASES,
    OPEN_CASE,
    CASE,
    ACT_ON_CASE,
    ATTACH,
    ATTACHMENT,
    UNMASK_CASE,
];
