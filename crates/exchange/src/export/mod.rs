//! Export (导出): what a list shows, as a workbook.
//!
//! The rows are read page by page and written with constant memory into a temporary file, which is
//! then sent; nothing grows with the number of rows but that file. A sheet holds [`web::sheet::ROWS_MAX`] rows,
//! then the next begins. Who exported what is audited before the first row is read. Personal data
//! are not in any column. Text that a spreadsheet might take for a formula is written as text with
//! a quote before it.
//!
//! Messages and receipts have exports of their own. [`list`] exports any other list: it asks the
//! list's own route as the caller, so that what may be seen, and what is masked, is decided in one
//! place.

use registry::module::Module;
pub mod http;
pub mod list;
#[cfg(test)]
mod tests;

registry::parameters! {
    /// Rows of one export.
    pub EXPORT_ROWS_MAX = "export.rows_max", "导出行数上限", number(1000, 5_000_000, "行"), plain, Fixed(5_000_000),
        "一次导出最多多少行；平台繁忙时可调低。";
}

registry::acts! {
    /// A list was exported.
    pub EXPORT = "export.list", "导出列表";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("导出").acts(ACTS).parameters(PARAMETERS);
