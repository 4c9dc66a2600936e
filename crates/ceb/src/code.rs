//! Finding codes (问题代码): the one table that explains every code of this crate.
//!
//! A code is stable: companies write programs against it. `TG-E10xx` a message cannot be recognised,
//! `E11xx` not well-formed, `E12xx` against the schema, `E13xx` a rule for every message, `E14xx`
//! order, payment and waybill, `E15xx` list, `E16xx` export. The pages under `docs/codes/` are
//! generated from this table, and a test compares them.

use crate::finding::{Layer, Severity};

/// One finding code and what a clerk should know about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `TG-E1203`.
    pub id: &'static str,
    /// Which layer finds it.
    pub layer: Layer,
    /// How grave it is in the strict profile.
    pub severity: Severity,
    /// Short Chinese title (标题).
    pub title: &'static str,
    /// What happened, in Chinese (原因).
    pub happened: &'static str,
    /// What to do, in Chinese (处理办法).
    pub todo: &'static str,
    /// Where the requirement comes from (依据).
    pub source: &'static str,
}

/// Looks a code up by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id == id)
}

/// Every code, by number.
pub static ALL: &[&Code] = &[
    &EMPTY,
    &NOT_XML,
    &NOT_UTF8,
    &UTF16,
    &DTD,
    &UNKNOWN_ROOT,
    &FOREIGN_NAMESPACE,
    &GUID_MISSING,
    &GUID_LENGTH,
    &VERSION_MISSING,
    &TRUNCATED,
    &DATA_NOT_BASE64,
    &NESTED_ENVELOPE,
    &ENVELOPE_INCOMPLETE,
    &NOT_A_RECEIPT,
    &TOO_LARGE,
    &SYNTAX,
    &TAG_MISMATCH,
    &DUPLICATE_ATTRIBUTE,
    &UNDEFINED_PREFIX,
    &ILLEGAL_CHARACTER,
    &BAD_REFERENCE,
    &BAD_COMMENT,
    &CDATA_END,
    &BAD_NAME,
    &XML_DECLARATION,
    &OUTSIDE_ROOT,
    &TOO_DEEP,
    &BAD_ATTRIBUTE,
    &MISSING_ELEMENT,
    &UNKNOWN_ELEMENT,
    &ORDER,
    &DUPLICATE_ELEMENT,
    &TOO_LONG,
    &TOO_SHORT,
    &NOT_DECIMAL,
    &TOO_MANY_DIGITS,
    &TOO_MANY_DECIMALS,
    &NOT_INTEGER,
    &FIXED_VALUE,
    &TOO_MANY,
    &MISSING_ATTRIBUTE,
    &UNKNOWN_ATTRIBUTE,
    &ATTRIBUTE_VALUE,
    &TEXT_NOT_ALLOWED,
    &CHILD_NOT_ALLOWED,
    &SIGNATURE_MISSING,
    &SIGNATURE_STRUCTURE,
    &MORE_FINDINGS,
    &REQUIRED_BY_TEXT,
    &GUID_REPEATED,
    &TIME,
    &VALUE_NOT_ALLOWED,
    &BLANK_NAME,
    &COMPANY_CODE,
    &FULL_WIDTH,
    &NEGATIVE,
    &NOT_POSITIVE,
    &GNUM,
    &SIGNATURE_NEEDED,
    &CODE_FORMAT,
    &IDENTITY,
    &ASSIGNED,
    &ORDER_PAID,
    &LINE_TOTAL,
    &GOODS_VALUE,
    &DISCOUNT,
    &PAY_TIME,
    &LOGISTICS_TIME,
    &DIRECT_NEEDS,
    &DIRECT_FORBIDS,
    &BONDED_NEEDS,
    &BONDED_FORBIDS,
    &BONDED_COUNTRY,
    &WEIGHT,
    &SECOND_UNIT,
    &TRADE_MODE,
    &STATUTORY_QUANTITY,
    &SPECIAL_AREA,
    &PART_NUMBER,
    &SUMMARY_TIME,
    &SUMMARY_EMPTY,
    &RETURN_COUNTRY,
];

/// 报文为空
pub static EMPTY: Code = Code {
    id: "TG-E1001",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "报文为空",
    happened: "收到的内容长度为零，或只有空白。",
    todo: "检查发送程序是否读到了正确的文件，重新发送完整的报文。",
    source: "GB/T 18793",
};

