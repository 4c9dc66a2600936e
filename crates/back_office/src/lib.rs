//! The back office (后台管理): the work of the three officers and of those on duty.
//!
//! - [`user`], [`grant`]: the people with an account, and what they may do.
//! - [`department`], [`post`]: where the people of the agencies belong. [`dictionary`]: what forms offer.
//! - [`notice`]: what everybody should know. [`parameter`]: settings that change at run time.
//! - [`log`]: what everybody did, for those who look into something. [`job`]: what runs by itself. [`partition`]: that
//!   large tables have partitions.
//! - [`administration`]: what the modules share.
//!
//! The modules stand from high to low: each uses only those after it.

pub mod archive;
pub mod job;
pub mod partition;
pub mod user;
pub mod grant;
pub mod notice;
pub mod dictionary;
pub mod post;
pub mod department;
pub mod parameter;
pub mod log;
pub mod administration;

/// What the modules of this crate bring to the platform.
pub const MODULES: &[registry::module::Module] = &[
    grant::MODULE,
    department::MODULE,
    post::MODULE,
    user::MODULE,
    parameter::MODULE,
    dictionary::MODULE,
    notice::MODULE,
    log::MODULE,
    job::MODULE,
    archive::MODULE,
];
