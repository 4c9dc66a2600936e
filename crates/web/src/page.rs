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
    /// How many items the page has.
    #[must_use]
    pub fn size(&self) -> PageSize {
        PageSize::of(self.limit)
    }
}

/// How many items a page has at most: 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// As the caller asks, brought into its range; 50 when he does not say.
    #[must_use]
    pub fn of(limit: Option<u32>) -> Self {
        Self(limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX))
    }

    /// No more than this.
    #[must_use]
    pub fn at_most(self, n_items: u32) -> Self {
        Self(self.0.min(n_items))
    }

    /// How many items that is.
    #[must_use]
    pub fn items(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// Rows to read for it: one more than it has, which tells whether another page follows.
    #[must_use]
    pub fn rows(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl From<PageSize> for i64 {
    fn from(size: PageSize) -> Self {
        Self::from(size.0)
    }
}

impl<T> Page<T> {
    /// All that there is, on one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The page from the rows that [`PageSize::rows`] asked for; `place` is the value for `after` by which its last
    /// item is found again. A page that ends the list has no next one, however full it is.
    #[must_use]
    pub fn cut<P: ToString>(mut rows: Vec<T>, size: PageSize, place: impl FnOnce(&T) -> P) -> Self {
        let has_more = rows.len() > size.items();
        rows.truncate(size.items());
        let last = rows.last().filter(|_| has_more);
        let next = last.map(|last| place(last).to_string());
        Self { items: rows, next }
    }

    /// The same page of what is made of each item.
    #[must_use]
    pub fn map<V>(self, view: impl FnMut(T) -> V) -> Page<V> {
        Page {
            items: self.items.into_iter().map(view).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, PageSize};

    #[test]
    fn a_page_has_a_next_one_only_when_more_follows() {
        let size = PageSize::of(Some(2));
        assert_eq!(size.rows(), 3);
        for (rows, items, next) in [
            (vec![], vec![], None),
            (vec![9], vec![9], None),
            (vec![9, 8], vec![9, 8], None),
            (vec![9, 8, 7], vec![9, 8], Some("8")),
        ] {
            let page = Page::cut(rows, size, |last| *last);
            assert_eq!((page.items, page.next.as_deref()), (items, next));
        }
    }

    #[test]
    fn a_size_keeps_its_range() {
        for (asked, n_items) in [(None, 50), (Some(0), 1), (Some(7), 7), (Some(5000), 1000)] {
            assert_eq!(PageSize::of(asked).items(), n_items);
        }
        assert_eq!(PageSize::of(Some(80)).at_most(60).items(), 60);
    }
}
