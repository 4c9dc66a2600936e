//! The feed of receipts (回执下行) as companies read it: each receipt with its explanation, by pages or by long
//! poll. The rows are those of [`downlink`](crate::downlink).

pub mod http;
mod view;

pub use view::{CustomsNoticeField, CustomsNoticeView, ReceiptItem};
