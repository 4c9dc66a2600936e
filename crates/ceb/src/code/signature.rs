//! Codes of signatures (E18).

use super::Code;
use crate::finding::Layer;

/// 命名空间是相对地址
pub static RELATIVE_NAMESPACE: Code = Code {
    id: "TG-E1801",
    layer: Layer::Wellformed,
    title: "命名空间是相对地址",
    happened: "命名空间不是绝对地址，这样的报文没有规范形式，无法签名和验签。",
    todo: "使用规范规定的命名空间，例如 http://www.chinaport.gov.cn/ceb。",
    source: "Canonical XML 1.0",
    ..Code::RULE
};
