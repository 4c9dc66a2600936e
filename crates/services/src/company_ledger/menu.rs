//! The menu (功能菜单): which modules the contracts of a company unlock.

use super::Contract;

/// A business role (业务角色) that a company may have.
#[derive(Debug, Clone, Copy)]
pub struct Business {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// Its English name.
    pub english: &'static str,
}

const fn role(name: &'static str, chinese: &'static str, english: &'static str) -> Business {
    Business {
        name,
        chinese,
        english,
    }
}

/// Every business role.
pub(super) const BUSINESS: &[Business] = &[
    role("ebc", "电商企业", "E-commerce company"),
    role("ebp", "电商平台", "E-commerce platform"),
    role("pay", "支付企业", "Payment company"),
    role("logistics", "物流企业", "Logistics company"),
    role("agent", "报关企业", "Customs broker"),
    role("operator", "监管场所经营人", "Site operator"),
    role("warehouse", "仓储企业", "Warehouse"),
    role("trace", "溯源企业", "Traceability company"),
];

/// The business role with this name.
pub fn business(name: &str) -> Option<&'static Business> {
    BUSINESS.iter().find(|business| business.name == name)
}

/// A module of the menu (功能模块).
#[derive(Debug, Clone, Copy)]
pub struct MenuModule {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// The message kinds declared in it.
    pub kinds: &'static [&'static str],
    /// The business roles that unlock it; empty for everybody.
    pub roles: &'static [&'static str],
}

const fn module(
    name: &'static str,
    chinese: &'static str,
    kinds: &'static [&'static str],
    roles: &'static [&'static str],
) -> MenuModule {
    MenuModule {
        name,
        chinese,
        kinds,
        roles,
    }
}

/// Every module, in the order of the menu. Who declares a document is the standard's division of
/// labour: the platform its orders, the payment company its payments, and so on.
pub const MODULES: &[MenuModule] = &[
    module("messages", "报文与回执查询", &[], &[]),
    module("channel", "通道与密钥", &[], &[]),
    module("members", "人员与代理", &[], &[]),
    module("cases", "我的办件", &[], &[]),
    module("order", "订单申报", &["CEB303", "CEB311"], &["ebc", "ebp"]),
    module("payment", "支付单申报", &["CEB411"], &["pay"]),
    module(
        "proceeds",
        "收款单申报",
        &["CEB403"],
        &["ebc", "ebp", "pay"],
    ),
    module(
        "logistics",
        "运单申报",
        &["CEB505", "CEB511", "CEB513"],
        &["logistics"],
    ),
    module(
        "inventory",
        "清单申报",
        &["CEB603", "CEB621"],
        &["ebc", "agent"],
    ),
    module(
        "cancel",
        "撤销与退货申请",
        &["CEB605", "CEB623", "CEB625", "CEB213"],
        &["ebc", "agent"],
    ),
    module(
        "summary",
        "总分单与汇总申请",
        &["CEB607", "CEB701"],
        &["ebc", "agent"],
    ),
    module(
        "site",
        "运抵、离境与入库",
        &["CEB507", "CEB509", "CEB711", "CEB215"],
        &["operator", "logistics", "warehouse"],
    ),
    module("trace", "商品溯源", &[], &["trace", "ebc"]),
];

/// The modules with the contracts that unlock each: empty when it is locked.
pub fn menu(contracts: &[Contract]) -> Vec<(&'static MenuModule, Vec<&'static str>)> {
    MODULES
        .iter()
        .map(|module| {
            let by = module
                .roles
                .iter()
                .copied()
                .filter(|role| {
                    let is_it =
                        |contract: &Contract| contract.role == *role && contract.state == "active";
                    contracts.iter().any(is_it)
                })
                .collect();
            (module, by)
        })
        .collect()
}

/// Every business role, in the order in which people choose them.
pub fn roles() -> impl Iterator<Item = &'static Business> {
    BUSINESS.iter()
}
