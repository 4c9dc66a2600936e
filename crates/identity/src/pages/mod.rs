//! The pages (页面) of login and account, rendered by the server: the login with its second step, the one-time link,
//! the own account with passwords, passkeys and identities of other systems, and the question who is there.

pub mod account;
pub mod activate;
pub mod bind;
pub mod confirm;
pub mod foreign;
mod foreign_page;
pub mod login;
pub mod own_passkeys;
pub mod page;
pub mod passkey;
mod passkey_page;
#[cfg(test)]
mod tests;
