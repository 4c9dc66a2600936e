//! Codes of export documents (E1606 and after).

use super::Code;
use crate::code::Severity;

/// 不再要求传输收款单
pub static RECEIPT_NOT_NEEDED: Code = Code {
    id: "TG-E1606",
    severity: Severity::Note,
    title: "不再要求传输收款单",
    happened: "自 2024 年 12 月 15 日起，跨境电商出口不再要求传输收款单（403）。",
    todo: "可以停止传输收款单；继续传输也不影响其他单证。",
    source: "海关总署公告 2024 年第 167 号，规则 A.7",
    since: Some("20241215"),
    ..Code::RULE
};

/// 简化申报却有许可证
pub static SIMPLIFIED_LICENCE: Code = Code {
    id: "TG-E1607",
    severity: Severity::Warn,
    title: "简化申报却有许可证",
    happened: "申报业务类型 A（简化申报）只用于不涉及许可证、出口关税和退税的商品，清单却填写了许可证号。",
    todo: "涉及许可证的改为 B（汇总申报）；不涉及的删除许可证号。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 零售出口的平台没有代码
pub static PLATFORM_WITHOUT_CODE: Code = Code {
    id: "TG-E1608",
    severity: Severity::Note,
    title: "零售出口的平台没有代码",
    happened: "电商平台代码填了“无”。只有没有代码的境外平台可以这样填，企业对企业出口（9710、9810）常见，零售出口少见。",
    todo: "境内平台请填写 10 位海关注册编码或 18 位统一社会信用代码；确是境外平台的，不必处理。",
    source: "规则 A.9",
    ..Code::RULE
};

/// 分拆单证的各部分不一致
pub static PARTS_DIFFER: Code = Code {
    id: "TG-E1609",
    title: "分拆单证的各部分不一致",
    happened: "同一企业唯一编号的各部分，报文总数不一致，或同一序号出现了两次。",
    todo: "各部分填写相同的报文总数，序号从 1 开始不重复、不跳号。",
    source: "规则 A.7",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 清单列表会被忽略
pub static SUMMARY_LIST_IGNORED: Code = Code {
    id: "TG-E1610",
    severity: Severity::Warn,
    title: "清单列表会被忽略",
    happened: "汇总申请同时填写了起止时间和清单列表；有起止时间时，海关忽略清单列表。",
    todo: "按时间汇总的删除清单列表，按清单汇总的删除起止时间。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 运输信息留待总分单补充
pub static TRANSPORT_LATER: Code = Code {
    id: "TG-E1611",
    severity: Severity::Note,
    title: "运输信息留待总分单补充",
    happened: "出口清单没有填写运输工具名称、航班航次号或提运单号。关区允许时可以留空，由清单总分单（607）补充。",
    todo: "确认关区允许，并按时申报清单总分单。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 新增申报时已有清单编号
pub static LIST_NUMBER_EARLY: Code = Code {
    id: "TG-E1612",
    severity: Severity::Warn,
    title: "新增申报时已有清单编号",
    happened: "清单编号由海关生成，新增申报时应当没有。",
    todo: "新增申报时删除清单编号；变更或删除申报时填写。",
    source: "规范 4，规则 A.7",
    lenient: Some(Severity::Note),
    ..Code::RULE
};

/// 收款单没有支付企业代码
pub static PAY_CODE_EMPTY: Code = Code {
    id: "TG-E1613",
    severity: Severity::Note,
    title: "收款单没有支付企业代码",
    happened: "境内支付企业必须填写代码；境外支付和现金支付可以不填。",
    todo: "由境内支付企业收款的，补上支付企业代码。",
    source: "规范 4，规则 A.7",
    ..Code::RULE
};
