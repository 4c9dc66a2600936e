//! Codes of what several documents say together (E19): matching, personal limits, requests about a list.
//! Each tells how customs reacts, as far as it was seen.

use super::Code;
use crate::code::Severity;

/// 支付金额与订单实付金额不一致
pub static PAID_DIFFERS: Code = Code {
    id: "TG-E1901",
    severity: Severity::Warn,
    title: "支付金额与订单实付金额不一致",
    happened: "支付单的支付金额（amountPaid）与订单的实际支付金额（acturalPaid）不相等。海关要求完全一致，不一致时退单，原因代码 1332。",
    todo: "核对是哪一份填错：以实际支付流水为准，由填错的一方以变更（appType=2）重新报送。",
    source: "规范 2.4，规则 X1；海关原因代码 1332",
    ..Code::RULE
};

/// 支付人与订购人不是同一人
pub static PAYER_DIFFERS: Code = Code {
    id: "TG-E1902",
    severity: Severity::Warn,
    title: "支付人与订购人不是同一人",
    happened: "支付单的支付人姓名或证件号码与订单的订购人不一致。海关对此退单，原因代码 1327；订购人身份已经另行核验的除外。",
    todo: "核对订购人和支付人：更正填错的一份；确属他人代付且身份已核验的，可以继续申报。",
    source: "规范 2.4，规则 X2；海关原因代码 1327",
    ..Code::RULE
};

/// 订单所写的支付信息与支付单不一致
pub static PAYMENT_REFERENCE: Code = Code {
    id: "TG-E1903",
    severity: Severity::Warn,
    title: "订单所写的支付信息与支付单不一致",
    happened: "订单填写了支付企业或支付流水号，但与同一订单的支付单不同。海关对此退单，原因代码 13035。",
    todo: "更正订单的 payCode、payTransactionId，或由支付企业更正支付单。",
    source: "规范 2.4，规则 X3；海关原因代码 13035",
    ..Code::RULE
};

/// 电商平台不一致
pub static PLATFORM_DIFFERS: Code = Code {
    id: "TG-E1904",
    severity: Severity::Warn,
    title: "电商平台不一致",
    happened: "订单与支付单所写的电商平台名称不同。目前没有见到海关因此退单。",
    todo: "统一使用电商平台在海关注册登记的名称。",
    source: "规则 X4",
    ..Code::RULE
};

/// 收货人信息与运单不一致
pub static CONSIGNEE_DIFFERS: Code = Code {
    id: "TG-E1905",
    severity: Severity::Warn,
    title: "收货人信息与运单不一致",
    happened: "订单的收货人姓名、电话或地址与运单不一致（已忽略空白字符）。规范要求两者一致。",
    todo: "核对收货信息，由填错的一方以变更（appType=2）重新报送。",
    source: "规范 2.4，规则 X5",
    ..Code::RULE
};

/// 运单所写的订单编号不一致
pub static WAYBILL_ORDER: Code = Code {
    id: "TG-E1906",
    severity: Severity::Warn,
    title: "运单所写的订单编号不一致",
    happened: "清单所写的运单，其订单编号与清单的订单编号不同，可能关联了别的包裹。",
    todo: "核对清单的运单编号和运单的订单编号。",
    source: "规则 X6",
    ..Code::RULE
};

/// 清单与订单的订购人不一致
pub static BUYER_DIFFERS: Code = Code {
    id: "TG-E1907",
    severity: Severity::Warn,
    title: "清单与订单的订购人不一致",
    happened: "清单的订购人姓名或证件号码与订单不同。海关对此退单，原因代码 13127。",
    todo: "更正填错的一份后重新报送。",
    source: "规则 X7；海关原因代码 13127",
    ..Code::RULE
};

/// 清单与订单的订购人电话不一致
pub static BUYER_TELEPHONE: Code = Code {
    id: "TG-E1908",
    severity: Severity::Warn,
    title: "清单与订单的订购人电话不一致",
    happened: "清单的订购人电话与订单不同。海关对此退单，原因代码 130126。",
    todo: "更正填错的一份后重新报送。",
    source: "规则 X8；海关原因代码 130126",
    ..Code::RULE
};

/// 清单与订单的电商企业不一致
pub static PARTIES_DIFFER: Code = Code {
    id: "TG-E1909",
    severity: Severity::Warn,
    title: "清单与订单的电商企业不一致",
    happened: "清单所写的电商企业与订单不同，海关按订单编号和电商企业关联时会找不到订单。",
    todo: "核对清单和订单的 ebcCode。",
    source: "规则 X9",
    ..Code::RULE
};

