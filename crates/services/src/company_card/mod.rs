//! Company cards 企业信息卡: what the ledger, the agents, the connections and the people of a company say together,
//! and the menu that its contracts open.

pub mod http;
#[cfg(test)]
mod tests;
mod view;
