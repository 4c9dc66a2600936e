//! Codes of workbooks and JSON that are not accepted.

web::codes! {
    NOT_A_WORKBOOK = "TG-R4401", 400, "不是 Excel 工作簿（.xlsx）", "Not an Excel workbook (.xlsx)",
        "收到的文件不是 .xlsx 工作簿，可能是旧版 .xls、带密码的文件、Word 文档或其他格式。没有保存任何内容。",
        "请用 Excel 或 WPS 打开原文件，去掉密码，“另存为”选择“Excel 工作簿（*.xlsx）”后重新上传；最好直接在平台下载的模板中填写。";
    BROKEN_WORKBOOK = "TG-R4402", 400, "工作簿已损坏", "The workbook is damaged",
        "文件像是 .xlsx，但其中缺少必要的部分或内容不完整，无法读取。没有保存任何内容。",
        "请用 Excel 或 WPS 打开并重新保存；若打不开，请从原始来源重新取得文件。";
    LARGE_WORKBOOK = "TG-R4403", 413, "工作簿过大", "The workbook is too large",
        "工作簿的行数、列数、工作表数或解压后的大小超过平台的上限。没有保存任何内容。",
        "请拆成几个文件分别上传，并删除多余的空行、空列和图片；上限见应答 detail。";
    NOTHING_DECLARED = "TG-R4404", 400, "没有可申报的内容", "Nothing to declare",
        "工作簿中没有填写任何单证；模板自带的样例行不算申报。",
        "模板自带的样例行（绿色斜体）不改动就不会申报：请把它改成自己的单证，或从它的下一行开始填写。工作表的名称请保持为报文名称（如“进口订单”）。";
    FINDINGS = "TG-R4405", 422, "内容有误，没有受理", "Problems were found; nothing was accepted",
        "平台在提交的工作簿或 JSON 中发现了问题，逐项列在应答的 findings 中，并指明单元格或行。其中任何一份单证都没有受理。",
        "请按各项的说明改正后整份重新提交；改正之前可用预检查看结果。";
    MANY_MESSAGES = "TG-R4406", 413, "单证过多", "Too many documents",
        "一次上传的单证超过上限。没有受理任何内容。",
        "请拆成几个文件分别上传；上限见应答 detail。";
    NO_TEMPLATE = "TG-R4407", 404, "没有这种报文的模板", "No template for this message type",
        "模板只有企业可申报的报文类型才有。",
        "请使用企业申报的报文代码，例如 CEB311、CEB621；全部类型见 /docs/protocol/kinds。";
    NOT_A_TABLE = "TG-R4408", 400, "无法识别的文本表格（CSV）", "The text table (CSV) cannot be recognised",
        "收到的是文本表格（CSV），但认不出是哪种报文的哪些数据项。没有保存任何内容。",
        "请保留平台模板中的元素名一行（如 appType、orderNo），列的先后可以改变；也可以直接在模板中填写，另存为 CSV 或“Excel 工作簿（*.xlsx）”后重新上传。";
}
