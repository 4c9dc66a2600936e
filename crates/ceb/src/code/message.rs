//! Codes of messages that cannot be recognised (E10) or are not well-formed (E11).

use super::codes;

codes! {
    EMPTY = "TG-E1001", Wellformed, Refuse, "报文为空",
        "收到的内容长度为零，或只有空白。",
        "检查发送程序是否读到了正确的文件，重新发送完整的报文。",
        "GB/T 18793";
    NOT_XML = "TG-E1002", Wellformed, Refuse, "不是 XML",
        "内容的开头不是 XML 标签。",
        "确认发送的是 XML 报文本身，而不是压缩包、JSON、网页或其他格式。",
        "规范 1";
    NOT_UTF8 = "TG-E1003", Wellformed, Refuse, "编码不是 UTF-8",
        "内容中有不是 UTF-8 的字节，常见原因是程序按 GBK 写出了中文。",
        "把报文改存为 UTF-8，并在 XML 声明中写 encoding=\"UTF-8\"。",
        "规范 1";
    UTF16 = "TG-E1004", Wellformed, Refuse, "编码是 UTF-16 或 UTF-32",
        "内容以 UTF-16 或 UTF-32 的标记开头。",
        "把报文改存为 UTF-8 后重新发送。",
        "规范 1";
    DTD = "TG-E1005", Wellformed, Refuse, "含有 DOCTYPE",
        "报文含有 DOCTYPE 声明。出于安全，平台不接受任何 DTD 和自定义实体。",
        "删除 DOCTYPE 一行后重新签名、发送。",
        "平台安全要求";
    UNKNOWN_ROOT = "TG-E1006", Schema, Refuse, "不认识的报文类型",
        "根元素不是规范中的任何一种报文。",
        "核对根元素名称，例如进口订单是 CEB311Message，注意大小写。",
        "规范 2";
    FOREIGN_NAMESPACE = "TG-E1007", Schema, Refuse, "命名空间不对",
        "根元素不在海关规定的命名空间中。",
        "根元素的命名空间应为 http://www.chinaport.gov.cn/ceb（传输报文为 http://www.chinaport.gov.cn/dxp）。",
        "规范 2";
    GUID_MISSING = "TG-E1008", Schema, Refuse, "缺少报文编号 guid",
        "根元素没有 guid 属性。",
        "在根元素上填写 36 位的 guid 属性。",
        "规范 2";
    GUID_LENGTH = "TG-E1009", Schema, Refuse, "报文编号 guid 不是 36 位",
        "根元素的 guid 属性长度不是 36 个字符。",
        "使用 36 位的唯一编号，例如带连字符的大写 UUID。",
        "规范 2";
    VERSION_MISSING = "TG-E1010", Schema, Refuse, "缺少版本号 version",
        "根元素没有 version 属性，或为空。",
        "在根元素上填写 version=\"1.0\"。",
        "规范 2";
    TRUNCATED = "TG-E1011", Wellformed, Refuse, "报文不完整",
        "没有找到根元素的结束标签，报文很可能在传输中被截断。",
        "检查文件是否写完再发送，重新发送完整的报文。",
        "GB/T 18793";
    DATA_NOT_BASE64 = "TG-E1012", Schema, Refuse, "传输报文的 Data 不是 Base64",
        "DxpMsg 的 Data 元素不能按 Base64 解码。",
        "Data 的内容应是业务报文的 Base64 编码，不要换成其他编码或截断。",
        "规范 8";
    NESTED_ENVELOPE = "TG-E1013", Schema, Refuse, "传输报文套了两层",
        "DxpMsg 的 Data 里又是一个传输报文。",
        "Data 中只放业务报文，不要重复封装。",
        "规范 8";
    ENVELOPE_INCOMPLETE = "TG-E1014", Schema, Refuse, "传输报文不完整",
        "DxpMsg 缺少必需的元素，或元素的值不符合规定。",
        "按传输规范补齐 CopMsgId、SenderId、ReceiverId、CreatTime、MsgType、Data。",
        "规范 8";
    NOT_A_RECEIPT = "TG-E1015", Schema, Refuse, "不是回执",
        "此处需要回执或通知报文，收到的是企业申报报文。",
        "检查是否把上行报文放进了下行目录或队列。",
        "规范 2";
    TOO_LARGE = "TG-E1016", Wellformed, Refuse, "报文过大",
        "报文超过平台允许的最大长度。",
        "减少每个报文中的单证份数，分批发送。",
        "平台限制";
    MSG_TYPE = "TG-E1017", Schema, Refuse / Warn, "传输报文的类型与内容不一致",
        "DxpMsg 的 MsgType 与 Data 中业务报文的根元素不是同一种报文，海关会按 MsgType 处理。",
        "MsgType 应是业务报文的根元素名，例如 CEB311Message。",
        "规范 8";
    WRONG_DECLARATION = "TG-E1018", Wellformed, Refuse, "声明的编码不是 UTF-8",
        "XML 声明写的编码不是 UTF-8，而内容的字节本身没有问题。",
        "字节不必改动：把 XML 声明改为 encoding=\"UTF-8\"；已签名的报文改后须重新签名。",
        "规范 1";
    WRONG_BYTES = "TG-E1019", Wellformed, Refuse, "字节不属于任何一种编码",
        "回执的字节既不符合所声明的编码，也不是 UTF-8 或 GBK，多半在传输中损坏或被截断。",
        "回执已原样保存，请联系发送方重新发送；企业申报的报文一律用 UTF-8。",
        "规范 1";
    SYNTAX = "TG-E1101", Wellformed, Refuse, "XML 语法错误",
        "标签没有写完整，或出现了 XML 不允许的写法。",
        "用 XML 工具打开报文，改正指出的位置。",
        "XML 1.0";
    TAG_MISMATCH = "TG-E1102", Wellformed, Refuse, "开始标签和结束标签不一致",
        "结束标签与最近的开始标签名称不同。",
        "核对标签名称（区分大小写），补上缺少的结束标签。",
        "XML 1.0";
    DUPLICATE_ATTRIBUTE = "TG-E1103", Wellformed, Refuse, "属性重复",
        "同一个标签上有两个相同的属性。",
        "删除重复的属性。",
        "XML 1.0";
    UNDEFINED_PREFIX = "TG-E1104", Wellformed, Refuse, "命名空间前缀未定义",
        "标签或属性使用了没有声明的前缀，或命名空间声明本身不合法。",
        "在根元素上声明前缀，例如 xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"。",
        "XML 命名空间";
    ILLEGAL_CHARACTER = "TG-E1105", Wellformed, Refuse, "含有非法字符",
        "报文含有 XML 不允许的控制字符。",
        "从商品名称、地址等文字中清除不可见的控制字符。",
        "XML 1.0";
    BAD_REFERENCE = "TG-E1106", Wellformed, Refuse, "实体引用不正确",
        "“&” 后面不是 XML 的五个内置实体或合法的字符编号。",
        "文字中的 & 写成 &amp;，小于号写成 &lt;。",
        "XML 1.0";
    BAD_COMMENT = "TG-E1107", Wellformed, Refuse, "注释写法不正确",
        "注释中有两个连续的短横线，或注释没有结束。",
        "删除注释后重新发送。",
        "XML 1.0";
    CDATA_END = "TG-E1108", Wellformed, Refuse, "文字中出现 ]]>",
        "普通文字中不允许出现 ]]>。",
        "把其中的大于号写成 &gt;。",
        "XML 1.0";
    BAD_NAME = "TG-E1109", Wellformed, Refuse, "名称不合法",
        "标签、属性或处理指令的名称不符合 XML 的规定。",
        "核对标签名称，名称不能以数字开头，不能含空格。",
        "XML 1.0";
    XML_DECLARATION = "TG-E1110", Wellformed, Refuse, "XML 声明不正确",
        "XML 声明写法不对，或不在报文的最前面。",
        "第一行写成 <?xml version=\"1.0\" encoding=\"UTF-8\"?>，前面不要有空格或空行。",
        "XML 1.0";
    OUTSIDE_ROOT = "TG-E1111", Wellformed, Refuse, "根元素之外有多余内容",
        "根元素之前或之后出现了文字或别的元素。",
        "一个报文只能有一个根元素，删除多余内容。",
        "XML 1.0";
    TOO_DEEP = "TG-E1112", Wellformed, Refuse, "嵌套过深",
        "元素嵌套超过 32 层。",
        "规范中的报文不超过 6 层，检查扩展数据的内容。",
        "平台限制";
    BAD_ATTRIBUTE = "TG-E1113", Wellformed, Refuse, "属性写法不正确",
        "属性缺少等号或引号，或属性值中有小于号。",
        "属性写成 名称=\"值\"，属性之间用空格分开。",
        "XML 1.0";
    TOO_MANY_ATTRIBUTES = "TG-E1114", Wellformed, Refuse, "属性或命名空间太多",
        "一个元素的属性和命名空间声明超过 16 个，或同时有效的命名空间超过 32 个；规范里最多的是根元素，只有几个。",
        "业务数据写在元素里，不写在属性里；去掉多余的属性和命名空间声明。",
        "平台安全要求";
}
