//! Keyset pages (分页): a page begins after a place, not at a count, so that page ten thousand
//! costs what page one costs.

mod order;
mod sql;

use crate::problem::{Problem, codes};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use order::{Age, Begin, KeyForm, Order, PagePlace, SortKey, schema_of};
pub use sql::{ListRows, OrderBy};

/// Items on a page when the caller does not say.
const LIMIT_DEFAULT: u32 = 50;

/// Most items on a page.
pub const LIMIT_MAX: u32 = 1000;

/// Reads the parameter `limit` of a query.
///
/// # Errors
/// What is no number of 1 to `MAX`.
pub fn limit<'de, D: Deserializer<'de>, const MAX: u32>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    let n_items = text.parse().ok().filter(|n| (1..=MAX).contains(n));
    match n_items {
        Some(n_items) => Ok(Some(n_items)),
        None => Err(D::Error::custom(format!("应为 1 至 {MAX} 的整数"))),
    }
}

/// Up to how many items a list is counted.
pub const COUNT_MAX: i64 = 10_000;

/// How many rows of a list are looked through at most to count those that fulfil a filter.
const SCOPE_MAX: i64 = 50_000;

fn bad(why: String) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}

/// How many items a list has (总数), as far as it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    n_items: i64,
    has_more: bool,
    is_known: bool,
}

impl Total {
    /// The total of so many that were found; more than [`COUNT_MAX`] only say that there are more.
    #[must_use]
    pub fn of(n_found: i64) -> Self {
        Self {
            n_items: n_found.min(COUNT_MAX),
            has_more: n_found > COUNT_MAX,
            is_known: true,
        }
    }

    /// The total of a list that is too long to be counted with this filter.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            n_items: 0,
            has_more: false,
            is_known: false,
        }
    }

    /// The total of a list that is made of two.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let sum = Self::of(self.n_items + other.n_items);
        Self {
            has_more: sum.has_more || self.has_more || other.has_more,
            is_known: self.is_known && other.is_known,
            ..sum
        }
    }
}

/// A page (一页) of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Value for `after` that gives the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many items the whole list has with these filters, up to 10000; only when `count` was asked for, and not where
    /// more than 50000 items would have to be looked through for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Whether there are more than `total`; absent when there are not.
    #[serde(rename = "moreThanTotal", skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub more_than_total: bool,
}

/// Which page of a list is asked for, how long it is, and whether the list is counted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before; nothing for the first page.
    pub after: Option<String>,
    /// Items on the page, 1 to 1000; 50 when absent.
    #[serde(default, deserialize_with = "limit::<_, LIMIT_MAX>")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `true`: the answer tells in `total` how many items the list has.
    pub count: Option<bool>,
}

impl PageQuery {
    /// Where the page begins, in the order of this name.
    ///
    /// # Errors
    /// 400 when there is no such order, or `after` is no place in it.
    pub fn begin<O: Order>(&self, sort: Option<&str>) -> Result<Begin<O>, Problem> {
        Begin::of(sort, self.after.as_deref())
    }

    /// The total, if the caller asks for it.
    ///
    /// # Errors
    /// Those of counting.
    pub fn total<E>(&self, count: impl FnOnce() -> Result<Total, E>) -> Result<Option<Total>, E> {
        match self.count {
            Some(true) => count().map(Some),
            _ => Ok(None),
        }
    }

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
        Self {
            items,
            next: None,
            total: None,
            more_than_total: false,
        }
    }

    /// The page from the rows that [`PageSize::rows`] asked for; `place` is the value for `after` by which its last
    /// item is found again. A page that ends the list has no next one, however full it is.
    #[must_use]
    pub fn cut<P: ToString>(mut rows: Vec<T>, size: PageSize, place: impl FnOnce(&T) -> P) -> Self {
        let has_more = rows.len() > size.items();
        rows.truncate(size.items());
        let last = rows.last().filter(|_| has_more);
        let next = last.map(|last| place(last).to_string());
        Self {
            next,
            ..Self::whole(rows)
        }
    }

    /// The page with the total of its list, if that was asked for and is known.
    #[must_use]
    pub fn counted(self, total: Option<Total>) -> Self {
        let total = total.filter(|total| total.is_known);
        Self {
            total: total.map(|total| total.n_items),
            more_than_total: total.is_some_and(|total| total.has_more),
            ..self
        }
    }

    /// The same page of what is made of each item, unless that fails.
    ///
    /// # Errors
    /// That of the first item of which nothing can be made.
    pub fn try_map<V, E>(self, view: impl FnMut(T) -> Result<V, E>) -> Result<Page<V>, E> {
        let items: Result<Vec<V>, E> = self.items.into_iter().map(view).collect();
        Ok(Page {
            items: items?,
            next: self.next,
            total: self.total,
            more_than_total: self.more_than_total,
        })
    }

    /// The same page of what is made of each item.
    #[must_use]
    pub fn map<V>(self, view: impl FnMut(T) -> V) -> Page<V> {
        Page {
            items: self.items.into_iter().map(view).collect(),
            next: self.next,
            total: self.total,
            more_than_total: self.more_than_total,
        }
    }
}

