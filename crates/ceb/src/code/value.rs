//! Codes of single values against the clock, the check digits and the code tables (E1315 and after).

use super::Code;
use crate::finding::Severity;

/// 时间晚于现在
pub static FUTURE_TIME: Code = Code {
    id: "TG-E1315",
    title: "时间晚于现在",
    happened: "报送时间、支付时间、签收时间或到账时间晚于现在的北京时间 10 分钟以上。",
    todo: "核对电脑的时钟和时区（使用北京时间，不是 UTC），更正后重新发送。",
    source: "规则 G4",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 年份不合常理
pub static ANCIENT: Code = Code {
    id: "TG-E1316",
    title: "年份不合常理",
    happened: "时间或日期的年份早于 2014 年，那时还没有这种申报。",
    todo: "核对年份，改为实际的时间。",
    source: "规则 G4",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 组织机构代码校验码不对
pub static ORGANISATION_CODE: Code = Code {
    id: "TG-E1317",
    severity: Severity::Warn,
    title: "组织机构代码校验码不对",
    happened: "统一社会信用代码的第 9 至 17 位是组织机构代码，它的校验码不对。",
    todo: "核对营业执照上的统一社会信用代码；若与执照一致，可以忽略。",
    source: "规则 G8，GB 11714、GB 32100",
    lenient: Some(Severity::Note),
    ..Code::RULE
};

/// 代码表中没有此代码
pub static UNKNOWN_CODE: Code = Code {
    id: "TG-E1318",
    title: "代码表中没有此代码",
    happened: "在单证日期有效的代码表中没有这个代码。代码表完整时拒收，不完整时只警告。",
    todo: "核对代码；海关已启用新代码的，请平台运维人员载入新的代码表。",
    source: "规则 O8、O9、I5",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};
