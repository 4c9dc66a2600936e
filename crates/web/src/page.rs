//! Keyset pages (分页): a page begins after a place, not at a count, so that page ten thousand
//! costs what page one costs.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items on a page when the caller does not say.
const LIMIT_DEFAULT: u32 = 50;

/// Most items on a page.
const LIMIT_MAX: u32 = 1000;

/// A page (一页) of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Value for `after` that gives the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Where a page begins and how long it is.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before; nothing for the first page.
    pub after: Option<String>,
    /// Items on the page, 1 to 1000; 50 when absent.
    pub limit: Option<u32>,
}

impl PageQuery {
    /// The limit, brought into its range.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
    }
}
