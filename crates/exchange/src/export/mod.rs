//! Export (导出): what a list shows, as a workbook.
//!
//! The rows are read page by page and written with constant memory into a temporary file, which is
//! then sent; nothing grows with the number of rows but that file. A sheet holds [`ROWS_MAX`] rows,
//! then the next begins. Who exported what is audited before the first row is read. Personal data
//! are not in any column. Text that a spreadsheet might take for a formula is written as text with
//! a quote before it.
//!
//! Messages and receipts have exports of their own. [`list`] exports any other list: it asks the
//! list's own route as the caller, so that what may be seen, and what is masked, is decided in one
//! place.

pub mod http;
pub mod list;
mod sheet;
#[cfg(test)]
mod tests;

use registry::audit::Act;

pub(crate) use sheet::Book;

/// Rows of one sheet.
pub const ROWS_MAX: u32 = 1_000_000;

/// Rows of one export.
pub const EXPORT_ROWS_MAX: u32 = 5_000_000;

/// A list was exported.
pub const EXPORT: Act = Act {
    name: "export.list",
    chinese: "导出列表",
};
/// The acts of this room.
pub const ACTS: &[Act] = &[EXPORT];
