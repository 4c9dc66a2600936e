//! Codes of messages that cannot be recognised (E10) or are not well-formed (E11).

use super::Code;
use crate::code::{Layer, Severity};

/// 报文为空
pub static EMPTY: Code = Code {
    id: "TG-E1001",
    layer: Layer::Wellformed,
    title: "报文为空",
    happened: "收到的内容长度为零，或只有空白。",
    todo: "检查发送程序是否读到了正确的文件，重新发送完整的报文。",
    source: "GB/T 18793",
    ..Code::RULE
};

/// 不是 XML
pub static NOT_XML: Code = Code {
    id: "TG-E1002",
    layer: Layer::Wellformed,
    title: "不是 XML",
    happened: "内容的开头不是 XML 标签。",
    todo: "确认发送的是 XML 报文本身，而不是压缩包、JSON、网页或其他格式。",
    source: "规范 1",
    ..Code::RULE
};

/// 编码不是 UTF-8
pub static NOT_UTF8: Code = Code {
    id: "TG-E1003",
    layer: Layer::Wellformed,
    title: "编码不是 UTF-8",
    happened: "内容中有不是 UTF-8 的字节，常见原因是程序按 GBK 写出了中文。",
    todo: "把报文改存为 UTF-8，并在 XML 声明中写 encoding=\"UTF-8\"。",
    source: "规范 1",
    ..Code::RULE
};

/// 编码是 UTF-16 或 UTF-32
pub static UTF16: Code = Code {
    id: "TG-E1004",
    layer: Layer::Wellformed,
    title: "编码是 UTF-16 或 UTF-32",
    happened: "内容以 UTF-16 或 UTF-32 的标记开头。",
    todo: "把报文改存为 UTF-8 后重新发送。",
    source: "规范 1",
    ..Code::RULE
};

/// 含有 DOCTYPE
pub static DTD: Code = Code {
    id: "TG-E1005",
    layer: Layer::Wellformed,
    title: "含有 DOCTYPE",
    happened: "报文含有 DOCTYPE 声明。出于安全，平台不接受任何 DTD 和自定义实体。",
    todo: "删除 DOCTYPE 一行后重新签名、发送。",
    source: "平台安全要求",
    ..Code::RULE
};

/// 不认识的报文类型
pub static UNKNOWN_ROOT: Code = Code {
    id: "TG-E1006",
    layer: Layer::Schema,
    title: "不认识的报文类型",
    happened: "根元素不是规范中的任何一种报文。",
    todo: "核对根元素名称，例如进口订单是 CEB311Message，注意大小写。",
    source: "规范 2",
    ..Code::RULE
};

/// 命名空间不对
pub static FOREIGN_NAMESPACE: Code = Code {
    id: "TG-E1007",
    layer: Layer::Schema,
    title: "命名空间不对",
    happened: "根元素不在海关规定的命名空间中。",
    todo: "根元素的命名空间应为 http://www.chinaport.gov.cn/ceb（传输报文为 http://www.chinaport.gov.cn/dxp）。",
    source: "规范 2",
    ..Code::RULE
};

/// 缺少报文编号 guid
pub static GUID_MISSING: Code = Code {
    id: "TG-E1008",
    layer: Layer::Schema,
    title: "缺少报文编号 guid",
    happened: "根元素没有 guid 属性。",
    todo: "在根元素上填写 36 位的 guid 属性。",
    source: "规范 2",
    ..Code::RULE
};

/// 报文编号 guid 不是 36 位
pub static GUID_LENGTH: Code = Code {
    id: "TG-E1009",
    layer: Layer::Schema,
    title: "报文编号 guid 不是 36 位",
    happened: "根元素的 guid 属性长度不是 36 个字符。",
    todo: "使用 36 位的唯一编号，例如带连字符的大写 UUID。",
    source: "规范 2",
    ..Code::RULE
};

/// 缺少版本号 version
pub static VERSION_MISSING: Code = Code {
    id: "TG-E1010",
    layer: Layer::Schema,
    title: "缺少版本号 version",
    happened: "根元素没有 version 属性，或为空。",
    todo: "在根元素上填写 version=\"1.0\"。",
    source: "规范 2",
    ..Code::RULE
};