/// 不是 XML
pub static NOT_XML: Code = Code {
    id: "TG-E1002",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "不是 XML",
    happened: "内容的开头不是 XML 标签。",
    todo: "确认发送的是 XML 报文本身，而不是压缩包、JSON、网页或其他格式。",
    source: "规范 1",
};

/// 编码不是 UTF-8
pub static NOT_UTF8: Code = Code {
    id: "TG-E1003",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "编码不是 UTF-8",
    happened: "内容中有不是 UTF-8 的字节，常见原因是程序按 GBK 写出了中文。",
    todo: "把报文改存为 UTF-8，并在 XML 声明中写 encoding=\"UTF-8\"。",
    source: "规范 1",
};

/// 编码是 UTF-16 或 UTF-32
pub static UTF16: Code = Code {
    id: "TG-E1004",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "编码是 UTF-16 或 UTF-32",
    happened: "内容以 UTF-16 或 UTF-32 的标记开头。",
    todo: "把报文改存为 UTF-8 后重新发送。",
    source: "规范 1",
};

/// 含有 DOCTYPE
pub static DTD: Code = Code {
    id: "TG-E1005",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "含有 DOCTYPE",
    happened: "报文含有 DOCTYPE 声明。出于安全，平台不接受任何 DTD 和自定义实体。",
    todo: "删除 DOCTYPE 一行后重新签名、发送。",
    source: "平台安全要求",
};

/// 不认识的报文类型
pub static UNKNOWN_ROOT: Code = Code {
    id: "TG-E1006",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "不认识的报文类型",
    happened: "根元素不是规范中的任何一种报文。",
    todo: "核对根元素名称，例如进口订单是 CEB311Message，注意大小写。",
    source: "规范 2",
};

/// 命名空间不对
pub static FOREIGN_NAMESPACE: Code = Code {
    id: "TG-E1007",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "命名空间不对",
    happened: "根元素不在海关规定的命名空间中。",
    todo: "根元素的命名空间应为 http://www.chinaport.gov.cn/ceb（传输报文为 http://www.chinaport.gov.cn/dxp）。",
    source: "规范 2",
};

/// 缺少报文编号 guid
pub static GUID_MISSING: Code = Code {
    id: "TG-E1008",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "缺少报文编号 guid",
    happened: "根元素没有 guid 属性。",
    todo: "在根元素上填写 36 位的 guid 属性。",
    source: "规范 2",
};

/// 报文编号 guid 不是 36 位
pub static GUID_LENGTH: Code = Code {
    id: "TG-E1009",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "报文编号 guid 不是 36 位",
    happened: "根元素的 guid 属性长度不是 36 个字符。",
    todo: "使用 36 位的唯一编号，例如带连字符的大写 UUID。",
    source: "规范 2",
};

/// 缺少版本号 version
pub static VERSION_MISSING: Code = Code {
    id: "TG-E1010",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "缺少版本号 version",
    happened: "根元素没有 version 属性，或为空。",
    todo: "在根元素上填写 version=\"1.0\"。",
    source: "规范 2",
};

/// 报文不完整
pub static TRUNCATED: Code = Code {
    id: "TG-E1011",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "报文不完整",
    happened: "没有找到根元素的结束标签，报文很可能在传输中被截断。",
    todo: "检查文件是否写完再发送，重新发送完整的报文。",
    source: "GB/T 18793",
};

/// 传输报文的 Data 不是 Base64
pub static DATA_NOT_BASE64: Code = Code {
    id: "TG-E1012",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "传输报文的 Data 不是 Base64",
    happened: "DxpMsg 的 Data 元素不能按 Base64 解码。",
    todo: "Data 的内容应是业务报文的 Base64 编码，不要换成其他编码或截断。",
    source: "规范 8",
};

/// 传输报文套了两层
pub static NESTED_ENVELOPE: Code = Code {
    id: "TG-E1013",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "传输报文套了两层",
    happened: "DxpMsg 的 Data 里又是一个传输报文。",
    todo: "Data 中只放业务报文，不要重复封装。",
    source: "规范 8",
};

/// 传输报文不完整
pub static ENVELOPE_INCOMPLETE: Code = Code {
    id: "TG-E1014",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "传输报文不完整",
    happened: "DxpMsg 缺少必需的元素，或元素的值不符合规定。",
    todo: "按传输规范补齐 CopMsgId、SenderId、ReceiverId、CreatTime、MsgType、Data。",
    source: "规范 8",
};

