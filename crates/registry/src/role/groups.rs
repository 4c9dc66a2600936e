//! Roles that often stand together.

use super::Role;

/// The system administrator alone.
pub const SYSTEM: &[Role] = &[Role::SystemAdmin];
/// The security administrator alone.
pub const SECURITY: &[Role] = &[Role::SecurityAdmin];
/// The audit administrator alone.
pub const AUDIT: &[Role] = &[Role::AuditAdmin];
/// System and security administrator.
pub const SYSTEM_SECURITY: &[Role] = &[Role::SystemAdmin, Role::SecurityAdmin];
/// The three officers (三员).
pub const OFFICERS: &[Role] = &[Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// Everybody with a session: all but programs.
pub const PEOPLE: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Applicant,
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];
