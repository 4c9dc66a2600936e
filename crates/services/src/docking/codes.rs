//! Codes of docking.

use web::Code;

/// No DXP id yet.
pub const NO_DXP: Code = Code {
    code: "TG-R4350",
    status: 409,
    title: "企业还没有 DXP 编号",
    title_en: "The company has no DXP id yet",
    meaning: "该企业使用的是平台临时编号，正式报文需要电子口岸分配的 DXP 编号（报文传输编号）。",
    advice: "请企业取得 DXP 编号后提交“企业信息变更”，办结后再转为正式。",
};
/// The entry is not right.
pub const FIELDS: Code = Code {
    code: "TG-R4351",
    status: 400,
    title: "对接进度填写有误",
    title_en: "The docking entry is not right",
    meaning: "阶段、负责人、下一步或日期不符合要求，详见 detail。",
    advice: "请按说明修改后重新提交。",
};
/// All of the above.
pub const ALL: &[Code] = &[NO_DXP, FIELDS];