/// 不是回执
pub static NOT_A_RECEIPT: Code = Code {
    id: "TG-E1015",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "不是回执",
    happened: "此处需要回执或通知报文，收到的是企业申报报文。",
    todo: "检查是否把上行报文放进了下行目录或队列。",
    source: "规范 2",
};

/// 报文过大
pub static TOO_LARGE: Code = Code {
    id: "TG-E1016",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "报文过大",
    happened: "报文超过平台允许的最大长度。",
    todo: "减少每个报文中的单证份数，分批发送。",
    source: "平台限制",
};

/// XML 语法错误
pub static SYNTAX: Code = Code {
    id: "TG-E1101",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "XML 语法错误",
    happened: "标签没有写完整，或出现了 XML 不允许的写法。",
    todo: "用 XML 工具打开报文，改正指出的位置。",
    source: "XML 1.0",
};

/// 开始标签和结束标签不一致
pub static TAG_MISMATCH: Code = Code {
    id: "TG-E1102",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "开始标签和结束标签不一致",
    happened: "结束标签与最近的开始标签名称不同。",
    todo: "核对标签名称（区分大小写），补上缺少的结束标签。",
    source: "XML 1.0",
};

/// 属性重复
pub static DUPLICATE_ATTRIBUTE: Code = Code {
    id: "TG-E1103",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "属性重复",
    happened: "同一个标签上有两个相同的属性。",
    todo: "删除重复的属性。",
    source: "XML 1.0",
};

/// 命名空间前缀未定义
pub static UNDEFINED_PREFIX: Code = Code {
    id: "TG-E1104",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "命名空间前缀未定义",
    happened: "标签或属性使用了没有声明的前缀，或命名空间声明本身不合法。",
    todo: "在根元素上声明前缀，例如 xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"。",
    source: "XML 命名空间",
};

/// 含有非法字符
pub static ILLEGAL_CHARACTER: Code = Code {
    id: "TG-E1105",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "含有非法字符",
    happened: "报文含有 XML 不允许的控制字符。",
    todo: "从商品名称、地址等文字中清除不可见的控制字符。",
    source: "XML 1.0",
};

/// 实体引用不正确
pub static BAD_REFERENCE: Code = Code {
    id: "TG-E1106",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "实体引用不正确",
    happened: "“&” 后面不是 XML 的五个内置实体或合法的字符编号。",
    todo: "文字中的 & 写成 &amp;，小于号写成 &lt;。",
    source: "XML 1.0",
};

/// 注释写法不正确
pub static BAD_COMMENT: Code = Code {
    id: "TG-E1107",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "注释写法不正确",
    happened: "注释中有两个连续的短横线，或注释没有结束。",
    todo: "删除注释后重新发送。",
    source: "XML 1.0",
};

/// 文字中出现 ]]>
pub static CDATA_END: Code = Code {
    id: "TG-E1108",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "文字中出现 ]]>",
    happened: "普通文字中不允许出现 ]]>。",
    todo: "把其中的大于号写成 &gt;。",
    source: "XML 1.0",
};

/// 名称不合法
pub static BAD_NAME: Code = Code {
    id: "TG-E1109",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "名称不合法",
    happened: "标签、属性或处理指令的名称不符合 XML 的规定。",
    todo: "核对标签名称，名称不能以数字开头，不能含空格。",
    source: "XML 1.0",
};

/// XML 声明不正确
pub static XML_DECLARATION: Code = Code {
    id: "TG-E1110",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "XML 声明不正确",
    happened: "XML 声明写法不对，或不在报文的最前面。",
    todo: "第一行写成 <?xml version=\"1.0\" encoding=\"UTF-8\"?>，前面不要有空格或空行。",
    source: "XML 1.0",
};

/// 根元素之外有多余内容
pub static OUTSIDE_ROOT: Code = Code {
    id: "TG-E1111",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "根元素之外有多余内容",
    happened: "根元素之前或之后出现了文字或别的元素。",
    todo: "一个报文只能有一个根元素，删除多余内容。",
    source: "XML 1.0",
};

/// 嵌套过深
pub static TOO_DEEP: Code = Code {
    id: "TG-E1112",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "嵌套过深",
    happened: "元素嵌套超过 32 层。",
    todo: "规范中的报文不超过 6 层，检查扩展数据的内容。",
    source: "平台限制",
};

