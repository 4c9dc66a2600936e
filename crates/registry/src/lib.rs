//! F5 登记: who is who. As much as the exchange needs today: companies ([`company`]) and the keys
//! by which their programs are known ([`api_key`]).
//!
//! A request is known by its key alone: [`api_key::Authenticator`] turns the `Authorization`
//! header into an [`api_key::Caller`], which names the company, and every finder above takes the
//! company's id. Deliberately absent until people log in: accounts, sessions, roles.

pub mod api_key;
pub mod company;
#[cfg(test)]
mod tests;
