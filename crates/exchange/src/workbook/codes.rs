//! Codes of workbooks and JSON that are not accepted.

web::codes! {
    NOT_A_WORKBOOK = "TG-R4401", 400, "不是 Excel 工作簿（.xlsx）", "Not an Excel workbook (.xlsx)",
        "收到的文件不是 .xlsx 工作簿，可能是旧版 .xls、带密码的文件、Word 文档或其他格式。没有保存任何内容。",
        "请用 Excel 或 WPS 打开原文件，去掉密码，“另存为”选择“Excel 工作簿（*.xlsx）”后重新上传；最好直接在平台下载的模板中填写。",
        "The file is not an .xlsx workbook; it may be an old .xls, protected by a password, a Word document or something else. Nothing was stored.",
        "Open it in Excel or WPS, remove the password, save it as “Excel Workbook (*.xlsx)” and upload that; it is best to fill in the platform's template.";
    BROKEN_WORKBOOK = "TG-R4402", 400, "工作簿已损坏", "The workbook is damaged",
        "文件像是 .xlsx，但其中缺少必要的部分或内容不完整，无法读取。没有保存任何内容。",
        "请用 Excel 或 WPS 打开并重新保存；若打不开，请从原始来源重新取得文件。",
        "It looks like .xlsx, but lacks parts or is incomplete. Nothing was stored.",
        "Open it in Excel or WPS and save it again; if it cannot be opened, get it from its source again.";
    LARGE_WORKBOOK = "TG-R4403", 413, "工作簿过大", "The workbook is too large",
        "工作簿的行数、列数、工作表数或解压后的大小超过平台的上限。没有保存任何内容。",
        "请拆成几个文件分别上传，并删除多余的空行、空列和图片；上限见具体说明。",
        "The rows, columns, sheets or unpacked size exceed the platform's limits. Nothing was stored.",
        "Split it, and remove empty rows and columns and pictures; the limits are in the details.";
    NOTHING_DECLARED = "TG-R4404", 400, "没有可申报的内容", "Nothing to declare",
        "工作簿中没有填写任何单证；模板自带的样例行不算申报。",
        "模板自带的样例行（绿色斜体）不改动就不会申报：请把它改成自己的单证，或从它的下一行开始填写。工作表的名称请保持为报文名称（如“进口订单”）。",
        "No document is filled in; the sample row of the template does not count.",
        "The sample row is not declared unless you change it: turn it into a document of your own, or start in the row below it. Keep the sheet's name (such as 进口订单).";
    FINDINGS = "TG-R4405", 422, "内容有误，没有受理", "Problems were found; nothing was accepted",
        "平台在提交的工作簿或 JSON 中发现了问题，逐项列在应答的 findings 中，并指明单元格或行。其中任何一份单证都没有受理。",
        "请按各项的说明改正后整份重新提交；改正之前可用预检查看结果。",
        "The workbook or JSON has findings, each with its cell or line in findings. None of its documents were accepted.",
        "Correct them and submit the whole file again; preflight shows the result without submitting.";
    MANY_MESSAGES = "TG-R4406", 413, "单证过多", "Too many documents",
        "一次上传的单证超过上限。没有受理任何内容。",
        "请拆成几个文件分别上传；上限见具体说明。",
        "There are more documents in one upload than the limit. Nothing was accepted.",
        "Split it into several files; the limit is in the details.";
    NO_TEMPLATE = "TG-R4407", 404, "没有这种报文的模板", "No template for this message type",
        "模板只有企业可申报的报文类型才有。",
        "请使用企业申报的报文代码，例如 CEB311、CEB621；全部类型见 /docs/protocol/kinds。",
        "Templates exist only for message types that companies declare.",
        "Use such a type, for example CEB311 or CEB621; all are at /docs/protocol/kinds.";
    NOT_A_TABLE = "TG-R4408", 400, "无法识别的文本表格（CSV）", "The text table (CSV) cannot be recognised",
        "收到的是文本表格（CSV），但认不出是哪种报文的哪些数据项。没有保存任何内容。",
        "请保留平台模板中的元素名一行（如 appType、orderNo），列的先后可以改变；也可以直接在模板中填写，另存为 CSV 或“Excel 工作簿（*.xlsx）”后重新上传。",
        "The file is a table as text (CSV), but the platform cannot tell which fields of which message it contains. Nothing was stored.",
        "Keep the line with the names of the elements of the template (such as appType, orderNo), in any order; or fill in the template and save it as CSV or as an Excel workbook (*.xlsx).";
}
