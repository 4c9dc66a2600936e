//! Codes of preflights that cannot be taken apart.

web::codes! {
    BROKEN_SET = "TG-R4435", 400, "无法读取这组文件", "The files cannot be read",
        "压缩包、表单（multipart）或 JSON 列表不完整或格式有误，无法取出其中的文件。",
        "请重新生成后再试；压缩包请使用不带密码的 zip 格式。",
        "The archive, the form (multipart) or the JSON list is incomplete or malformed, so its files cannot be extracted.",
        "Create it again; an archive must be a zip without a password.";
    EMPTY_SET = "TG-R4436", 400, "没有可以预检的文件", "No files to check",
        "这组文件中没有报文（.xml）、JSON 或工作簿（.xlsx）。",
        "请选择要预检的文件。",
        "There is no message (.xml), JSON or workbook (.xlsx) among the files.",
        "Choose the files for the preflight.";
    LARGE_SET = "TG-R4437", 413, "一次预检的文件过多", "Too many files in one preflight",
        "一次预检的文件数、单证数或解压后的大小超过上限。",
        "请分成几次预检；上限见具体说明。",
        "The files, documents or unpacked size of one preflight exceed the limit.",
        "Split it into several; the limit is in the details.";
}
