//! The statements of a list: its pages and its total are asked with one text of conditions.

use super::order::PagePlace;
use super::{COUNT_MAX, SCOPE_MAX, Total};
use std::fmt::Write as _;
use store::{Error, Result, Row, Tx, Value};

/// Which rows a list has (列表条件): where they stand and what they fulfil. What is counted is what is listed, because
/// both are made of this.
#[derive(Debug)]
pub struct ListRows<'a> {
    from: &'static str,
    /// What an index finds: who may see it, and the first of the filters that an index serves.
    scope: String,
    is_narrowed: bool,
    /// What else the rows fulfil.
    rest: Vec<String>,
    args: Vec<Value<'a>>,
}

/// By which columns the rows of a list are put in order.
#[derive(Debug, Clone, Copy)]
pub struct OrderBy {
    /// The column with the id, which no two rows share.
    pub id: &'static str,
    /// What comes before it, and is never null.
    pub key: Option<&'static str>,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

impl OrderBy {
    /// By the id alone.
    #[must_use]
    pub fn id(id: &'static str, is_descending: bool) -> Self {
        Self {
            id,
            key: None,
            is_descending,
        }
    }

    /// By a column or expression that an index serves, and the id.
    #[must_use]
    pub fn key(key: &'static str, id: &'static str, is_descending: bool) -> Self {
        Self {
            id,
            key: Some(key),
            is_descending,
        }
    }
}

impl<'a> ListRows<'a> {
    /// The rows that a caller sees: `from` is that part of the statement, such as `from message m`; the condition
    /// appends its arguments.
    pub fn seen(from: &'static str, condition: impl FnOnce(&mut Vec<Value<'a>>) -> String) -> Self {
        let mut args = Vec::new();
        let scope = condition(&mut args);
        Self {
            from,
            scope,
            is_narrowed: false,
            rest: Vec::new(),
            args,
        }
    }

    /// The rows for which a condition without arguments holds.
    pub fn those(from: &'static str, condition: &str) -> Self {
        Self::seen(from, |_| condition.to_owned())
    }

    /// Only those for which this holds, too; every `?` stands for the value. Without a value nothing is narrowed.
    pub fn and(&mut self, condition: &str, value: Option<impl Into<Value<'a>>>) {
        if let Some(condition) = self.with_value(condition, value) {
            self.rest.push(condition);
        }
    }

    /// Only those for which this holds, too.
    pub fn and_plain(&mut self, condition: &str) {
        self.rest.push(condition.to_owned());
    }

    /// As [`ListRows::and`], of a column that an index serves, together with who may see it. What is counted is found
    /// by the first of these that narrows a list, so the one that leaves least comes first.
    pub fn and_indexed(&mut self, condition: &str, value: Option<impl Into<Value<'a>>>) {
        if let Some(condition) = self.with_value(condition, value) {
            self.and_indexed_plain(&condition);
        }
    }

    /// As [`ListRows::and_indexed`], without a value.
    pub fn and_indexed_plain(&mut self, condition: &str) {
        match self.is_narrowed {
            true => self.rest.push(condition.to_owned()),
            false => self.narrow(condition),
        }
        self.is_narrowed = true;
    }

    /// As [`ListRows::and`], of the column with which every index of the table ends.
    pub fn and_last(&mut self, condition: &str, value: Option<impl Into<Value<'a>>>) {
        if let Some(condition) = self.with_value(condition, value) {
            self.narrow(&condition);
        }
    }

    fn narrow(&mut self, condition: &str) {
        self.scope.push_str(" and ");
        self.scope.push_str(condition);
    }

    fn with_value(
        &mut self,
        condition: &str,
        value: Option<impl Into<Value<'a>>>,
    ) -> Option<String> {
        self.args.push(value?.into());
        Some(condition.replace('?', &format!("${}", self.args.len())))
    }