/// 属性写法不正确
pub static BAD_ATTRIBUTE: Code = Code {
    id: "TG-E1113",
    layer: Layer::Wellformed,
    severity: Severity::Refuse,
    title: "属性写法不正确",
    happened: "属性缺少等号或引号，或属性值中有小于号。",
    todo: "属性写成 名称=\"值\"，属性之间用空格分开。",
    source: "XML 1.0",
};

/// 缺少必填项
pub static MISSING_ELEMENT: Code = Code {
    id: "TG-E1201",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "缺少必填项",
    happened: "规范要求的元素没有出现。",
    todo: "补上这个元素；没有内容的，按规范填写规定的值。",
    source: "规范 4",
};

/// 多余的元素
pub static UNKNOWN_ELEMENT: Code = Code {
    id: "TG-E1202",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "多余的元素",
    happened: "此处出现了规范中没有的元素。",
    todo: "删除这个元素，或核对名称（区分大小写）和命名空间。",
    source: "规范 4",
};

/// 元素次序不对
pub static ORDER: Code = Code {
    id: "TG-E1203",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "元素次序不对",
    happened: "元素出现的位置与规范规定的次序不同。",
    todo: "按规范的次序排列元素。",
    source: "规范 4",
};

/// 元素重复
pub static DUPLICATE_ELEMENT: Code = Code {
    id: "TG-E1204",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "元素重复",
    happened: "同一个元素出现了两次。",
    todo: "只保留一个。",
    source: "规范 4",
};

/// 内容太长
pub static TOO_LONG: Code = Code {
    id: "TG-E1205",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "内容太长",
    happened: "内容的字符数超过规范的上限（汉字按一个字符计）。",
    todo: "缩短内容。",
    source: "规范 4",
};

/// 内容太短或为空
pub static TOO_SHORT: Code = Code {
    id: "TG-E1206",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "内容太短或为空",
    happened: "内容的字符数少于规范的下限。",
    todo: "填写完整；没有内容的选填项，整个元素不要出现。",
    source: "规范 4",
};

/// 不是数字
pub static NOT_DECIMAL: Code = Code {
    id: "TG-E1207",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "不是数字",
    happened: "此处应为十进制数字。",
    todo: "只写数字和一个小数点，不要写千分位逗号、货币符号或空值。",
    source: "规范 4",
};

/// 数字位数过多
pub static TOO_MANY_DIGITS: Code = Code {
    id: "TG-E1208",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "数字位数过多",
    happened: "数字的总位数超过规范的上限。",
    todo: "核对金额、数量的单位。",
    source: "规范 4",
};

/// 小数位数过多
pub static TOO_MANY_DECIMALS: Code = Code {
    id: "TG-E1209",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "小数位数过多",
    happened: "小数位数超过规范的上限。",
    todo: "四舍五入到规定的小数位数。",
    source: "规范 4",
};

/// 不是整数
pub static NOT_INTEGER: Code = Code {
    id: "TG-E1210",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "不是整数",
    happened: "此处应为整数。",
    todo: "只写整数，不要写小数点或空值。",
    source: "规范 4",
};

/// 不是规定的固定值
pub static FIXED_VALUE: Code = Code {
    id: "TG-E1211",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "不是规定的固定值",
    happened: "规范规定此处只能填一个固定的值。",
    todo: "改为规定的值。",
    source: "规范 4",
};

/// 份数或项数过多
pub static TOO_MANY: Code = Code {
    id: "TG-E1212",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "份数或项数过多",
    happened: "单证份数、商品项数或订阅方数超过规范的上限。",
    todo: "拆成几个报文分批发送。",
    source: "规范 2",
};

/// 缺少属性
pub static MISSING_ATTRIBUTE: Code = Code {
    id: "TG-E1213",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "缺少属性",
    happened: "根元素缺少必需的属性。",
    todo: "根元素必须有 guid 和 version 两个属性。",
    source: "规范 2",
};

/// 多余的属性
pub static UNKNOWN_ATTRIBUTE: Code = Code {
    id: "TG-E1214",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "多余的属性",
    happened: "此处不允许有这个属性。",
    todo: "删除这个属性。",
    source: "规范 2",
};

