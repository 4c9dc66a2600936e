//! What the rooms of all floors declare, gathered: acts of the audit, kinds of
//! approvals. A room that is not on these lists does not take part.

use identity::login::Follow;
use registry::approval::Kind;
use registry::audit::Act;
use registry::parameter::Parameter;
use std::sync::Arc;

/// Every parameter that may be changed while the platform runs.
pub const PARAMETERS: &[&[Parameter]] = &[
    registry::session::PARAMETERS,
    identity::login::PARAMETERS,
    identity::oidc::PARAMETERS,
    back_office::job::PARAMETERS,
    exchange::unmask::PARAMETERS,
    exchange::export::PARAMETERS,
    exchange::matching::PARAMETERS,
    exchange::quota::PARAMETERS,
    exchange::tax::PARAMETERS,
    services::payment_inquiry::PARAMETERS,
];

/// What hangs on a session and goes over to the one that takes its place in the same browser.
pub const FOLLOW: &[Follow] = &[identity::cas::follow, identity::oidc::follow];

/// Every act that leaves a row in the audit, by room.
pub const ACTS: &[(&str, &[Act])] = &[
    ("登录", identity::login::ACTS),
    ("会话", identity::session::ACTS),
    ("账号", registry::account::ACTS),
    ("两步验证", identity::factor::ACTS),
    ("外部身份", identity::foreign::ACTS),
    ("双人复核", registry::approval::ACTS),
    ("接入系统", identity::relying_party::ACTS),
    ("单点登录", identity::cas::ACTS),
    ("统一身份认证", identity::oidc::ACTS),
    ("首次启用", identity::bootstrap::ACTS),
    ("授权", back_office::grant::ACTS),
    ("部门", back_office::department::ACTS),
    ("岗位", back_office::post::ACTS),
    ("参数", back_office::parameter::ACTS),
    ("字典", back_office::dictionary::ACTS),
    ("代码表", registry::code_table::ACTS),
    ("公告", back_office::notice::ACTS),
    ("审计", back_office::log::ACTS),
    ("定时任务", back_office::job::ACTS),
    ("办件", services::case_file::ACTS),
    ("企业入驻", services::registration::ACTS),
    ("企业台账", services::company_ledger::ACTS),
    ("企业人员", services::member::ACTS),
    ("接口密钥", services::key::ACTS),
    ("代理报关", services::agent::ACTS),
    ("对接进度", services::docking::ACTS),
    ("申报", exchange::intake::ACTS),
    ("更正重报", exchange::correction::ACTS),
    ("查看原文", exchange::unmask::ACTS),
    ("办理结果", exchange::outcome::ACTS),
    ("导出", exchange::export::ACTS),
    ("未知回执代码", exchange::unknown_code::ACTS),
    ("三单对碰", exchange::matching::ACTS),
    ("平台代签", exchange::signing::ACTS),
    ("支付原始数据", services::payment_inquiry::ACTS),
    ("新版规范预演", exchange::rehearsal::ACTS),
];

/// Every kind of act that needs a second pair of eyes.
pub const KINDS: &[&[Kind]] = &[
    exchange::operator::KINDS,
    exchange::signing::KINDS,
    back_office::grant::KINDS,
    back_office::department::KINDS,
    back_office::parameter::KINDS,
    back_office::notice::KINDS,
    back_office::user::state::KINDS,
    identity::relying_party::KINDS,
];

/// Every kind of act that needs a second pair of eyes, as one list.
pub(crate) fn kinds() -> Arc<[Kind]> {
    KINDS.iter().flat_map(|room| room.iter().copied()).collect()
}