/// 清单与订单的商品项数不一致
pub static LINE_COUNT: Code = Code {
    id: "TG-E1910",
    severity: Severity::Warn,
    title: "清单与订单的商品项数不一致",
    happened: "清单的商品项数与订单的商品项数不同。海关对此退单，原因代码 1320。",
    todo: "清单的商品须与订单逐项对应：补上缺少的商品项，或删除多余的商品项。",
    source: "规则 X10；海关原因代码 1320",
    ..Code::RULE
};

/// 清单与订单的商品不一致
pub static LINES_DIFFER: Code = Code {
    id: "TG-E1911",
    severity: Severity::Warn,
    title: "清单与订单的商品不一致",
    happened: "清单某一项商品的序号、名称、计量单位、数量或单价与订单中同一序号的商品不一致。海关对此退单，原因代码 1322。",
    todo: "逐项核对清单与订单的商品，更正填错的一份后重新报送。",
    source: "规则 X11、A.7；海关原因代码 1322",
    ..Code::RULE
};

/// 清单与运单的运费或保费不一致
pub static FREIGHT_DIFFERS: Code = Code {
    id: "TG-E1912",
    severity: Severity::Note,
    title: "清单与运单的运费或保费不一致",
    happened: "清单的运费或保费与运单不同。海关是否核对未经证实，仅作提示。",
    todo: "核对运费和保费；无误可以继续申报。",
    source: "规则 X12（未经证实）",
    ..Code::RULE
};

/// 清单毛重与运单重量不一致
pub static WEIGHT_DIFFERS: Code = Code {
    id: "TG-E1913",
    severity: Severity::Note,
    title: "清单毛重与运单重量不一致",
    happened: "清单的毛重与运单的重量不同。海关是否核对未经证实，仅作提示。",
    todo: "核对重量；无误可以继续申报。",
    source: "规则 X13（未经证实）",
    ..Code::RULE
};

/// 清单与订单的收件地址不一致
pub static ADDRESS_DIFFERS: Code = Code {
    id: "TG-E1914",
    severity: Severity::Note,
    title: "清单与订单的收件地址不一致",
    happened: "清单的收件地址与订单不同（已忽略空白字符）。海关是否核对未经证实，仅作提示。",
    todo: "核对收件地址；无误可以继续申报。",
    source: "规则 X14",
    ..Code::RULE
};

/// 清单与订单的价值不一致
pub static VALUE_DIFFERS: Code = Code {
    id: "TG-E1915",
    severity: Severity::Note,
    title: "清单与订单的价值不一致",
    happened: "清单的商品总价加运费、保费，与订单的商品价格加运杂费不一致，可能影响完税价格的审核。海关是否核对未经证实，仅作提示。",
    todo: "核对清单的单价、运费和保费；无误可以继续申报。",
    source: "规则 X15（未经证实）",
    ..Code::RULE
};

/// 入库明细单中没有这票运单
pub static NOT_ARRIVED: Code = Code {
    id: "TG-E1916",
    severity: Severity::Note,
    title: "入库明细单中没有这票运单",
    happened: "同一提运单的入库明细单已经申报，但其中没有清单所写的运单编号，可能尚未到货。海关是否核对未经证实，仅作提示。",
    todo: "核对提运单号和运单编号，或等待监管场所补报。",
    source: "规则 X16（未经证实）",
    ..Code::RULE
};

/// 配套单证尚未到达
pub static PARTNER_MISSING: Code = Code {
    id: "TG-E1920",
    severity: Severity::Note,
    title: "配套单证尚未到达",
    happened: "平台上还没有与清单配套的订单、支付单或运单，或者它们已被海关退单。它们可能由其他途径报送；海关缺少任何一份都不会放行清单。",
    todo: "确认各方已经报送订单、支付单和运单。",
    source: "规范 2.4；规则 9.4",
    ..Code::RULE
};

/// 等待配套单证的时间已到
pub static HOLD_OVER: Code = Code {
    id: "TG-E1921",
    severity: Severity::Warn,
    title: "等待配套单证的时间已到",
    happened: "企业选择了“不齐先等待”，等待时间已到，配套单证仍未到齐或仍不一致，清单已照常发送。",
    todo: "关注海关回执；如被退单，按退单原因更正后重新申报。",
    source: "平台规则：对碰策略",
    ..Code::RULE
};

/// 等待中的清单已被新的报送取代
pub static HOLD_REPLACED: Code = Code {
    id: "TG-E1922",
    title: "等待中的清单已被新的报送取代",
    happened: "清单在等待配套单证期间，企业又报送了同一业务主键的清单，先前的一份不再发送。",
    todo: "以新报送的清单为准，无须处理。",
    source: "平台规则：对碰策略",
    ..Code::RULE
};

