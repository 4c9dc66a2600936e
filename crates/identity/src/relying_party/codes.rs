//! Codes of other systems' entries.

web::codes! {
    FIELD = "TG-R4200", 400, "接入系统的登记内容有误", "The registration of the connected system is not valid",
        "接入系统的名称、地址、授权方式或属性列表不符合要求，详见具体说明。",
        "请按具体说明逐项修改后重新提交；地址须写明协议与主机，CAS 服务按“来源 + 路径前缀”登记，OIDC 回调地址须逐字相同。",
        "Name, addresses, grant types or attributes of the system are not valid; see the details.",
        "Correct what the details name. Addresses must have a scheme and host; CAS services are registered by origin and path, OIDC redirect addresses character by character.";
}