/// 属性值不正确
pub static ATTRIBUTE_VALUE: Code = Code {
    id: "TG-E1215",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "属性值不正确",
    happened: "属性值的长度不符合规范。",
    todo: "guid 为 36 个字符，version 为 1.0。",
    source: "规范 2",
};

/// 多余的文字
pub static TEXT_NOT_ALLOWED: Code = Code {
    id: "TG-E1216",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "多余的文字",
    happened: "此处只能有元素，不能有文字。",
    todo: "删除元素之间的文字。",
    source: "规范 4",
};

/// 数据项中不能有子元素
pub static CHILD_NOT_ALLOWED: Code = Code {
    id: "TG-E1217",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "数据项中不能有子元素",
    happened: "此处只能填写文字，不能再有元素。",
    todo: "删除里面的元素；文字中的小于号写成 &lt;。",
    source: "规范 4",
};

/// 没有签名
pub static SIGNATURE_MISSING: Code = Code {
    id: "TG-E1218",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "没有签名",
    happened: "这种报文必须签名，但没有 Signature 元素。",
    todo: "用企业的电子口岸卡或签名设备签名后再发送。",
    source: "规范 6",
};

/// 签名的结构不正确
pub static SIGNATURE_STRUCTURE: Code = Code {
    id: "TG-E1219",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "签名的结构不正确",
    happened: "Signature 元素的内容不符合 XML 签名的格式。",
    todo: "用签名组件重新生成签名，不要手工修改。",
    source: "规范 6",
};

/// 问题太多
pub static MORE_FINDINGS: Code = Code {
    id: "TG-E1299",
    layer: Layer::Schema,
    severity: Severity::Refuse,
    title: "问题太多",
    happened: "问题超过 200 个，其余的不再列出。",
    todo: "先改正列出的问题，再重新发送。",
    source: "平台限制",
};

/// 必填项为空
pub static REQUIRED_BY_TEXT: Code = Code {
    id: "TG-E1301",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "必填项为空",
    happened: "规范要求填写此项，但它没有出现或为空。",
    todo: "填写完整后重新发送。",
    source: "规范 4，规则 G1",
};

/// 单证编号重复
pub static GUID_REPEATED: Code = Code {
    id: "TG-E1302",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "单证编号重复",
    happened: "同一报文中两份单证的 guid 相同。",
    todo: "每份单证使用不同的 guid。",
    source: "规范 4，规则 G3",
};

/// 时间不正确
pub static TIME: Code = Code {
    id: "TG-E1303",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "时间不正确",
    happened: "不是真实存在的日期或时间，或位数、格式不对。",
    todo: "按 年月日时分秒 连写，例如 20260101093000。",
    source: "规范 4，规则 G4",
};

/// 取值不在规定范围内
pub static VALUE_NOT_ALLOWED: Code = Code {
    id: "TG-E1304",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "取值不在规定范围内",
    happened: "规范只允许此项取列出的几个值。",
    todo: "改为规定的取值之一。",
    source: "规范 4，规则 G5",
};

/// 名称或地址无实际内容
pub static BLANK_NAME: Code = Code {
    id: "TG-E1305",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "名称或地址无实际内容",
    happened: "名称或地址只有空白，或填了“空”“无”“/”等占位文字。",
    todo: "填写真实的名称或地址；选填项没有内容时不要填。",
    source: "规则 G6",
};

/// 企业代码不正确
pub static COMPANY_CODE: Code = Code {
    id: "TG-E1306",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "企业代码不正确",
    happened: "企业代码不是 10 位海关注册编码，也不是校验码正确的 18 位统一社会信用代码。",
    todo: "核对营业执照或海关注册登记证书上的代码，字母大写，不要有空格。",
    source: "规则 G8，GB 32100",
};

/// 含有全角字符
pub static FULL_WIDTH: Code = Code {
    id: "TG-E1307",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "含有全角字符",
    happened: "代码、证件号码和电话只能使用半角字符。",
    todo: "把全角数字、字母、空格改为半角。",
    source: "规则 G7",
};

/// 数值为负
pub static NEGATIVE: Code = Code {
    id: "TG-E1308",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "数值为负",
    happened: "金额、重量、数量不能小于零。",
    todo: "核对数值。",
    source: "规则 G9",
};

/// 数值不大于零
pub static NOT_POSITIVE: Code = Code {
    id: "TG-E1309",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "数值不大于零",
    happened: "此处的金额、重量、数量必须大于零。",
    todo: "核对数值。",
    source: "规则 G9",
};