/// 没有找到要变更或删除的单证
pub static ORIGINAL_UNKNOWN: Code = Code {
    id: "TG-E1930",
    severity: Severity::Warn,
    title: "没有找到要变更或删除的单证",
    happened: "报送类型为变更或删除，但平台上没有同一业务主键的原单证。如果原单证也不在海关，海关会退单（-301009 等）。",
    todo: "核对业务主键；首次申报请用新增（appType=1）。",
    source: "规则 G13；海关代码 -301009、-401006、-504014",
    ..Code::RULE
};

/// 报送时间早于已有的单证
pub static STALE: Code = Code {
    id: "TG-E1931",
    severity: Severity::Warn,
    title: "报送时间早于已有的单证",
    happened: "报送时间（appTime）早于平台已有的同一业务主键的单证。海关把较早的报文当作旧数据，不做处理（-301014 等）。",
    todo: "用当前时间填写 appTime 后重新报送。",
    source: "规则 G13；海关代码 -301014、-401012、-505016",
    ..Code::RULE
};

/// 单证的状态可能不允许变更
pub static STATE_FORBIDS: Code = Code {
    id: "TG-E1932",
    severity: Severity::Warn,
    title: "单证的状态可能不允许变更",
    happened: "同一业务主键的单证已被海关放行、审结或结关，海关可能不允许再变更或删除（-301011 等）。",
    todo: "已放行的清单请用撤销或退货申请处理。",
    source: "规则 G13；海关代码 -301011、-621012",
    ..Code::RULE
};

/// 业务主键已经申报过
pub static KEY_USED: Code = Code {
    id: "TG-E1933",
    severity: Severity::Warn,
    title: "业务主键已经申报过",
    happened: "同一业务主键的单证已经申报，且没有被海关退单。海关会以重复申报退单（-301010、-401007、-504015、-621004 等）。",
    todo: "核对编号：确需修改已申报的单证请用变更（appType=2）；新的单证请换新的编号。",
    source: "规则 O6、P1、W1、I15；海关代码 -301010、-401007、-504015、-621004",
    ..Code::RULE
};

/// 超过单次交易限值
pub static SINGLE_LIMIT: Code = Code {
    id: "TG-E1940",
    severity: Severity::Warn,
    title: "超过单次交易限值",
    happened: "清单的完税价格（商品总价加运费、保费）超过单次交易限值 5,000 元，且不是只有一件不可分割的商品。海关退单，代码 -621005。",
    todo: "拆成几个订单分别购买，或按一般贸易进口。",
    source: "规则 L1；财关税〔2018〕49 号；海关代码 -621005",
    ..Code::RULE
};

/// 超过单次限值的单件商品
pub static SINGLE_ITEM: Code = Code {
    id: "TG-E1941",
    severity: Severity::Note,
    title: "超过单次限值的单件商品",
    happened: "清单超过单次交易限值 5,000 元，但订单只有一件商品。商品不可分割且没有超过年度限值时可以进口，按全额征收关税、增值税和消费税，计入年度总额。",
    todo: "确认商品不可分割，并告知订购人按全额征税。",
    source: "规则 L2；财关税〔2018〕49 号",
    ..Code::RULE
};

/// 超过个人年度限值
pub static ANNUAL_LIMIT: Code = Code {
    id: "TG-E1942",
    severity: Severity::Warn,
    title: "超过个人年度限值",
    happened: "按平台上的清单计算，订购人本年度累计超过 26,000 元。平台只知道经本平台申报的清单，个人额度以海关为准。海关退单，原因代码 1313 或 -621018。",
    todo: "告知订购人额度不足；超过部分按一般贸易进口。",
    source: "规则 L1、L3；财关税〔2018〕49 号；海关代码 1313、-621018",
    ..Code::RULE
};

/// 食糖或大米超过年度数量
pub static FOOD_QUANTITY: Code = Code {
    id: "TG-E1943",
    severity: Severity::Warn,
    title: "食糖或大米超过年度数量",
    happened: "订购人本次购买的食糖超过 2 千克，或大米超过 20 千克。跨境电商零售进口商品清单对个人每年的数量有限制；平台只核对本清单。",
    todo: "核对商品编码和数量，减少数量后重新申报。",
    source: "规则 L5；跨境电子商务零售进口商品清单备注",
    ..Code::RULE
};

/// 没有找到原清单
pub static LIST_UNKNOWN: Code = Code {
    id: "TG-E1950",
    severity: Severity::Warn,
    title: "没有找到原清单",
    happened: "撤销或退货申请所写的清单编号，平台上没有对应的清单。海关退单，代码 -623003。",
    todo: "核对清单编号（invtNo）。",
    source: "规则 C1、R1；海关代码 -623003",
    ..Code::RULE
};

