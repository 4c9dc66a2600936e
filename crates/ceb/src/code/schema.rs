//! Codes of messages that the schema refuses (E12).

use super::Code;
use crate::code::Layer;

/// 缺少必填项
pub static MISSING_ELEMENT: Code = Code {
    id: "TG-E1201",
    layer: Layer::Schema,
    title: "缺少必填项",
    happened: "规范要求的元素没有出现。",
    todo: "补上这个元素；没有内容的，按规范填写规定的值。",
    source: "规范 4",
    ..Code::RULE
};

/// 多余的元素
pub static UNKNOWN_ELEMENT: Code = Code {
    id: "TG-E1202",
    layer: Layer::Schema,
    title: "多余的元素",
    happened: "此处出现了规范中没有的元素。",
    todo: "删除这个元素，或核对名称（区分大小写）和命名空间。",
    source: "规范 4",
    ..Code::RULE
};

/// 元素次序不对
pub static ORDER: Code = Code {
    id: "TG-E1203",
    layer: Layer::Schema,
    title: "元素次序不对",
    happened: "元素出现的位置与规范规定的次序不同。",
    todo: "按规范的次序排列元素。",
    source: "规范 4",
    ..Code::RULE
};

/// 元素重复
pub static DUPLICATE_ELEMENT: Code = Code {
    id: "TG-E1204",
    layer: Layer::Schema,
    title: "元素重复",
    happened: "同一个元素出现了两次。",
    todo: "只保留一个。",
    source: "规范 4",
    ..Code::RULE
};

/// 内容太长
pub static TOO_LONG: Code = Code {
    id: "TG-E1205",
    layer: Layer::Schema,
    title: "内容太长",
    happened: "内容的字符数超过规范的上限（汉字按一个字符计）。",
    todo: "缩短内容。",
    source: "规范 4",
    ..Code::RULE
};

/// 内容太短或为空
pub static TOO_SHORT: Code = Code {
    id: "TG-E1206",
    layer: Layer::Schema,
    title: "内容太短或为空",
    happened: "内容的字符数少于规范的下限。",
    todo: "填写完整；没有内容的选填项，整个元素不要出现。",
    source: "规范 4",
    ..Code::RULE
};

/// 不是数字
pub static NOT_DECIMAL: Code = Code {
    id: "TG-E1207",
    layer: Layer::Schema,
    title: "不是数字",
    happened: "此处应为十进制数字。",
    todo: "只写数字和一个小数点，不要写千分位逗号、货币符号或空值。",
    source: "规范 4",
    ..Code::RULE
};

/// 数字位数过多
pub static TOO_MANY_DIGITS: Code = Code {
    id: "TG-E1208",
    layer: Layer::Schema,
    title: "数字位数过多",
    happened: "数字的总位数超过规范的上限。",
    todo: "核对金额、数量的单位。",
    source: "规范 4",
    ..Code::RULE
};

/// 小数位数过多
pub static TOO_MANY_DECIMALS: Code = Code {
    id: "TG-E1209",
    layer: Layer::Schema,
    title: "小数位数过多",
    happened: "小数位数超过规范的上限。",
    todo: "四舍五入到规定的小数位数。",
    source: "规范 4",
    ..Code::RULE
};

/// 不是整数
pub static NOT_INTEGER: Code = Code {
    id: "TG-E1210",
    layer: Layer::Schema,
    title: "不是整数",
    happened: "此处应为整数。",
    todo: "只写整数，不要写小数点或空值。",
    source: "规范 4",
    ..Code::RULE
};

/// 不是规定的固定值
pub static FIXED_VALUE: Code = Code {
    id: "TG-E1211",
    layer: Layer::Schema,
    title: "不是规定的固定值",
    happened: "规范规定此处只能填一个固定的值。",
    todo: "改为规定的值。",
    source: "规范 4",
    ..Code::RULE
};

/// 份数或项数过多
pub static TOO_MANY: Code = Code {
    id: "TG-E1212",
    layer: Layer::Schema,
    title: "份数或项数过多",
    happened: "单证份数、商品项数或订阅方数超过规范的上限。",
    todo: "拆成几个报文分批发送。",
    source: "规范 2",
    ..Code::RULE
};

/// 缺少属性
pub static MISSING_ATTRIBUTE: Code = Code {
    id: "TG-E1213",
    layer: Layer::Schema,
    title: "缺少属性",
    happened: "根元素缺少必需的属性。",
    todo: "根元素必须有 guid 和 version 两个属性。",
    source: "规范 2",
    ..Code::RULE
};

/// 多余的属性
pub static UNKNOWN_ATTRIBUTE: Code = Code {
    id: "TG-E1214",
    layer: Layer::Schema,
    title: "多余的属性",
    happened: "此处不允许有这个属性。",
    todo: "删除这个属性。",
    source: "规范 2",
    ..Code::RULE
};

/// 属性值不正确
pub static ATTRIBUTE_VALUE: Code = Code {
    id: "TG-E1215",
    layer: Layer::Schema,
    title: "属性值不正确",
    happened: "属性值的长度不符合规范。",
    todo: "guid 为 36 个字符，version 为 1.0。",
    source: "规范 2",
    ..Code::RULE
};

/// 多余的文字
pub static TEXT_NOT_ALLOWED: Code = Code {
    id: "TG-E1216",
    layer: Layer::Schema,
    title: "多余的文字",
    happened: "此处只能有元素，不能有文字。",
    todo: "删除元素之间的文字。",
    source: "规范 4",
    ..Code::RULE
};

/// 数据项中不能有子元素
pub static CHILD_NOT_ALLOWED: Code = Code {
    id: "TG-E1217",
    layer: Layer::Schema,
    title: "数据项中不能有子元素",
    happened: "此处只能填写文字，不能再有元素。",
    todo: "删除里面的元素；文字中的小于号写成 &lt;。",
    source: "规范 4",
    ..Code::RULE
};

/// 没有签名
pub static SIGNATURE_MISSING: Code = Code {
    id: "TG-E1218",
    layer: Layer::Schema,
    title: "没有签名",
    happened: "这种报文必须签名，但没有 Signature 元素。",
    todo: "用企业的电子口岸卡或签名设备签名后再发送。",
    source: "规范 6",
    ..Code::RULE
};

/// 签名的结构不正确
pub static SIGNATURE_STRUCTURE: Code = Code {
    id: "TG-E1219",
    layer: Layer::Schema,
    title: "签名的结构不正确",
    happened: "Signature 元素的内容不符合 XML 签名的格式。",
    todo: "按指出的地方改正；不清楚时用签名组件重新生成整个 Signature，不要手工拼接。用验签诊断可以看到摘要和签名值本身对不对。",
    source: "规范 6",
    ..Code::RULE
};

/// 问题太多
pub static MORE_FINDINGS: Code = Code {
    id: "TG-E1299",
    layer: Layer::Schema,
    title: "问题太多",
    happened: "问题超过 200 个，其余的不再列出。",
    todo: "先改正列出的问题，再重新发送。",
    source: "平台限制",
    ..Code::RULE
};
