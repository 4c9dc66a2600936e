//! Codes of preflights that cannot be taken apart.

use web::Code;

/// The archive or form cannot be read.
pub const BROKEN_SET: Code = Code {
    code: "TG-R4435",
    status: 400,
    title: "无法读取这组文件",
    title_en: "The set of files cannot be read",
    meaning: "压缩包、表单（multipart）或 JSON 列表不完整或格式有误，无法取出其中的文件。",
    advice: "请重新生成后再试；压缩包请使用不带密码的 zip 格式。",
};
/// Nothing in it.
pub const EMPTY_SET: Code = Code {
    code: "TG-R4436",
    status: 400,
    title: "没有可以预检的文件",
    title_en: "There is nothing to check",
    meaning: "这组文件中没有报文（.xml）、JSON 或工作簿（.xlsx）。",
    advice: "请选择要预检的文件。",
};
/// Too many files or documents.
pub const LARGE_SET: Code = Code {
    code: "TG-R4437",
    status: 413,
    title: "一次预检的文件过多",
    title_en: "Too many files in one preflight",
    meaning: "一次预检的文件数、单证数或解压后的大小超过上限。",
    advice: "请分成几次预检；上限见应答 detail。",
};
/// All of the above.
pub const ALL: &[Code] = &[BROKEN_SET, EMPTY_SET, LARGE_SET];