/// 报文不完整
pub static TRUNCATED: Code = Code {
    id: "TG-E1011",
    layer: Layer::Wellformed,
    title: "报文不完整",
    happened: "没有找到根元素的结束标签，报文很可能在传输中被截断。",
    todo: "检查文件是否写完再发送，重新发送完整的报文。",
    source: "GB/T 18793",
    ..Code::RULE
};

/// 传输报文的 Data 不是 Base64
pub static DATA_NOT_BASE64: Code = Code {
    id: "TG-E1012",
    layer: Layer::Schema,
    title: "传输报文的 Data 不是 Base64",
    happened: "DxpMsg 的 Data 元素不能按 Base64 解码。",
    todo: "Data 的内容应是业务报文的 Base64 编码，不要换成其他编码或截断。",
    source: "规范 8",
    ..Code::RULE
};

/// 传输报文套了两层
pub static NESTED_ENVELOPE: Code = Code {
    id: "TG-E1013",
    layer: Layer::Schema,
    title: "传输报文套了两层",
    happened: "DxpMsg 的 Data 里又是一个传输报文。",
    todo: "Data 中只放业务报文，不要重复封装。",
    source: "规范 8",
    ..Code::RULE
};

/// 传输报文不完整
pub static ENVELOPE_INCOMPLETE: Code = Code {
    id: "TG-E1014",
    layer: Layer::Schema,
    title: "传输报文不完整",
    happened: "DxpMsg 缺少必需的元素，或元素的值不符合规定。",
    todo: "按传输规范补齐 CopMsgId、SenderId、ReceiverId、CreatTime、MsgType、Data。",
    source: "规范 8",
    ..Code::RULE
};

/// 不是回执
pub static NOT_A_RECEIPT: Code = Code {
    id: "TG-E1015",
    layer: Layer::Schema,
    title: "不是回执",
    happened: "此处需要回执或通知报文，收到的是企业申报报文。",
    todo: "检查是否把上行报文放进了下行目录或队列。",
    source: "规范 2",
    ..Code::RULE
};

/// 报文过大
pub static TOO_LARGE: Code = Code {
    id: "TG-E1016",
    layer: Layer::Wellformed,
    title: "报文过大",
    happened: "报文超过平台允许的最大长度。",
    todo: "减少每个报文中的单证份数，分批发送。",
    source: "平台限制",
    ..Code::RULE
};

/// 传输报文的类型与内容不一致
pub static MSG_TYPE: Code = Code {
    id: "TG-E1017",
    layer: Layer::Schema,
    title: "传输报文的类型与内容不一致",
    happened: "DxpMsg 的 MsgType 与 Data 中业务报文的根元素不是同一种报文，海关会按 MsgType 处理。",
    todo: "MsgType 应是业务报文的根元素名，例如 CEB311Message。",
    source: "规范 8",
    lenient: Some(Severity::Warn),
    ..Code::RULE
};

/// 声明的编码不对
pub static WRONG_DECLARATION: Code = Code {
    id: "TG-E1018",
    layer: Layer::Wellformed,
    title: "声明的编码不是 UTF-8",
    happened: "XML 声明写的编码不是 UTF-8，而内容的字节本身没有问题。",
    todo: "字节不必改动：把 XML 声明改为 encoding=\"UTF-8\"；已签名的报文改后须重新签名。",
    source: "规范 1",
    ..Code::RULE
};

/// 字节不属于任何一种编码
pub static WRONG_BYTES: Code = Code {
    id: "TG-E1019",
    layer: Layer::Wellformed,
    title: "字节不属于任何一种编码",
    happened: "回执的字节既不符合所声明的编码，也不是 UTF-8 或 GBK，多半在传输中损坏或被截断。",
    todo: "回执已原样保存，请联系发送方重新发送；企业申报的报文一律用 UTF-8。",
    source: "规范 1",
    ..Code::RULE
};

