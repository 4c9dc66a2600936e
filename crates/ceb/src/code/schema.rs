//! Codes of messages that the schema refuses (E12).

use super::codes;

codes! {
    MISSING_ELEMENT = "TG-E1201", Schema, Refuse, "缺少必填项",
        "规范要求的元素没有出现。",
        "补上这个元素；没有内容的，按规范填写规定的值。",
        "规范 4";
    UNKNOWN_ELEMENT = "TG-E1202", Schema, Refuse, "多余的元素",
        "此处出现了规范中没有的元素。",
        "删除这个元素，或核对名称（区分大小写）和命名空间。",
        "规范 4";
    ORDER = "TG-E1203", Schema, Refuse, "元素次序不对",
        "元素出现的位置与规范规定的次序不同。",
        "按规范的次序排列元素。",
        "规范 4";
    DUPLICATE_ELEMENT = "TG-E1204", Schema, Refuse, "元素重复",
        "同一个元素出现了两次。",
        "只保留一个。",
        "规范 4";
    TOO_LONG = "TG-E1205", Schema, Refuse, "内容太长",
        "内容的字符数超过规范的上限（汉字按一个字符计）。",
        "缩短内容。",
        "规范 4";
    TOO_SHORT = "TG-E1206", Schema, Refuse, "内容太短或为空",
        "内容的字符数少于规范的下限。",
        "填写完整；没有内容的选填项，整个元素不要出现。",
        "规范 4";
    NOT_DECIMAL = "TG-E1207", Schema, Refuse, "不是数字",
        "此处应为十进制数字。",
        "只写数字和一个小数点，不要写千分位逗号、货币符号或空值。",
        "规范 4";
    TOO_MANY_DIGITS = "TG-E1208", Schema, Refuse, "数字位数过多",
        "数字的总位数超过规范的上限。",
        "核对金额、数量的单位。",
        "规范 4";
    TOO_MANY_DECIMALS = "TG-E1209", Schema, Refuse, "小数位数过多",
        "小数位数超过规范的上限。",
        "四舍五入到规定的小数位数。",
        "规范 4";
    NOT_INTEGER = "TG-E1210", Schema, Refuse, "不是整数",
        "此处应为整数。",
        "只写整数，不要写小数点或空值。",
        "规范 4";
    FIXED_VALUE = "TG-E1211", Schema, Refuse, "不是规定的固定值",
        "规范规定此处只能填一个固定的值。",
        "改为规定的值。",
        "规范 4";
    TOO_MANY = "TG-E1212", Schema, Refuse, "份数或项数过多",
        "单证份数、商品项数或订阅方数超过规范的上限。",
        "拆成几个报文分批发送。",
        "规范 2";
    MISSING_ATTRIBUTE = "TG-E1213", Schema, Refuse, "缺少属性",
        "根元素缺少必需的属性。",
        "根元素必须有 guid 和 version 两个属性。",
        "规范 2";
    UNKNOWN_ATTRIBUTE = "TG-E1214", Schema, Refuse, "多余的属性",
        "此处不允许有这个属性。",
        "删除这个属性。",
        "规范 2";
    ATTRIBUTE_VALUE = "TG-E1215", Schema, Refuse, "属性值不正确",
        "属性值的长度不符合规范。",
        "guid 为 36 个字符，version 为 1.0。",
        "规范 2";
    TEXT_NOT_ALLOWED = "TG-E1216", Schema, Refuse, "多余的文字",
        "此处只能有元素，不能有文字。",
        "删除元素之间的文字。",
        "规范 4";
    CHILD_NOT_ALLOWED = "TG-E1217", Schema, Refuse, "数据项中不能有子元素",
        "此处只能填写文字，不能再有元素。",
        "删除里面的元素；文字中的小于号写成 &lt;。",
        "规范 4";
    SIGNATURE_MISSING = "TG-E1218", Schema, Refuse, "没有签名",
        "这种报文必须签名，但没有 Signature 元素。",
        "用企业的电子口岸卡或签名设备签名后再发送。",
        "规范 6";
    SIGNATURE_STRUCTURE = "TG-E1219", Schema, Refuse, "签名的结构不正确",
        "Signature 元素的内容不符合 XML 签名的格式。",
        "按指出的地方改正；不清楚时用签名组件重新生成整个 Signature，不要手工拼接。用验签诊断可以看到摘要和签名值本身对不对。",
        "规范 6";
    MORE_FINDINGS = "TG-E1299", Schema, Refuse, "问题太多",
        "问题超过 200 个，其余的不再列出。",
        "先改正列出的问题，再重新发送。",
        "平台限制";
}
