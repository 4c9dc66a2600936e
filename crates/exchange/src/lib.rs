//! F6 数据交换.

pub mod customs_box;