    /// Only those whose column, which an index serves, has one of these values; without any nothing is narrowed.
    pub fn and_one_of<V: Into<Value<'a>>>(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        let mut places = Vec::new();
        for value in values {
            self.args.push(value.into());
            places.push(format!("${}", self.args.len()));
        }
        if !places.is_empty() {
            self.and_indexed_plain(&format!("{column} in ({})", places.join(", ")));
        }
    }

    /// Only those for which this holds, too; the condition appends its arguments.
    pub fn and_with(&mut self, condition: impl FnOnce(&mut Vec<Value<'a>>) -> String) {
        let condition = condition(&mut self.args);
        self.rest.push(condition);
    }

    /// As [`ListRows::and_with`], of what an index finds.
    pub fn and_indexed_with(&mut self, condition: impl FnOnce(&mut Vec<Value<'a>>) -> String) {
        let condition = condition(&mut self.args);
        self.and_indexed_plain(&condition);
    }

    /// Everything that the rows fulfil.
    fn conditions(&self) -> String {
        let all = [&self.scope].into_iter().chain(&self.rest);
        all.map(String::as_str).collect::<Vec<_>>().join(" and ")
    }

    /// A page: at most `limit` rows after a place.
    ///
    /// # Errors
    /// Those of the database.
    pub fn page(
        self,
        tx: &mut Tx<'_>,
        columns: &str,
        by: OrderBy,
        after: Option<&'a PagePlace>,
        limit: i64,
    ) -> Result<Vec<Row>> {
        self.page_of(tx, |_| columns.to_owned(), by, after, limit)
    }

    /// As [`ListRows::page`], with columns that append arguments of their own.
    ///
    /// # Errors
    /// Those of the database.
    pub fn page_of(
        mut self,
        tx: &mut Tx<'_>,
        columns: impl FnOnce(&mut Vec<Value<'a>>) -> String,
        by: OrderBy,
        after: Option<&'a PagePlace>,
        limit: i64,
    ) -> Result<Vec<Row>> {
        let (sign, down) = match by.is_descending {
            true => ('<', " desc"),
            false => ('>', ""),
        };
        let id = by.id;
        let columns = columns(&mut self.args);
        match (by.key, after) {
            (_, None) => {}
            (None, Some(place)) => self.and(&format!("{id} {sign} ?"), Some(place.id)),
            (Some(key), Some(place)) => {
                let Some(of) = &place.key else {
                    return Err(Error::Fault(format!("a place without {key}")));
                };
                self.and_with(|args| {
                    args.extend([of.into(), place.id.into()]);
                    let n = args.len();
                    let k = n - 1;
                    // The first is in the second; SQLite looks up expressions of an index only by such a one.
                    format!("{key} {sign}= ${k} and ({key}, {id}) {sign} (${k}, ${n})")
                });
            }
        }
        let mut order = String::new();
        if let Some(key) = by.key {
            // Writing to a text does not fail.
            let _ = write!(order, "{key}{down}, ");
        }
        self.args.push(limit.into());
        let (from, conditions) = (self.from, self.conditions());
        let sql = format!(
            "select {columns} {from} where {conditions} order by {order}{id}{down} limit ${}",
            self.args.len()
        );
        tx.query(&sql, &self.args)
    }

    /// How many there are, as far as lists are counted.
    ///
    /// A page ends when it is full, a count does not: a filter that no index serves would read everything. So at most
    /// `SCOPE_MAX` of the rows that an index finds are looked through, and when these do not settle it, nothing is said.
    ///
    /// # Errors
    /// Those of the database.
    pub fn count(mut self, tx: &mut Tx<'_>) -> Result<Total> {
        let (from, scope) = (self.from, &self.scope);
        let (hit, most) = match self.rest.is_empty() {
            true => ("1".to_owned(), COUNT_MAX + 1),
            false => {
                let rest = self.rest.join(" and ");
                (format!("case when {rest} then 1 end"), SCOPE_MAX + 1)
            }
        };
        self.args.push(most.into());
        let sql = format!(
            "select count(*), count(hit) from (select {hit} as hit {from} where {scope} limit ${}) looked_at",
            self.args.len()
        );
        let row = tx.query_opt(&sql, &self.args)?;
        let (n_read, n_found) = match row {
            Some(row) => (row.int(0)?, row.int(1)?),
            None => (0, 0),
        };
        Ok(match n_read > SCOPE_MAX && n_found <= COUNT_MAX {
            true => Total::unknown(),
            false => Total::of(n_found),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ListRows, OrderBy};
    use crate::page::{COUNT_MAX, Page, PagePlace, SortKey};
    use rstest::rstest;
    use store::Tx;
    use store::testing::TestEngine::{self, Postgres, Sqlite};

    /// As many rows as are more than counted, each with its number.
    const NUMBERS: &str = "from (with recursive number (id) as (select 1 union all \
                           select id + 1 from number where id < 10500) select id from number) row";

    fn counted(rows: ListRows<'_>, tx: &mut Tx<'_>) -> store::Result<(Option<i64>, bool)> {
        let page = Page::<i64>::whole(Vec::new()).counted(Some(rows.count(tx)?));
        Ok((page.total, page.more_than_total))
    }

    #[rstest]
    #[tokio::test]
    async fn what_is_counted_is_what_is_listed_up_to_a_bound(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = engine.database();
        let read = |tx: &mut Tx<'_>| {
            let all = ListRows::those(NUMBERS, "1 = 1");
            assert_eq!(counted(all, tx)?, (Some(COUNT_MAX), true));
            for bound in [COUNT_MAX, 0, 7] {
                let few = |limit| {
                    let mut rows = ListRows::those(NUMBERS, "1 = 1");
                    rows.and("id <= ?", Some(bound));
                    rows.and("id > ?", None::<i64>);
                    rows.and_one_of("id", Vec::<i64>::new());
                    (rows, limit)
                };
                let (rows, limit) = few(COUNT_MAX + 1);
                let listed = rows.page(tx, "id", OrderBy::id("id", false), None, limit)?;
                assert_eq!(i64::try_from(listed.len()).unwrap(), bound);
                assert_eq!(counted(few(0).0, tx)?, (Some(bound), false));
            }
            Ok::<_, store::Error>(())
        };
        test.db.read(read).await.unwrap();
    }

    #[rstest]
    #[tokio::test]
    async fn of_a_long_list_only_so_many_rows_are_looked_through(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = engine.database();
        let read = |tx: &mut Tx<'_>| {
            let long = NUMBERS.replace("10500", "50001");
            let long: &'static str = Box::leak(long.into_boxed_str());
            let narrowed = |scope: &str, filter: &str| {
                let mut rows = ListRows::those(long, scope);
                rows.and_plain(filter);
                rows
            };
            assert_eq!(
                counted(narrowed("1 = 1", "id > 0"), tx)?,
                (Some(COUNT_MAX), true)
            );
            // Five fulfil it, but who knows that without reading them all?
            assert_eq!(counted(narrowed("1 = 1", "id <= 5"), tx)?, (None, false));
            // Of those that a caller may see there are fewer.
            assert_eq!(
                counted(narrowed("id > 1", "id <= 5"), tx)?,
                (Some(4), false)
            );
            // What an index finds is few of many.
            let mut few = ListRows::those(long, "1 = 1");
            few.and_indexed("id <= ?", Some(9));
            few.and_indexed("id > ?", Some(4));
            few.and_last("id < ?", Some(9));
            assert_eq!(counted(few, tx)?, (Some(4), false));
            Ok::<_, store::Error>(())
        };
        test.db.read(read).await.unwrap();
    }

    /// Many rows share a key; pages of every size, either way, show each of them once.
    #[rstest]
    #[tokio::test]
    async fn rows_of_one_key_are_neither_left_out_nor_shown_twice(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = engine.database();
        for (key, is_text) in [("(id / 4)", false), ("cast(id / 4 as text)", true)] {
            for (is_descending, limit) in [(false, 1), (false, 3), (true, 3), (true, 7)] {
                let read = move |tx: &mut Tx<'_>| {
                    let (mut seen, mut after) = (Vec::new(), None::<PagePlace>);
                    loop {
                        let mut rows = ListRows::those(NUMBERS, "id <> 8");
                        rows.and("id <= ?", Some(23));
                        let by = OrderBy::key(key, "id", is_descending);
                        let columns = format!("id, {key}");
                        let page = rows.page(tx, &columns, by, after.as_ref(), limit)?;
                        let Some(last) = page.last() else { break };
                        let key = match is_text {
                            true => SortKey::Text(last.text(1)?),
                            false => SortKey::Number(last.int(1)?),
                        };
                        let id = last.int(0)?;
                        for row in &page {
                            seen.push(row.int(0)?);
                        }
                        after = Some(PagePlace { key: Some(key), id });
                    }
                    Ok::<_, store::Error>(seen)
                };
                let seen = test.db.read(read).await.unwrap();
                let mut once = seen.clone();
                once.sort_unstable();
                let all: Vec<i64> = (1..=23).filter(|id| *id != 8).collect();
                assert_eq!(once, all, "{key} {is_descending} {limit}");
                if !is_text {
                    once.sort_by_key(|id| if is_descending { -id } else { *id });
                    assert_eq!(seen, once);
                }
            }
        }
    }
}
