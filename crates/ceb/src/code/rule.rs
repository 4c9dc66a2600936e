//! Codes of rules that go further than the schema (E13 every message, E14 trade, E15 list, E16 export).

use super::Code;
use crate::code::Severity;

/// 必填项为空
pub static REQUIRED_BY_TEXT: Code = Code {
    id: "TG-E1301",
    title: "必填项为空",
    happened: "规范要求填写此项，但它没有出现或为空。",
    todo: "填写完整后重新发送。",
    source: "规范 4，规则 G1",
    ..Code::RULE
};

/// 单证编号重复
pub static GUID_REPEATED: Code = Code {
    id: "TG-E1302",
    title: "单证编号重复",
    happened: "同一报文中两份单证的 guid 相同。",
    todo: "每份单证使用不同的 guid。",
    source: "规范 4，规则 G3",
    ..Code::RULE
};

/// 同一报文中业务主键重复
pub static KEY_REPEATED: Code = Code {
    id: "TG-E1330",
    severity: Severity::Warn,
    title: "同一报文中业务主键重复",
    happened: "同一报文中两份单证的业务主键（例如订单的电商平台代码和订单编号）相同。海关只收下第一份，后一份以重复申报退回（-301010、-401007、-504012、-621004 等）。",
    todo: "核对编号：多余的一份请删去；不同的单证请改用各自的编号；要修改已申报的单证请另发变更报文（appType=2）。",
    source: "规则 O6、P1、W1、I15；海关代码 -301010、-401007、-504012、-621004",
    ..Code::RULE
};

/// 时间不正确
pub static TIME: Code = Code {
    id: "TG-E1303",
    title: "时间不正确",
    happened: "不是真实存在的日期或时间，或位数、格式不对。",
    todo: "按 年月日时分秒 连写，例如 20260101093000。",
    source: "规范 4，规则 G4",
    ..Code::RULE
};

/// 取值不在规定范围内
pub static VALUE_NOT_ALLOWED: Code = Code {
    id: "TG-E1304",
    title: "取值不在规定范围内",
    happened: "规范只允许此项取列出的几个值。",
    todo: "改为规定的取值之一。",
    source: "规范 4，规则 G5",
    ..Code::RULE
};

/// 名称或地址无实际内容
pub static BLANK_NAME: Code = Code {
    id: "TG-E1305",
    title: "名称或地址无实际内容",
    happened: "名称或地址只有空白，或填了“空”“无”“/”等占位文字。",
    todo: "填写真实的名称或地址；选填项没有内容时不要填。",
    source: "规则 G6",
    ..Code::RULE
};

/// 企业代码不正确
pub static COMPANY_CODE: Code = Code {
    id: "TG-E1306",
    title: "企业代码不正确",
    happened: "企业代码不是 10 位海关注册编码，也不是校验码正确的 18 位统一社会信用代码。",
    todo: "核对营业执照或海关注册登记证书上的代码，字母大写，不要有空格。",
    source: "规则 G8，GB 32100",
    ..Code::RULE
};

/// 含有全角字符
pub static FULL_WIDTH: Code = Code {
    id: "TG-E1307",
    title: "含有全角字符",
    happened: "代码、证件号码和电话只能使用半角字符。",
    todo: "把全角数字、字母、空格改为半角。",
    source: "规则 G7",
    ..Code::RULE
};

/// 数值为负
pub static NEGATIVE: Code = Code {
    id: "TG-E1308",
    title: "数值为负",
    happened: "金额、重量、数量不能小于零。",
    todo: "核对数值。",
    source: "规则 G9",
    ..Code::RULE
};

/// 数值不大于零
pub static NOT_POSITIVE: Code = Code {
    id: "TG-E1309",
    title: "数值不大于零",
    happened: "此处的金额、重量、数量必须大于零。",
    todo: "核对数值。",
    source: "规则 G9",
    ..Code::RULE
};

/// 商品序号不连续
pub static GNUM: Code = Code {
    id: "TG-E1310",
    title: "商品序号不连续",
    happened: "商品序号应从 1 开始，逐项加 1，不重复、不跳号。",
    todo: "重新编排商品序号。",
    source: "规范 4，规则 G12",
    ..Code::RULE
};

/// 申报时必须签名
pub static SIGNATURE_NEEDED: Code = Code {
    id: "TG-E1311",
    title: "申报时必须签名",
    happened: "规范要求这种单证必须签名。",
    todo: "签名后再发送。",
    source: "规范 6，规则 G5",
    ..Code::RULE
};