impl<T> Page<Option<T>> {
    /// The page without the items of which nothing came.
    #[must_use]
    pub fn flatten(self) -> Page<T> {
        Page {
            items: self.items.into_iter().flatten().collect(),
            next: self.next,
            total: self.total,
            more_than_total: self.more_than_total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Age, Begin, COUNT_MAX, Order, Page, PagePlace, PageQuery, PageSize, Total};

    crate::orders! {
        /// Orders of a list (试验排序).
        enum Sorted {
            /// Newest first.
            Newest = "newest" by Id,
            /// By name.
            Name = "name" by Text,
            /// By name, backwards.
            NameDown = "-name" by Text,
            /// The most urgent first.
            Due = "due" by Number,
        }
    }

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
    fn a_limit_outside_its_range_is_refused() {
        let read = |query: &str| {
            let uri = format!("/?{query}").parse().unwrap();
            crate::QueryOf::<PageQuery>::of(&uri).map(|crate::QueryOf(page)| page.limit)
        };
        for (query, limit) in [("", None), ("limit=1", Some(1)), ("limit=1000", Some(1000))] {
            assert_eq!(read(query).unwrap(), limit);
        }
        for query in ["limit=0", "limit=1001", "limit=-1", "limit=", "limit=x"] {
            let why = read(query).unwrap_err().detail.unwrap();
            assert_eq!(why, "limit：应为 1 至 1000 的整数");
        }
    }

    #[test]
    fn a_size_keeps_its_range() {
        for (asked, n_items) in [(None, 50), (Some(0), 1), (Some(7), 7), (Some(5000), 1000)] {
            assert_eq!(PageSize::of(asked).items(), n_items);
        }
        assert_eq!(PageSize::of(Some(80)).at_most(60).items(), 60);
    }

    #[test]
    fn a_place_begins_a_page_of_its_own_order_only() {
        let place = |id, key: &str| PagePlace {
            key: Some(key.into()),
            id,
        };
        let begin = |sort, after: &str| Begin::<Sorted>::of(Some(sort), Some(after));
        for (sort, item) in [
            ("newest", PagePlace::from(7)),
            ("newest", PagePlace::from(-7)),
            ("name", place(7, "甲~乙")),
            ("-name", place(7, "")),
            (
                "due",
                PagePlace {
                    key: Some(9.into()),
                    id: 7,
                },
            ),
        ] {
            let first = Begin::<Sorted>::of(Some(sort), None).unwrap();
            let next = first.next(item.clone());
            assert_eq!(begin(sort, &next).unwrap().after, Some(item), "{next}");
            for other in Sorted::ALL.iter().map(|order| order.name()) {
                assert_eq!(begin(other, &next).is_ok(), other == sort, "{other} {next}");
            }
        }
        // What was handed out before there were orders is still of use.
        assert_eq!(Begin::<Age>::of(None, Some("7")).unwrap(), Begin::after(7));
        for damaged in [
            "x",
            "7~",
            "7~x",
            "~",
            "name~",
            "name~7",
            "due~7~x",
            "due~7",
            "name~7~\0",
        ] {
            for order in Sorted::ALL.iter().map(|order| order.name()) {
                assert!(begin(order, damaged).is_err(), "{order} {damaged}");
            }
        }
    }

    #[test]
    fn an_unknown_order_is_refused_with_those_that_there_are() {
        let refused = Begin::<Sorted>::of(Some("age"), None).unwrap_err();
        assert_eq!(refused.status, 400);
        let why = refused.detail.unwrap();
        assert!(why.contains("newest、name、-name、due"), "{why}");
        assert_eq!(Sorted::named(Some("")).unwrap(), Sorted::Newest);
    }

    #[test]
    fn a_total_says_when_there_are_more() {
        let shown = |total: Total| {
            let page = Page::whole(vec![1]).counted(Some(total)).map(|one| one);
            (page.total, page.more_than_total)
        };
        assert_eq!(shown(Total::of(COUNT_MAX)), (Some(COUNT_MAX), false));
        assert_eq!(shown(Total::of(COUNT_MAX + 1)), (Some(COUNT_MAX), true));
        let two = Total::of(COUNT_MAX).with(Total::of(1));
        assert_eq!(shown(two), (Some(COUNT_MAX), true));
        let uncounted = serde_json::to_string(&Page::whole(vec![1])).unwrap();
        assert_eq!(uncounted, r#"{"items":[1]}"#);
    }
}
