//! Tables that people like to read: aligned, also with Chinese, no frame to copy around.

use comfy_table::{ContentArrangement, Table, presets};

/// A table with these headings.
pub(super) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings.iter().copied());
    table
}
