//! Codes of single values against the clock, the check digits and the code tables (E1315 and after).

use super::Code;
use crate::code::Severity;

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
    happened: "在单证日期有效的完整代码表中没有这个代码。代码表不完整时不作判断，海关可能已启用表中没有的代码。",
    todo: "核对代码；海关已启用新代码的，请平台运维人员载入新的代码表。",
    source: "规则 O8、O9、I5",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 含有看不见的字符
pub static INVISIBLE: Code = Code {
    id: "TG-E1319",
    title: "含有看不见的字符",
    happened: "内容中有不显示的字符，例如零宽空格、文字方向控制符、字节顺序标记，通常是从网页、聊天窗口或文档中复制时带来的。两个看上去相同的内容会因此不相等。在代码、号码、数字和时间中拒收，在名称、地址等文字中只警告；表情符号和少数民族文字中起作用的连接符不算。",
    todo: "删除指出的字符，或不经复制重新输入；程序应在写报文之前清除它们。",
    source: "规则 G7",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// guid 的写法与规范不同
pub static GUID_FORM: Code = Code {
    id: "TG-E1320",
    severity: Severity::Warn,
    title: "guid 的写法与规范不同",
    happened: "规范要求 guid 为 36 位、字母大写。海关目前也接受其他写法，因此只警告，不影响申报。",
    todo: "今后生成 guid 时使用大写字母、数字和连字符，例如大写的 UUID；已经发送的不必更改。",
    source: "规范 4，规则 G3",
    lenient: Some(Severity::Note),
    ..Code::RULE
};
