//! The table files, embedded in the program, in the order of `Kind::ALL`.

/// One table per kind.
pub(super) const MESSAGES: &[&str] = &[
    include_str!("../../spec/ceb311.spec"),
    include_str!("../../spec/ceb312.spec"),
    include_str!("../../spec/ceb411.spec"),
    include_str!("../../spec/ceb412.spec"),
    include_str!("../../spec/ceb511.spec"),
    include_str!("../../spec/ceb512.spec"),
    include_str!("../../spec/ceb513.spec"),
    include_str!("../../spec/ceb514.spec"),
    include_str!("../../spec/ceb621.spec"),
    include_str!("../../spec/ceb622.spec"),
    include_str!("../../spec/ceb623.spec"),
    include_str!("../../spec/ceb624.spec"),
    include_str!("../../spec/ceb625.spec"),
    include_str!("../../spec/ceb626.spec"),
    include_str!("../../spec/ceb711.spec"),
    include_str!("../../spec/ceb712.spec"),
    include_str!("../../spec/ceb816.spec"),
    include_str!("../../spec/ceb818.spec"),
    include_str!("../../spec/ceb900.spec"),
    include_str!("../../spec/ceb303.spec"),
    include_str!("../../spec/ceb304.spec"),
    include_str!("../../spec/ceb403.spec"),
    include_str!("../../spec/ceb404.spec"),
    include_str!("../../spec/ceb505.spec"),
    include_str!("../../spec/ceb506.spec"),
    include_str!("../../spec/ceb507.spec"),
    include_str!("../../spec/ceb508.spec"),
    include_str!("../../spec/ceb509.spec"),
    include_str!("../../spec/ceb510.spec"),
    include_str!("../../spec/ceb603.spec"),
    include_str!("../../spec/ceb604.spec"),
    include_str!("../../spec/ceb605.spec"),
    include_str!("../../spec/ceb606.spec"),
    include_str!("../../spec/ceb607.spec"),
    include_str!("../../spec/ceb608.spec"),
    include_str!("../../spec/ceb701.spec"),
    include_str!("../../spec/ceb702.spec"),
    include_str!("../../spec/ceb792.spec"),
    include_str!("../../spec/ceb213.spec"),
    include_str!("../../spec/ceb214.spec"),
    include_str!("../../spec/ceb215.spec"),
    include_str!("../../spec/ceb216.spec"),
];

/// Entities shared by every import declaration.
pub(super) const SHARED_IMPORT: &str = include_str!("../../spec/shared_import.spec");

/// Entities shared by every export declaration.
pub(super) const SHARED_EXPORT: &str = include_str!("../../spec/shared_export.spec");