/// 商品序号不连续
pub static GNUM: Code = Code {
    id: "TG-E1310",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "商品序号不连续",
    happened: "商品序号应从 1 开始，逐项加 1，不重复、不跳号。",
    todo: "重新编排商品序号。",
    source: "规范 4，规则 G12",
};

/// 申报时必须签名
pub static SIGNATURE_NEEDED: Code = Code {
    id: "TG-E1311",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "申报时必须签名",
    happened: "业务状态为 2（申报）的这种单证必须签名。",
    todo: "签名后再发送，或改为 1（暂存）。",
    source: "规范 6，规则 G5",
};

/// 代码的格式不正确
pub static CODE_FORMAT: Code = Code {
    id: "TG-E1312",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "代码的格式不正确",
    happened: "此处的代码只能是规定位数的数字。",
    todo: "核对代码，例如商品编码为 10 位数字，关区代码为 4 位数字。",
    source: "规则 I7",
};

/// 身份证号码不正确
pub static IDENTITY: Code = Code {
    id: "TG-E1313",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "身份证号码不正确",
    happened: "不是 18 位身份证号码，或出生日期、校验码不对。",
    todo: "请消费者核对身份证号码，末位 X 大写。",
    source: "规则 O7，GB 11643",
};

/// 此项由电子口岸填写
pub static ASSIGNED: Code = Code {
    id: "TG-E1314",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "此项由电子口岸填写",
    happened: "预录入编号由电子口岸生成，企业新增申报时不能填写。",
    todo: "新增申报时删除此元素。",
    source: "规则 A.7",
};

/// 实际支付金额不平
pub static ORDER_PAID: Code = Code {
    id: "TG-E1401",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "实际支付金额不平",
    happened: "实际支付金额不等于 商品价格＋运杂费＋代扣税款－非现金抵扣金额。",
    todo: "核对五个金额。海关会拿它与支付单比对。",
    source: "规范 4.1，规则 O1",
};

/// 总价不等于单价乘数量
pub static LINE_TOTAL: Code = Code {
    id: "TG-E1402",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "总价不等于单价乘数量",
    happened: "表体总价与单价乘以数量相差超过 0.01。",
    todo: "核对单价、数量和总价。",
    source: "规范 4，规则 O2、I11",
};

/// 商品价格与表体合计不符
pub static GOODS_VALUE: Code = Code {
    id: "TG-E1403",
    layer: Layer::Rule,
    severity: Severity::Warn,
    title: "商品价格与表体合计不符",
    happened: "表头商品价格不等于表体总价之和。",
    todo: "核对是否漏了商品，或把优惠写进了商品价格（优惠应写在非现金抵扣）。",
    source: "规则 O3",
};

/// 抵扣金额过大
pub static DISCOUNT: Code = Code {
    id: "TG-E1404",
    layer: Layer::Rule,
    severity: Severity::Warn,
    title: "抵扣金额过大",
    happened: "非现金抵扣超过了商品价格、运杂费和税款之和，或实际支付金额不大于零。",
    todo: "核对抵扣金额和实际支付金额。",
    source: "规则 O4",
};

/// 支付时间晚于报送时间
pub static PAY_TIME: Code = Code {
    id: "TG-E1405",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "支付时间晚于报送时间",
    happened: "支付单的支付时间在报送时间之后。",
    todo: "核对两个时间，使用北京时间。",
    source: "规则 P2",
};

/// 签收时间晚于报送时间
pub static LOGISTICS_TIME: Code = Code {
    id: "TG-E1406",
    layer: Layer::Rule,
    severity: Severity::Warn,
    title: "签收时间晚于报送时间",
    happened: "运单状态时间在报送时间之后。",
    todo: "核对两个时间，使用北京时间。",
    source: "规则 W4",
};

/// 直购进口缺少运输信息
pub static DIRECT_NEEDS: Code = Code {
    id: "TG-E1501",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "直购进口缺少运输信息",
    happened: "贸易方式 9610 必须填写运输工具编号、航班航次号和提运单号。",
    todo: "补充缺少的项目。",
    source: "规范 4.5，规则 I3",
};

/// 直购进口不应填写保税项目
pub static DIRECT_FORBIDS: Code = Code {
    id: "TG-E1502",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "直购进口不应填写保税项目",
    happened: "贸易方式 9610 不应填写账册编号、区内企业和账册备案料号。",
    todo: "删除这些项目，或核对贸易方式。",
    source: "规范 4.5，规则 I3",
};

