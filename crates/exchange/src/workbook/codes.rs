//! Codes of workbooks and JSON that are not accepted.

use web::Code;

/// Another kind of file.
pub const NOT_A_WORKBOOK: Code = Code {
    code: "TG-R4401",
    status: 400,
    title: "不是 Excel 工作簿（.xlsx）",
    title_en: "Not an Excel workbook (.xlsx)",
    meaning: "收到的文件不是 .xlsx 工作簿，可能是旧版 .xls、带密码的文件、Word 文档或其他格式。没有保存任何内容。",
    advice: "请用 Excel 或 WPS 打开原文件，去掉密码，“另存为”选择“Excel 工作簿（*.xlsx）”后重新上传；最好直接在平台下载的模板中填写。",
};
/// The file cannot be read.
pub const BROKEN_WORKBOOK: Code = Code {
    code: "TG-R4402",
    status: 400,
    title: "工作簿已损坏",
    title_en: "The workbook is damaged",
    meaning: "文件像是 .xlsx，但其中缺少必要的部分或内容不完整，无法读取。没有保存任何内容。",
    advice: "请用 Excel 或 WPS 打开并重新保存；若打不开，请从原始来源重新取得文件。",
};
/// Too many rows, columns or sheets, or it unpacks to too much.
pub const LARGE_WORKBOOK: Code = Code {
    code: "TG-R4403",
    status: 413,
    title: "工作簿过大",
    title_en: "The workbook is too large",
    meaning: "工作簿的行数、列数、工作表数或解压后的大小超过平台的上限。没有保存任何内容。",
    advice: "请拆成几个文件分别上传，并删除多余的空行、空列和图片；上限见应答 detail。",
};
/// No document in it.
pub const NOTHING_DECLARED: Code = Code {
    code: "TG-R4404",
    status: 400,
    title: "没有可申报的内容",
    title_en: "Nothing is declared",
    meaning: "工作簿中没有填写任何单证；模板自带的样例行不算申报。",
    advice: "模板自带的样例行（绿色斜体）不改动就不会申报：请把它改成自己的单证，或从它的下一行开始填写。工作表的名称请保持为报文名称（如“进口订单”）。",
};
/// There are findings, so nothing was stored.
pub const FINDINGS: Code = Code {
    code: "TG-R4405",
    status: 422,
    title: "内容有误，没有受理",
    title_en: "There are findings; nothing was accepted",
    meaning: "平台在提交的工作簿或 JSON 中发现了问题，逐项列在应答的 findings 中，并指明单元格或行。其中任何一份单证都没有受理。",
    advice: "请按各项的说明改正后整份重新提交；改正之前可用预检查看结果。",
};
/// More messages than one upload may become.
pub const MANY_MESSAGES: Code = Code {
    code: "TG-R4406",
    status: 413,
    title: "单证过多",
    title_en: "Too many documents",
    meaning: "一次上传的单证超过上限。没有受理任何内容。",
    advice: "请拆成几个文件分别上传；上限见应答 detail。",
};
/// There is no such kind to declare.
pub const NO_TEMPLATE: Code = Code {
    code: "TG-R4407",
    status: 404,
    title: "没有这种报文的模板",
    title_en: "There is no template of this kind",
    meaning: "模板只有企业可申报的报文类型才有。",
    advice: "请使用企业申报的报文代码，例如 CEB311、CEB621；全部类型见 /docs/protocol/kinds。",
};
/// A table as text that is none of ours.
pub const NOT_A_TABLE: Code = Code {
    code: "TG-R4408",
    status: 400,
    title: "无法识别的文本表格（CSV）",
    title_en: "A table as text (CSV) that cannot be recognised",
    meaning: "收到的是文本表格（CSV），但认不出是哪种报文的哪些数据项。没有保存任何内容。",
    advice: "请保留平台模板中的元素名一行（如 appType、orderNo），列的先后可以改变；也可以直接在模板中填写，另存为 CSV 或“Excel 工作簿（*.xlsx）”后重新上传。",
};
/// All of the above.
pub const ALL: &[Code] = &[
    NOT_A_WORKBOOK,
    BROKEN_WORKBOOK,
    LARGE_WORKBOOK,
    NOTHING_DECLARED,
    FINDINGS,
    MANY_MESSAGES,
    NO_TEMPLATE,
    NOT_A_TABLE,
];