/// 与原清单不一致
pub static LIST_DIFFERS: Code = Code {
    id: "TG-E1951",
    severity: Severity::Warn,
    title: "与原清单不一致",
    happened: "申请的申报企业、订单编号、运单编号、电商平台、电商企业或订购人与原清单不同。",
    todo: "按原清单填写后重新申报。",
    source: "规则 C1、A.7",
    ..Code::RULE
};

/// 同一清单已有未办结的撤销申请
pub static CANCEL_OPEN: Code = Code {
    id: "TG-E1952",
    severity: Severity::Warn,
    title: "同一清单已有未办结的撤销申请",
    happened: "同一清单已经申报过撤销申请，且没有被退单。海关退单，代码 -623009。",
    todo: "等待先前的撤销申请办结。",
    source: "规则 C2；海关代码 -623009",
    ..Code::RULE
};

/// 清单的状态可能不允许撤销
pub static CANCEL_STATE: Code = Code {
    id: "TG-E1953",
    severity: Severity::Warn,
    title: "清单的状态可能不允许撤销",
    happened: "原清单已放行、结关、退运或被退单，海关可能不接受撤销申请（-623005）。",
    todo: "已放行的清单请用退货申请；已退单的清单无须撤销。",
    source: "规则 C3；海关代码 -623005",
    ..Code::RULE
};

/// 原清单没有这一项商品
pub static REFUND_LINE: Code = Code {
    id: "TG-E1960",
    severity: Severity::Warn,
    title: "原清单没有这一项商品",
    happened: "退货申请的商品序号和商品编码在原清单中找不到。海关退单，代码 -625209。",
    todo: "按原清单的商品序号和商品编码填写。",
    source: "规则 R1、A.7；海关代码 -625209",
    ..Code::RULE
};

/// 退货数量超过原清单
pub static REFUND_QUANTITY: Code = Code {
    id: "TG-E1961",
    severity: Severity::Warn,
    title: "退货数量超过原清单",
    happened: "同一项商品的退货数量（含此前的退货申请）超过原清单的数量。",
    todo: "核对退货数量。",
    source: "规则 R2、A.7",
    ..Code::RULE
};

/// 超过退货期限
pub static REFUND_LATE: Code = Code {
    id: "TG-E1962",
    severity: Severity::Warn,
    title: "超过退货期限",
    happened: "清单放行已超过 30 天。海关放行之日起 30 日内申请、45 日内运抵的退货才不征税并恢复个人额度。",
    todo: "超过期限的退货不能恢复额度；确需退货请联系海关。",
    source: "规则 R3；海关总署公告 2020 年第 45 号",
    ..Code::RULE
};

/// 没有找到运单或清单
pub static PARCEL_UNKNOWN: Code = Code {
    id: "TG-E1970",
    severity: Severity::Note,
    title: "没有找到运单或清单",
    happened: "单证所列的运单或清单，平台上没有。它们可能由其他途径报送。",
    todo: "核对运单编号和清单编号。",
    source: "规则 W4、D1、A.7",
    ..Code::RULE
};

/// 与清单的运输信息不一致
pub static INBOUND_DIFFERS: Code = Code {
    id: "TG-E1971",
    severity: Severity::Warn,
    title: "与清单的运输信息不一致",
    happened: "入库明细单的提运单号或航班航次号，与所列运单的清单不同。",
    todo: "核对提运单号和航班航次号。",
    source: "规则 D1",
    ..Code::RULE
};

/// 运单状态时间早于运单
pub static STATUS_EARLY: Code = Code {
    id: "TG-E1973",
    severity: Severity::Warn,
    title: "运单状态时间早于运单",
    happened: "运单状态的物流状态时间（logisticsTime）早于运单的报送时间。",
    todo: "核对物流状态时间。",
    source: "规则 W4",
    ..Code::RULE
};

/// 担保企业不是清单的当事企业
pub static ASSURE: Code = Code {
    id: "TG-E1975",
    severity: Severity::Warn,
    title: "担保企业不是清单的当事企业",
    happened: "担保企业编号（assureCode）应是清单的电商平台、电商企业、物流企业或申报企业之一，并在海关有担保。海关退单，原因代码 1311。",
    todo: "填写办理了税款担保的企业编号。",
    source: "规则 I13；海关原因代码 1311",
    ..Code::RULE
};

/// 电子税单与平台测算不一致
pub static TAX_DIFFERS: Code = Code {
    id: "TG-E1980",
    severity: Severity::Note,
    title: "电子税单与平台测算不一致",
    happened: "海关的电子税单与平台按清单测算的税款不同。以电子税单为准；差异可能来自税率、运费分摊或进位。",
    todo: "核对商品编码对应的税率。",
    source: "规范 3.9；规则 10.6",
    ..Code::RULE
};
