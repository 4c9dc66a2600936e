//! The rows of second factors (两步验证): code generators, recovery codes, passkeys. How one is set up and asked for
//! stands in the crate `identity`; others only read whether somebody has one.

mod sql;

pub use sql::{
    Factor, confirm_totp, drop_confirmed_totp, drop_recovery, drop_unconfirmed, has_confirmed,
    insert, list, passkey, remove, remove_all, rename_passkey, use_passkey, use_recovery, use_step,
};
