//! Codes of passkeys.

web::codes! {
    WRONG = "TG-R4640", 401, "通行密钥验证未通过", "The passkey was not accepted",
        "通行密钥不属于该账号、已被移除、没有验证使用者本人（指纹、面容或 PIN），或疑似被复制（计数器倒退）。",
        "请重试，或改用密码和动态验证码登录；若怀疑通行密钥被复制，请登录后将其移除，并联系平台安全管理员。",
        "The passkey does not belong to this account, was removed, did not verify its user (fingerprint, face or PIN), or may have been copied (its counter went back).",
        "Try again, or log in with your password and a one-time code; if you think it was copied, remove it and tell the platform's security administrator.";
    EXPIRED = "TG-R4641", 409, "通行密钥的验证已过期", "The passkey verification has expired",
        "从点击按钮到完成验证超过 5 分钟，或同一次验证被提交了两次。",
        "请再次点击“使用通行密钥”。",
        "More than 5 minutes passed between pressing the button and verification, or the same verification was sent twice.",
        "Select “Use a passkey” again.";
    TAKEN = "TG-R4642", 409, "该通行密钥已绑定", "The passkey is already in use",
        "同一个通行密钥只能绑定一个账号，且只能绑定一次。",
        "请在设备上选择另一个通行密钥或新建一个；如已绑定在本账号，无需重复绑定。",
        "A passkey can be added to one account only, and only once.",
        "Choose another passkey on your device or create a new one; if it is already on this account, there is nothing to do.";
    LAST = "TG-R4643", 409, "不能移除最后一种两步验证方式", "The last method for two-step verification cannot be removed",
        "平台工作人员和企业管理员的账号必须开启两步验证，至少保留一个通行密钥或动态验证码。",
        "请先绑定另一个通行密钥或动态验证码，再移除这一个。",
        "Platform staff and company administrators must use two-step verification and keep at least one passkey or one-time codes.",
        "Set up another method first, then remove this one.";
    TOO_MANY = "TG-R4644", 409, "通行密钥数量已达上限", "Too many passkeys",
        "每个账号最多绑定 10 个通行密钥。",
        "请先移除不再使用的通行密钥。",
        "An account can have at most 10 passkeys.",
        "Remove passkeys that are no longer used.";
    OFF = "TG-R4645", 404, "当前地址不能使用通行密钥", "Passkeys cannot be used at this address",
        "通行密钥只能绑定域名，不能绑定 IP 地址；平台的访问地址（registry.public_url）不是域名。",
        "请使用密码和动态验证码；运维人员为平台配置域名后即可使用通行密钥。",
        "Passkeys belong to a domain name, not to an IP address, and the platform's address (registry.public_url) is not a domain name.",
        "Use your password and a one-time code; passkeys work once the operators have set up a domain name for the platform.";
    GONE = "TG-R4646", 404, "没有这个通行密钥", "No such passkey",
        "该通行密钥已被移除，或不属于当前账号。",
        "请刷新账号页面查看现有的通行密钥。",
        "This passkey was removed or does not belong to this account.",
        "Reload the account page to see your passkeys.";
}
