//! Parameters (参数): settings that may be changed while the platform runs.
//!
//! A parameter is a constant beside its use: a name, a kind with its range, a sentence, and where
//! its value comes from when nobody has changed it: the settings file ([`Adjustable`]) or a number
//! of the program. Nothing that is not declared can be set. [`crate::context::AppContext::number`] is the only way to
//! a value, so that no reader can miss a change: an [`Adjustable`] tells nobody else what it is.
//!
//! Every process reads the table again each [`LOOK`] ([`follow`]), so that a change is seen everywhere within a
//! second and without a restart. Values are changed in the crate `back_office`.

mod sql;

use crate::actor::AccountId;
use crate::config::RegistryConfig;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::clock::SharedClock;
use store::task::Pulse;
use store::{Db, Result as StoreResult};
use tokio::sync::watch;

pub use crate::config::Adjustable;
pub use sql::{changes, note, set, value, values};

/// How often a process reads the values again.
pub const LOOK: Duration = Duration::from_millis(500);

/// What values a parameter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number in a range, with its unit for people.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// Unit, in Chinese.
        unit: &'static str,
    },
    /// On (1) or off (0).
    Switch,
}

impl ParameterKind {
    /// Smallest and largest value.
    pub fn range(self) -> (i64, i64) {
        match self {
            Self::Number { min, max, .. } => (min, max),
            Self::Switch => (0, 1),
        }
    }

    /// A value for people.
    pub fn shown(self, value: i64) -> String {
        match self {
            Self::Number { unit, .. } => format!("{value} {unit}"),
            Self::Switch => if value == 0 { "关" } else { "开" }.to_owned(),
        }
    }
}

/// Where the value comes from that nobody has changed.
#[derive(Debug, Clone, Copy)]
pub enum Fallback {
    /// A setting of the file.
    Setting(fn(&RegistryConfig) -> Adjustable),
    /// A number of the program.
    Fixed(i64),
}

/// A parameter (参数), declared beside its use.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name: `module.what`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// What it does, in a sentence.
    pub sentence: &'static str,
    /// Its values.
    pub kind: ParameterKind,
    /// Whether a change waits for the security administrator.
    pub is_security: bool,
    /// Its value when nobody has changed it.
    pub fallback: Fallback,
}

impl Parameter {
    /// The value that holds when nobody has changed it.
    pub fn own(&self, config: &RegistryConfig) -> i64 {
        match self.fallback {
            Fallback::Setting(of) => i64::from(of(config).value()),
            Fallback::Fixed(value) => value,
        }
    }

    /// Whether a value is in the range.
    ///
    /// # Errors
    /// What is wrong, in Chinese.
    pub fn check(&self, value: i64) -> Result<(), String> {
        let (min, max) = self.kind.range();
        if (min..=max).contains(&value) {
            Ok(())
        } else {
            Err(format!("{}应为 {min} 至 {max}", self.chinese))
        }
    }
}

/// Declares the parameters of a module and `PARAMETERS`, the list of them: `NAME = name, name for people, values,
/// whether a change waits for the security administrator (`security`, `plain`), fallback, what it does;`. Values are
/// `number(smallest, largest, unit)` or `switch`; the fallback is a [`Fallback`].
#[macro_export]
macro_rules! parameters {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $id:literal, $chinese:literal,
        $kind:ident $(($min:expr, $max:expr, $unit:literal))?, $grade:ident,
        $from:ident($fallback:expr), $sentence:literal;)+) => {
        $($(#[$doc])* $vis const $name: $crate::parameter::Parameter = $crate::parameter::Parameter {
            name: $id,
            chinese: $chinese,
            sentence: $sentence,
            kind: $crate::parameters!(@kind $kind $($min, $max, $unit)?),
            is_security: $crate::parameters!(@grade $grade),
            fallback: $crate::parameter::Fallback::$from($fallback),
        };)+
        /// The parameters of this module.
        pub const PARAMETERS: &[$crate::parameter::Parameter] = &[$($name),+];
    };
    (@kind switch) => { $crate::parameter::ParameterKind::Switch };
    (@kind number $min:expr, $max:expr, $unit:literal) => {
        $crate::parameter::ParameterKind::Number { min: $min, max: $max, unit: $unit }
    };
    (@grade security) => { true };
    (@grade plain) => { false };
}

/// The parameters of a process with the values that were changed, as last read.
#[derive(Debug, Default)]
pub struct ParameterBoard {
    declared: Vec<&'static Parameter>,
    values: RwLock<Arc<BTreeMap<String, i64>>>,
}

impl ParameterBoard {
    /// A board of the parameters that the modules declare.
    pub fn new(modules: &[&'static [Parameter]]) -> Self {
        Self {
            declared: modules.iter().flat_map(|module| module.iter()).collect(),
            values: RwLock::default(),
        }
    }

    /// Every parameter.
    pub fn declared(&self) -> &[&'static Parameter] {
        &self.declared
    }

    /// The parameter with this name.
    pub fn find(&self, name: &str) -> Option<&'static Parameter> {
        self.declared.iter().find(|one| one.name == name).copied()
    }

    /// The changed value, if there is one; one out of range was set under another release and does
    /// not count.
    pub(crate) fn value(&self, parameter: &Parameter) -> Option<i64> {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        let value = values.get(parameter.name).copied();
        value.filter(|value| parameter.check(*value).is_ok())
    }

    fn take(&self, values: BTreeMap<String, i64>) {
        *self.values.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(values);
    }
}

/// A change of a parameter (参数变更).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterChange {
    /// Its id.
    pub id: i64,
    /// Name of the parameter.
    pub name: String,
    /// The new value; none for the program's own.
    pub value: Option<i64>,
    /// Who wanted it.
    pub asked_by: AccountId,
    /// His name.
    pub asked_name: String,
    /// Who approved it, if it had to be.
    pub approved_by: Option<AccountId>,
    /// His name.
    pub approved_name: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Why.
    pub why: String,
}

/// Reads the values again.
///
/// # Errors
/// The engine's; the values stay as they were.
pub async fn refresh(db: &Db, board: &ParameterBoard) -> StoreResult<()> {
    let found = db.read(values).await?;
    board.take(found.into_iter().collect());
    Ok(())
}

/// Reads the values again and again until it is told to stop.
pub async fn follow(
    (db, clock): (Db, SharedClock),
    board: Arc<ParameterBoard>,
    mut stop: watch::Receiver<bool>,
    pulse: Pulse,
) {
    while !*stop.borrow() {
        pulse.beat();
        if let Err(error) = refresh(&db, &board).await {
            tracing::warn!(%error, "the parameters could not be read; the last values hold");
        }
        tokio::select! {
            () = clock.sleep(LOOK) => {}
            // An error means that the sender is gone, which is a reason to stop as well.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}
