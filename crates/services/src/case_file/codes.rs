//! Codes of case files.

web::codes! {
    STATE = "TG-R4300", 409, "办件当前状态不能这样办理", "The case cannot be handled in this way now",
        "办件已进入其他环节，可能刚刚被他人办理，或页面打开过久。",
        "请刷新办件查看最新状态和可办理的动作；重复点击不会重复办理。",
        "The case has moved on: someone else may have handled it, or the page was open for too long.",
        "Reload the case to see its current state and what you can do. Clicking twice has no further effect.";
    SIDE = "TG-R4301", 403, "该环节不由您办理", "This step is not yours",
        "申请、受理、审批由不同的人员办理，当前账号不是该环节的办理人。",
        "请由该环节的人员办理；申请人只能补正或撤回，经办人受理和审核，审批人批准。",
        "Application, acceptance and approval are handled by different people, and this step is not yours.",
        "Leave it to the person responsible for this step: applicants correct or withdraw, clerks accept and review, approvers approve.";
    FOUR_EYES = "TG-R4302", 403, "同一人不能既审核又审批", "The same person cannot review and decide",
        "办件须由两人办理：提出审核意见的人、申请人都不能作出审批决定。",
        "请由另一位有审批权限的人员办理。",
        "A case needs two people: whoever reviewed it or applied cannot decide.",
        "Ask another person who can approve to do it.";
    REMARK = "TG-R4303", 400, "请写明意见", "A remark is required",
        "退回和通知补正须一次性告知申请人原因和需要补充的内容（2 至 500 字）。各项意见都不得含控制字符和不可见字符。",
        "请写明原因，以及申请人需要怎样做；有不可见字符的（常见于从网页、文档粘贴），请删去后重新填写。",
        "A case that is declined, or sent back for corrections, must give the applicant the reasons and everything that is missing at once (2 to 500 characters). Remarks must not contain control characters or invisible characters.",
        "State the reason and what the applicant should do. If the text has invisible characters, often after pasting from a page or document, delete them first.";
    DOCUMENTS = "TG-R4304", 409, "缺少必备材料", "Required documents are missing",
        "该类办件的必备材料还没有上传齐全，缺少的材料见具体说明。",
        "申请人：请上传所缺材料（PDF、PNG、JPEG 或 XLSX，每个不超过 10 MB）后再提交。经办人、审批人：请通知补正，由申请人上传。",
        "Documents that this type of case requires are missing; the details name them.",
        "Applicants: upload them (PDF, PNG, JPEG or XLSX, at most 10 MB each) and submit again. Clerks and approvers: request corrections, so that the applicant uploads them.";
    CARRY_OUT = "TG-R4305", 409, "办件内容已无法执行", "The application can no longer be carried out",
        "申请之后情况有变，例如代码已被其他企业使用，详见具体说明；办件状态没有改变。",
        "请核对后通知申请人补正，或退回并说明原因。",
        "Something has changed since the application, for example a code is now used by another company; see the details. The case has not changed.",
        "Check it, then request corrections from the applicant, or decline it with the reason.";
    OPEN = "TG-R4306", 409, "同样的申请正在办理", "The same application is already open",
        "同一事项已有一份未办结的申请。",
        "请在“办件”中查看正在办理的申请；需要修改时可撤回后重新申请。",
        "An application for the same matter is open.",
        "See it under “Cases”; to change it, withdraw it and apply again.";
    FILE_TYPE = "TG-R4307", 415, "不支持的文件类型", "Unsupported file type",
        "附件只接受 PDF、PNG、JPEG 和 XLSX，类型按文件内容判断，改扩展名无效。XLSX 不得含宏和嵌入对象，须能完整打开，解压后不超过 64 MB。",
        "请另存为上述格式（XLSX 请删去宏和嵌入对象后另存），并使扩展名与内容一致后重新上传。",
        "Attachments must be PDF, PNG, JPEG or XLSX. The type is judged by content, so changing the file extension does not help. A workbook must have no macros and no embedded objects, open completely, and be at most 64 MB when unpacked.",
        "Save the file in one of these formats with the matching extension (a workbook without macros and embedded objects), and upload it again.";
    FILE_SIZE = "TG-R4308", 413, "文件过大", "The file is too large",
        "单个附件不能超过 10 MB。",
        "请压缩图片、降低扫描分辨率，或拆分后上传。",
        "An attachment can be at most 10 MB.",
        "Compress images, scan at a lower resolution, or split the file.";
    FILE_COUNT = "TG-R4309", 409, "附件过多", "Too many attachments",
        "一个办件最多 20 个附件。",
        "请合并为一个文件后上传。",
        "A case can have at most 20 attachments.",
        "Combine them into one file and upload that.";
    KIND = "TG-R4310", 400, "没有这类办件", "No such type of case",
        "申请的办件类型不存在，或不能由当前账号申请。",
        "请从 GET /api/v1/cases 的 kinds 中选择可申请的类型。",
        "There is no such type of case, or this account cannot apply for it.",
        "Choose a type from kinds in GET /api/v1/cases.";
    FIELDS = "TG-R4311", 400, "填写内容有误", "The form is not filled in correctly",
        "申请内容不完整或不符合要求，逐项说明见具体说明。",
        "请按说明修改后重新提交；没有保存任何内容。",
        "The application is incomplete or not valid; the details list each point.",
        "Correct them and submit again; nothing was stored.";
    BUSY = "TG-R4312", 503, "正在上传的文件过多", "Too many uploads at once",
        "平台同时接收的文件数量有限，此刻已满。",
        "请稍候几秒重新上传。",
        "The platform can receive only a limited number of files at once and is busy.",
        "Wait a few seconds and upload again.";
    CLOSED = "TG-R4313", 409, "当前环节不能上传附件", "Attachments cannot be uploaded at this step",
        "申请人只能在申请和补正环节上传材料。",
        "请等待经办人通知补正；如需修改，可先撤回申请。",
        "Applicants can upload documents only when they apply or correct their application.",
        "Wait until the clerk requests corrections, or withdraw the application to change it.";
}
