//! In which order a list is read, and where a page begins in it.

use super::bad;
use crate::problem::Problem;
use std::fmt::Debug;
use store::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// An order (排序) of a list, by the name that the API gives it. The default one holds when the caller does not say.
pub trait Order: Debug + Clone + Copy + Default + PartialEq + Send + Sync + 'static {
    /// All orders of the list.
    const ALL: &'static [Self];

    /// Its name: `newest`, `login`; with a minus sign, the same the other way round.
    fn name(self) -> &'static str;

    /// What it goes by before the id.
    fn by(self) -> KeyForm;

    /// The order of this name; the default one when there is none.
    ///
    /// # Errors
    /// 400 with the names that there are.
    fn named(name: Option<&str>) -> Result<Self, Problem> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Ok(Self::default());
        };
        let found = Self::ALL.iter().copied().find(|one| one.name() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
            bad(format!("sort 可取 {}", names.join("、")))
        })
    }
}

/// What an order goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// The id alone.
    Id,
    /// A number, then the id.
    Number,
    /// A text, then the id.
    Text,
}

/// Declares the orders of a list, the default one first: `Variant = "name" by Form`.
#[macro_export]
macro_rules! orders {
    ($(#[$doc:meta])+ $visible:vis enum $order:ident {
        $(#[$first_doc:meta])+ $first:ident = $first_name:literal by $first_form:ident,
        $($(#[$one_doc:meta])+ $one:ident = $one_name:literal by $form:ident,)+
    }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        $visible enum $order {
            $(#[$first_doc])+
            #[default]
            $first,
            $($(#[$one_doc])+ $one,)+
        }

        // Written out: the derive takes the names of the variants for those of the orders.
        impl utoipa::PartialSchema for $order {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::schema_of::<Self>()
            }
        }

        impl utoipa::ToSchema for $order {}

        impl $crate::Order for $order {
            const ALL: &'static [Self] = &[Self::$first, $(Self::$one),+];

            fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $(Self::$one => $one_name,)+
                }
            }

            fn by(self) -> $crate::KeyForm {
                match self {
                    Self::$first => $crate::KeyForm::$first_form,
                    $(Self::$one => $crate::KeyForm::$form,)+
                }
            }
        }
    };
}

/// How the description names the orders of a list.
pub fn schema_of<O: Order>() -> RefOr<Schema> {
    let names: Vec<&str> = O::ALL.iter().map(|one| one.name()).collect();
    let schema = ObjectBuilder::new().schema_type(Type::String);
    schema.enum_values(Some(names)).into()
}

crate::orders! {
    /// By age (新旧排序): the order of a list whose ids are given in the order of time.
    pub enum Age {
        /// The newest first.
        Newest = "newest" by Id,
        /// The oldest first.
        Oldest = "oldest" by Id,
    }
}

/// What rows are put in order by, beside their id, which decides between equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// A number, such as a time.
    Number(i64),
    /// A text, such as a code.
    Text(String),
}

impl From<i64> for SortKey {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for SortKey {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<'a> From<&'a SortKey> for Value<'a> {
    fn from(key: &'a SortKey) -> Self {
        match key {
            SortKey::Number(number) => Self::Int(*number),
            SortKey::Text(text) => Self::Text(text),
        }
    }
}

/// A place in a list: that of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePlace {
    /// What the order goes by; nothing when it goes by the id alone.
    pub key: Option<SortKey>,
    /// Id of the item.
    pub id: i64,
}

impl From<i64> for PagePlace {
    fn from(id: i64) -> Self {
        Self { key: None, id }
    }
}

/// Between the parts of a written place.
const BETWEEN: char = '~';

impl PagePlace {
    /// The place as the value for `after`. It names its order, so that it is of use in no other; in the default order
    /// it is the id alone, as it was before lists had others.
    fn written<O: Order>(&self, order: O) -> String {
        let id = self.id;
        let begin = match order == O::default() {
            true => String::new(),
            false => format!("{}{BETWEEN}", order.name()),
        };
        match &self.key {
            None => format!("{begin}{id}"),
            Some(SortKey::Number(number)) => format!("{begin}{id}{BETWEEN}{number}"),
            Some(SortKey::Text(text)) => format!("{begin}{id}{BETWEEN}{text}"),
        }
    }

    /// The place that was written for this order.
    fn read<O: Order>(text: &str, order: O) -> Option<Self> {
        let rest = match order == O::default() {
            true => text,
            false => text.strip_prefix(order.name())?.strip_prefix(BETWEEN)?,
        };
        let (id, key) = match rest.split_once(BETWEEN) {
            None => (rest, None),
            Some((id, key)) => (id, Some(key)),
        };
        let key = match (order.by(), key) {
            (KeyForm::Id, None) => None,
            (KeyForm::Number, Some(number)) => Some(SortKey::Number(number.parse().ok()?)),
            // PostgreSQL has no text with a zero in it.
            (KeyForm::Text, Some(text)) if !text.contains('\0') => {
                Some(SortKey::Text(text.to_owned()))
            }
            _ => return None,
        };
        let id = id.parse().ok()?;
        Some(Self { key, id })
    }
}

/// Where a page begins: in which order, and after which item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Begin<O> {
    /// The order.
    pub order: O,
    /// The last item of the page before; nothing for the first page.
    pub after: Option<PagePlace>,
}

impl<O: Order> Begin<O> {
    /// The first page in the default order that comes after an item.
    pub fn after(item: impl Into<PagePlace>) -> Self {
        Self {
            order: O::default(),
            after: Some(item.into()),
        }
    }

    /// As the caller asks; a place that was given for another order begins no page.
    ///
    /// # Errors
    /// 400 when there is no such order, or no such place in it.
    pub fn of(sort: Option<&str>, after: Option<&str>) -> Result<Self, Problem> {
        let order = O::named(sort)?;
        let after = after.filter(|text| !text.is_empty());
        let after = match after {
            None => None,
            Some(text) => Some(
                PagePlace::read(text, order)
                    .ok_or_else(|| bad("after 应为同一排序下上一页的 next".to_owned()))?,
            ),
        };
        Ok(Self { order, after })
    }

    /// The value for `after` by which an item is found again in this order.
    pub fn next(&self, item: impl Into<PagePlace>) -> String {
        item.into().written(self.order)
    }
}
