//! Codes of docking.

web::codes! {
    NO_DXP = "TG-R4350", 409, "企业还没有 DXP 编号", "The company has no DXP ID yet",
        "该企业使用的是平台临时编号，正式报文需要电子口岸分配的 DXP 编号（报文传输编号）。",
        "请企业取得 DXP 编号后提交“企业信息变更”，办结后再转为正式。",
        "The company has a temporary number from the platform; real messages need the DXP ID assigned by the E-Port.",
        "Get the DXP ID and apply for a change of company details; go live once it is approved.";
    FIELDS = "TG-R4351", 400, "对接进度填写有误", "The onboarding entry is not valid",
        "阶段、负责人、下一步或日期不符合要求，详见具体说明。",
        "请按说明修改后重新提交。",
        "The stage, person, next step or date is not valid; see the details.",
        "Correct it and submit again.";
}
