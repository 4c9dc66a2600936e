//! Codes of what is wrong with a form (E17): JSON or a workbook instead of XML.

use super::Code;
use crate::code::Layer;

/// 不是有效的 JSON
pub static FORM_NOT_JSON: Code = Code {
    id: "TG-E1701",
    layer: Layer::Form,
    title: "不是有效的 JSON",
    happened: "内容不符合 JSON 的语法，从所指的一行起无法读取。",
    todo: "检查该行及其上一行的引号、逗号和括号；文件请存为 UTF-8。",
    source: "RFC 8259",
    ..Code::RULE
};

/// 结构与说明不符
pub static FORM_SHAPE: Code = Code {
    id: "TG-E1702",
    layer: Layer::Form,
    title: "结构与说明不符",
    happened: "JSON 缺少规定的部分或类型不对，或者工作表中没有元素名一行，平台不知道各项内容是什么。",
    todo: "JSON 请对照接口说明的例子；Excel 请在平台下载的模板中填写，不要删除元素名一行。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 没有这个数据项
pub static FORM_UNKNOWN: Code = Code {
    id: "TG-E1703",
    layer: Layer::Form,
    title: "没有这个数据项",
    happened: "名称不是该报文的元素名（区分大小写），或同一列出现了两次，或内容所在的列没有元素名。",
    todo: "对照报文说明改正名称；自己的备注请写在另一个文件中。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 内容的类型不对
pub static FORM_VALUE: Code = Code {
    id: "TG-E1704",
    layer: Layer::Form,
    title: "内容的类型不对",
    happened: "应为文字或数字的地方是是非值、日期、错误值或嵌套的结构。",
    todo: "改为文字或数字；在 Excel 中先把单元格的格式设为“文本”。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 同一单证的表头不一致
pub static FORM_HEAD_DIFFERS: Code = Code {
    id: "TG-E1705",
    layer: Layer::Form,
    title: "同一单证的表头不一致",
    happened: "业务主键相同的几行属于同一份单证，但它们的表头内容互不相同。",
    todo: "使各行相同，或只在第一行填写表头；若是另一份单证，请填写它自己的编号。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 前导零丢失
pub static FORM_ZEROS_LOST: Code = Code {
    id: "TG-E1706",
    layer: Layer::Form,
    title: "前导零丢失",
    happened: "代码被当作数字保存，前面的 0 已丢失，位数不够。",
    todo: "把单元格的格式设为“文本”后重新填写完整的代码。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 长数字被截断
pub static FORM_DIGITS_LOST: Code = Code {
    id: "TG-E1707",
    layer: Layer::Form,
    title: "长数字被截断",
    happened: "证件号码、单号等长数字被当作数字保存，第 15 位以后已被表格软件改为 0，无法恢复。",
    todo: "把单元格的格式设为“文本”，再从原始资料重新填写。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 单元格是公式
pub static FORM_FORMULA: Code = Code {
    id: "TG-E1708",
    layer: Layer::Form,
    title: "单元格是公式",
    happened: "平台不计算公式，也不采用文件中保存的计算结果，它可能已经过时。",
    todo: "复制这些单元格，用“选择性粘贴—数值”贴回原处后重新上传。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 单元格已合并
pub static FORM_MERGED: Code = Code {
    id: "TG-E1709",
    layer: Layer::Form,
    title: "单元格已合并",
    happened: "数据区中有合并的单元格，无法确定内容属于哪一行。",
    todo: "取消合并，在每一行填写各自的内容。",
    source: "平台表单说明",
    ..Code::RULE
};

/// 无法识别的工作表
pub static FORM_SHEET: Code = Code {
    id: "TG-E1710",
    layer: Layer::Form,
    title: "无法识别的工作表",
    happened: "有内容的工作表，名称既不是报文名称也不是报文代码，平台不知道其中是哪种单证。",
    todo: "把工作表改名为报文名称（如“进口订单”或“CEB311”），或删除这个工作表。",
    source: "平台表单说明",
    ..Code::RULE
};