/// XML 语法错误
pub static SYNTAX: Code = Code {
    id: "TG-E1101",
    layer: Layer::Wellformed,
    title: "XML 语法错误",
    happened: "标签没有写完整，或出现了 XML 不允许的写法。",
    todo: "用 XML 工具打开报文，改正指出的位置。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 开始标签和结束标签不一致
pub static TAG_MISMATCH: Code = Code {
    id: "TG-E1102",
    layer: Layer::Wellformed,
    title: "开始标签和结束标签不一致",
    happened: "结束标签与最近的开始标签名称不同。",
    todo: "核对标签名称（区分大小写），补上缺少的结束标签。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 属性重复
pub static DUPLICATE_ATTRIBUTE: Code = Code {
    id: "TG-E1103",
    layer: Layer::Wellformed,
    title: "属性重复",
    happened: "同一个标签上有两个相同的属性。",
    todo: "删除重复的属性。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 命名空间前缀未定义
pub static UNDEFINED_PREFIX: Code = Code {
    id: "TG-E1104",
    layer: Layer::Wellformed,
    title: "命名空间前缀未定义",
    happened: "标签或属性使用了没有声明的前缀，或命名空间声明本身不合法。",
    todo: "在根元素上声明前缀，例如 xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"。",
    source: "XML 命名空间",
    ..Code::RULE
};

/// 含有非法字符
pub static ILLEGAL_CHARACTER: Code = Code {
    id: "TG-E1105",
    layer: Layer::Wellformed,
    title: "含有非法字符",
    happened: "报文含有 XML 不允许的控制字符。",
    todo: "从商品名称、地址等文字中清除不可见的控制字符。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 实体引用不正确
pub static BAD_REFERENCE: Code = Code {
    id: "TG-E1106",
    layer: Layer::Wellformed,
    title: "实体引用不正确",
    happened: "“&” 后面不是 XML 的五个内置实体或合法的字符编号。",
    todo: "文字中的 & 写成 &amp;，小于号写成 &lt;。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 注释写法不正确
pub static BAD_COMMENT: Code = Code {
    id: "TG-E1107",
    layer: Layer::Wellformed,
    title: "注释写法不正确",
    happened: "注释中有两个连续的短横线，或注释没有结束。",
    todo: "删除注释后重新发送。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 文字中出现 ]]>
pub static CDATA_END: Code = Code {
    id: "TG-E1108",
    layer: Layer::Wellformed,
    title: "文字中出现 ]]>",
    happened: "普通文字中不允许出现 ]]>。",
    todo: "把其中的大于号写成 &gt;。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 名称不合法
pub static BAD_NAME: Code = Code {
    id: "TG-E1109",
    layer: Layer::Wellformed,
    title: "名称不合法",
    happened: "标签、属性或处理指令的名称不符合 XML 的规定。",
    todo: "核对标签名称，名称不能以数字开头，不能含空格。",
    source: "XML 1.0",
    ..Code::RULE
};

/// XML 声明不正确
pub static XML_DECLARATION: Code = Code {
    id: "TG-E1110",
    layer: Layer::Wellformed,
    title: "XML 声明不正确",
    happened: "XML 声明写法不对，或不在报文的最前面。",
    todo: "第一行写成 <?xml version=\"1.0\" encoding=\"UTF-8\"?>，前面不要有空格或空行。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 根元素之外有多余内容
pub static OUTSIDE_ROOT: Code = Code {
    id: "TG-E1111",
    layer: Layer::Wellformed,
    title: "根元素之外有多余内容",
    happened: "根元素之前或之后出现了文字或别的元素。",
    todo: "一个报文只能有一个根元素，删除多余内容。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 嵌套过深
pub static TOO_DEEP: Code = Code {
    id: "TG-E1112",
    layer: Layer::Wellformed,
    title: "嵌套过深",
    happened: "元素嵌套超过 32 层。",
    todo: "规范中的报文不超过 6 层，检查扩展数据的内容。",
    source: "平台限制",
    ..Code::RULE
};

/// 属性写法不正确
pub static BAD_ATTRIBUTE: Code = Code {
    id: "TG-E1113",
    layer: Layer::Wellformed,
    title: "属性写法不正确",
    happened: "属性缺少等号或引号，或属性值中有小于号。",
    todo: "属性写成 名称=\"值\"，属性之间用空格分开。",
    source: "XML 1.0",
    ..Code::RULE
};

/// 属性或命名空间太多
pub static TOO_MANY_ATTRIBUTES: Code = Code {
    id: "TG-E1114",
    layer: Layer::Wellformed,
    title: "属性或命名空间太多",
    happened: "一个元素的属性和命名空间声明超过 16 个，或同时有效的命名空间超过 32 个；规范里最多的是根元素，只有几个。",
    todo: "业务数据写在元素里，不写在属性里；去掉多余的属性和命名空间声明。",
    source: "平台安全要求",
    ..Code::RULE
};
