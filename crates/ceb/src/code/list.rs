//! Codes of goods and parcels in lists (E1407, E1510 and after).

use super::Code;
use crate::code::Severity;

/// 运单没有提运单号
pub static WAYBILL_BILL: Code = Code {
    id: "TG-E1407",
    severity: Severity::Note,
    title: "运单没有提运单号",
    happened: "直购进口（9610）的运单必须填写提运单号。运单本身不说明贸易方式，因此只提示。",
    todo: "属于直购进口的，补上提运单号；属于保税进口的，不必处理。",
    source: "规则 W3",
    ..Code::RULE
};

/// 税则中没有此商品编码
pub static TARIFF_UNKNOWN: Code = Code {
    id: "TG-E1510",
    title: "税则中没有此商品编码",
    happened: "在单证日期有效的完整税则中没有这个十位商品编码。",
    todo: "按现行税则核对商品编码（8 位税号加 2 位附加码）。",
    source: "规则 I7",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 不在零售进口商品清单中
pub static NOT_LISTED: Code = Code {
    id: "TG-E1511",
    severity: Severity::Warn,
    title: "不在零售进口商品清单中",
    happened: "商品编码不在跨境电子商务零售进口商品清单中，不能按跨境电商零售进口申报。",
    todo: "核对商品编码；确实不在清单中的，按一般贸易等方式进口。",
    source: "规则 I7，跨境电子商务零售进口商品清单",
    ..Code::RULE
};

/// 法定计量单位与税则不符
pub static STATUTORY_UNIT: Code = Code {
    id: "TG-E1512",
    title: "法定计量单位与税则不符",
    happened: "法定计量单位不是税则规定的第一法定单位。税则完整时拒收，是摘录时只警告。",
    todo: "按税则改正法定计量单位，并相应改正法定数量。",
    source: "规则 I8",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 第二法定单位与税则不符
pub static TARIFF_SECOND_UNIT: Code = Code {
    id: "TG-E1513",
    title: "第二法定单位与税则不符",
    happened: "税则规定有第二法定单位的商品必须填写，没有的不能填写。税则完整时拒收，是摘录时只警告。",
    todo: "按税则填写或删除第二计量单位和第二数量。",
    source: "规则 I9，海关代码 -625009",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 申报日期晚于今天
pub static DECLARED_LATER: Code = Code {
    id: "TG-E1514",
    title: "申报日期晚于今天",
    happened: "申报日期晚于今天（北京时间）。",
    todo: "改为实际的申报日期。",
    source: "规则 I12",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 超过单次限值的单件商品
pub static ONE_DEAR_ITEM: Code = Code {
    id: "TG-E1515",
    severity: Severity::Note,
    title: "超过单次限值的单件商品",
    happened: "完税价格超过 5000 元单次限值，订单下只有一件商品：可以按跨境电商进口，但关税、增值税、消费税全额征收，并计入年度限额。",
    todo: "确认消费者知道要全额缴税，且年度累计不超过 26000 元。",
    source: "规则 L2，财关税〔2018〕49号",
    since: Some("20190101"),
    ..Code::RULE
};

/// 同一单证中运单重复
pub static WAYBILL_REPEATED: Code = Code {
    id: "TG-E1516",
    title: "同一单证中运单重复",
    happened: "同一份入库明细单、运抵单、离境单或总分单中，一个运单编号出现了两次。",
    todo: "删除重复的一项，并重新编排序号。",
    source: "规则 D1",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 法定数量与成交数量不同
pub static IMPORT_QUANTITY: Code = Code {
    id: "TG-E1517",
    severity: Severity::Warn,
    title: "法定数量与成交数量不同",
    happened: "法定计量单位与成交计量单位相同，两个数量却不同。海关是否据此退单没有公布，进口与出口（TG-E1509）都只警告。",
    todo: "核对数量和单位。",
    source: "规则 I10",
    ..Code::RULE
};