/// 代码的格式不正确
pub static CODE_FORMAT: Code = Code {
    id: "TG-E1312",
    title: "代码的格式不正确",
    happened: "此处的代码只能是规定位数的数字；或者号码被表格软件写成了科学计数法（只警告）。",
    todo: "核对代码，例如商品编码为 10 位数字，关区代码为 4 位数字。",
    source: "规则 I7",
    ..Code::RULE
};

/// 身份证号码不正确
pub static IDENTITY: Code = Code {
    id: "TG-E1313",
    title: "身份证号码不正确",
    happened: "不是 18 位身份证号码，或出生日期、校验码不对。",
    todo: "请消费者核对身份证号码，末位 X 大写。",
    source: "规则 O7，GB 11643",
    ..Code::RULE
};

/// 此项由电子口岸填写
pub static ASSIGNED: Code = Code {
    id: "TG-E1314",
    title: "此项由电子口岸填写",
    happened: "预录入编号由电子口岸生成，企业新增申报时不能填写。",
    todo: "新增申报时删除此元素。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 实际支付金额不平
pub static ORDER_PAID: Code = Code {
    id: "TG-E1401",
    title: "实际支付金额不平",
    happened: "实际支付金额不等于 商品价格＋运杂费＋代扣税款－非现金抵扣金额。",
    todo: "核对五个金额。海关会拿它与支付单比对。",
    source: "规范 4.1，规则 O1",
    ..Code::RULE
};

/// 总价不等于单价乘数量
pub static LINE_TOTAL: Code = Code {
    id: "TG-E1402",
    title: "总价不等于单价乘数量",
    happened: "表体总价与单价乘以数量相差超过 0.01。",
    todo: "核对单价、数量和总价。",
    source: "规范 4，规则 O2、I11",
    ..Code::RULE
};

/// 商品价格与表体合计不符
pub static GOODS_VALUE: Code = Code {
    id: "TG-E1403",
    severity: Severity::Warn,
    title: "商品价格与表体合计不符",
    happened: "表头商品价格不等于表体总价之和。",
    todo: "核对是否漏了商品，或把优惠写进了商品价格（优惠应写在非现金抵扣）。",
    source: "规则 O3",
    ..Code::RULE
};

/// 抵扣金额过大
pub static DISCOUNT: Code = Code {
    id: "TG-E1404",
    severity: Severity::Warn,
    title: "抵扣金额过大",
    happened: "非现金抵扣超过了商品价格、运杂费和税款之和，或实际支付金额不大于零。",
    todo: "核对抵扣金额和实际支付金额。",
    source: "规则 O4",
    ..Code::RULE
};

/// 支付时间晚于报送时间
pub static PAY_TIME: Code = Code {
    id: "TG-E1405",
    title: "支付时间晚于报送时间",
    happened: "支付单的支付时间在报送时间之后。",
    todo: "核对两个时间，使用北京时间。",
    source: "规则 P2",
    ..Code::RULE
};

/// 签收时间晚于报送时间
pub static LOGISTICS_TIME: Code = Code {
    id: "TG-E1406",
    severity: Severity::Warn,
    title: "签收时间晚于报送时间",
    happened: "运单状态时间在报送时间之后。",
    todo: "核对两个时间，使用北京时间。",
    source: "规则 W4",
    ..Code::RULE
};

/// 直购进口缺少运输信息
pub static DIRECT_NEEDS: Code = Code {
    id: "TG-E1501",
    title: "直购进口缺少运输信息",
    happened: "贸易方式 9610 必须填写运输工具编号、航班航次号和提运单号。",
    todo: "补充缺少的项目。",
    source: "规范 4.5，规则 I3",
    ..Code::RULE
};

/// 直购进口不应填写保税项目
pub static DIRECT_FORBIDS: Code = Code {
    id: "TG-E1502",
    severity: Severity::Warn,
    title: "直购进口不用填写保税项目",
    happened: "贸易方式 9610 不用填写账册编号、区内企业和账册备案料号。规范把它们列为选填，填写了海关也会接收，因此只警告。",
    todo: "核对贸易方式；确是直购进口的，可以删除这些项目。",
    source: "规范 4.5，规则 I3",
    ..Code::RULE
};

/// 保税进口缺少账册或区内企业
pub static BONDED_NEEDS: Code = Code {
    id: "TG-E1503",
    title: "保税进口缺少账册或区内企业",
    happened: "贸易方式 1210 必须填写账册编号、区内企业代码和名称，每项商品必须填写账册备案料号。",
    todo: "补充缺少的项目。",
    source: "规范 4.5，规则 I4",
    ..Code::RULE
};

/// 保税进口不应填写跨境运输信息
pub static BONDED_FORBIDS: Code = Code {
    id: "TG-E1504",
    severity: Severity::Warn,
    title: "保税进口不用填写跨境运输信息",
    happened: "贸易方式 1210 不用填写运输工具编号、航班航次号和提运单号。规范把它们列为选填，填写了海关也会接收，因此只警告。",
    todo: "核对贸易方式；确是保税进口的，可以删除这些项目。",
    source: "规范 4.5，规则 I4",
    ..Code::RULE
};

/// 保税进口的起运国应为中国
pub static BONDED_COUNTRY: Code = Code {
    id: "TG-E1505",
    title: "保税进口的起运国应为中国",
    happened: "贸易方式 1210 的表头起运国应为 142。",
    todo: "把表头的起运国改为 142。",
    source: "规范 4.5，规则 I4",
    ..Code::RULE
};

/// 净重大于毛重
pub static WEIGHT: Code = Code {
    id: "TG-E1506",
    title: "净重大于毛重",
    happened: "净重不能大于毛重。",
    todo: "核对两个重量，单位为千克。",
    source: "规则 I6",
    ..Code::RULE
};

/// 第二单位与第二数量不成对
pub static SECOND_UNIT: Code = Code {
    id: "TG-E1507",
    title: "第二单位与第二数量不成对",
    happened: "第二计量单位和第二数量必须同时填写或同时不填，数量大于零。",
    todo: "补上缺少的一项，或把两项都删除。",
    source: "规则 I9，海关代码 -625009",
    ..Code::RULE
};

/// 贸易方式需海关确认
pub static TRADE_MODE: Code = Code {
    id: "TG-E1508",
    severity: Severity::Warn,
    title: "贸易方式需海关确认",
    happened: "1239 不在规范列出的进口贸易方式中。",
    todo: "先向主管海关确认；一般应为 9610 或 1210。",
    source: "规则 I2",
    ..Code::RULE
};

/// 法定数量与申报数量不一致
pub static STATUTORY_QUANTITY: Code = Code {
    id: "TG-E1509",
    severity: Severity::Warn,
    title: "法定数量与申报数量不一致",
    happened: "法定计量单位与申报计量单位相同时，两个数量应相等。海关是否据此退单没有公布，出口与进口（TG-E1517）都只警告。",
    todo: "核对数量和单位。",
    source: "规则 I10、A.7",
    ..Code::RULE
};

/// 特殊区域出口缺少账册或区内企业
pub static SPECIAL_AREA: Code = Code {
    id: "TG-E1601",
    title: "特殊区域出口缺少账册或区内企业",
    happened: "贸易方式 1210、1239 必须填写区内企业代码和名称、账册编号，每项商品必须填写账册备案料号。",
    todo: "补充缺少的项目。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 报文序号大于报文总数
pub static PART_NUMBER: Code = Code {
    id: "TG-E1602",
    title: "报文序号大于报文总数",
    happened: "分拆报文的序号应在 1 到报文总数之间。",
    todo: "核对报文总数和报文序号，不分拆时都填 1。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 汇总起止时间不成对
pub static SUMMARY_TIME: Code = Code {
    id: "TG-E1603",
    title: "汇总起止时间不成对",
    happened: "汇总开始时间和结束时间必须同时填写，结束不早于开始。",
    todo: "补上缺少的时间，或把两项都删除并改用清单列表。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 汇总申请没有范围
pub static SUMMARY_EMPTY: Code = Code {
    id: "TG-E1604",
    title: "汇总申请没有范围",
    happened: "既没有清单列表，也没有汇总起止时间。",
    todo: "填写要汇总的清单编号，或填写汇总起止时间。",
    source: "规则 A.7",
    ..Code::RULE
};

/// 退货启运国不能是中国
pub static RETURN_COUNTRY: Code = Code {
    id: "TG-E1605",
    title: "退货启运国不能是中国",
    happened: "出口退货的启运国（地区）应是境外。",
    todo: "核对启运国代码。",
    source: "规范 4，规则 A.7",
    ..Code::RULE
};