/// 保税进口缺少账册或区内企业
pub static BONDED_NEEDS: Code = Code {
    id: "TG-E1503",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "保税进口缺少账册或区内企业",
    happened: "贸易方式 1210 必须填写账册编号、区内企业代码和名称，每项商品必须填写账册备案料号。",
    todo: "补充缺少的项目。",
    source: "规范 4.5，规则 I4",
};

/// 保税进口不应填写跨境运输信息
pub static BONDED_FORBIDS: Code = Code {
    id: "TG-E1504",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "保税进口不应填写跨境运输信息",
    happened: "贸易方式 1210 不应填写运输工具编号、航班航次号和提运单号。",
    todo: "删除这些项目，或核对贸易方式。",
    source: "规范 4.5，规则 I4",
};

/// 保税进口的起运国应为中国
pub static BONDED_COUNTRY: Code = Code {
    id: "TG-E1505",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "保税进口的起运国应为中国",
    happened: "贸易方式 1210 的表头起运国应为 142。",
    todo: "把表头的起运国改为 142。",
    source: "规范 4.5，规则 I4",
};

/// 净重大于毛重
pub static WEIGHT: Code = Code {
    id: "TG-E1506",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "净重大于毛重",
    happened: "净重不能大于毛重。",
    todo: "核对两个重量，单位为千克。",
    source: "规则 I6",
};

/// 第二单位与第二数量不成对
pub static SECOND_UNIT: Code = Code {
    id: "TG-E1507",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "第二单位与第二数量不成对",
    happened: "第二计量单位和第二数量必须同时填写或同时不填，数量大于零。",
    todo: "补上缺少的一项，或把两项都删除。",
    source: "规则 I9，海关代码 -625009",
};

/// 贸易方式需海关确认
pub static TRADE_MODE: Code = Code {
    id: "TG-E1508",
    layer: Layer::Rule,
    severity: Severity::Warn,
    title: "贸易方式需海关确认",
    happened: "1239 不在规范列出的进口贸易方式中。",
    todo: "先向主管海关确认；一般应为 9610 或 1210。",
    source: "规则 I2",
};

/// 法定数量与申报数量不一致
pub static STATUTORY_QUANTITY: Code = Code {
    id: "TG-E1509",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "法定数量与申报数量不一致",
    happened: "法定计量单位与申报计量单位相同时，两个数量应相等。",
    todo: "核对数量和单位。",
    source: "规则 I10、A.7",
};

/// 特殊区域出口缺少账册或区内企业
pub static SPECIAL_AREA: Code = Code {
    id: "TG-E1601",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "特殊区域出口缺少账册或区内企业",
    happened: "贸易方式 1210、1239 必须填写区内企业代码和名称、账册编号，每项商品必须填写账册备案料号。",
    todo: "补充缺少的项目。",
    source: "规则 A.7",
};

/// 报文序号大于报文总数
pub static PART_NUMBER: Code = Code {
    id: "TG-E1602",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "报文序号大于报文总数",
    happened: "分拆报文的序号应在 1 到报文总数之间。",
    todo: "核对报文总数和报文序号，不分拆时都填 1。",
    source: "规则 A.7",
};

/// 汇总起止时间不成对
pub static SUMMARY_TIME: Code = Code {
    id: "TG-E1603",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "汇总起止时间不成对",
    happened: "汇总开始时间和结束时间必须同时填写，结束不早于开始。",
    todo: "补上缺少的时间，或把两项都删除并改用清单列表。",
    source: "规则 A.7",
};

/// 汇总申请没有范围
pub static SUMMARY_EMPTY: Code = Code {
    id: "TG-E1604",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "汇总申请没有范围",
    happened: "既没有清单列表，也没有汇总起止时间。",
    todo: "填写要汇总的清单编号，或填写汇总起止时间。",
    source: "规则 A.7",
};

/// 退货启运国不能是中国
pub static RETURN_COUNTRY: Code = Code {
    id: "TG-E1605",
    layer: Layer::Rule,
    severity: Severity::Refuse,
    title: "退货启运国不能是中国",
    happened: "出口退货的启运国（地区）应是境外。",
    todo: "核对启运国代码。",
    source: "规范 4，规则 A.7",
};
