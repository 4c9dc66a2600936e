//! The companies in memory, for those who ask for every message.

use super::sql::former_dxp_ids;
use super::{Company, CompanyId, Former, all};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use store::clock::SharedClock;
use store::{Db, Result, Tx};

/// How old the copy may be, in milliseconds.
const FRESH_MS: i64 = 1000;

/// A copy of all companies (企业名录), at most a second old when [`Directory::refresh`] is called
/// before it is asked.
pub struct Directory {
    db: Db,
    clock: SharedClock,
    copy: RwLock<Copy>,
}

#[derive(Default)]
struct Copy {
    read_at: Option<i64>,
    by_id: HashMap<CompanyId, Arc<Company>>,
    /// By DXP id; by a former one where it is nobody's now.
    addressed: HashMap<String, Vec<CompanyId>>,
    former: HashMap<String, Vec<Former>>,
    by_code: HashMap<String, CompanyId>,
}

impl Directory {
    /// A directory of the companies in `db`; empty until it is refreshed.
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self {
            db,
            clock,
            copy: RwLock::default(),
        }
    }

    /// Reads the companies again if the copy is too old.
    ///
    /// # Errors
    /// The store's; the old copy stays.
    pub async fn refresh(&self) -> Result<()> {
        let now_ms = self.clock.now_ms();
        let read_at = self
            .copy
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .read_at;
        if read_at.is_some_and(|read_at| (now_ms - read_at).abs() < FRESH_MS) {
            return Ok(());
        }
        self.read_again().await
    }

    /// Reads the companies again however old the copy is.
    ///
    /// # Errors
    /// The store's; the old copy stays.
    pub async fn read_again(&self) -> Result<()> {
        let now_ms = self.clock.now_ms();
        let read = |tx: &mut Tx<'_>| -> Result<_> { Ok((all(tx)?, former_dxp_ids(tx)?)) };
        let (companies, given_up) = self.db.read(read).await?;
        let companies: Vec<Arc<Company>> = companies.into_iter().map(Arc::new).collect();
        let by_id = companies.iter().map(|c| (c.id, Arc::clone(c))).collect();
        let mut addressed: HashMap<String, Vec<CompanyId>> = HashMap::new();
        let mut former: HashMap<String, Vec<Former>> = HashMap::new();
        for (dxp_id, one) in given_up {
            let known = addressed.entry(dxp_id.clone()).or_default();
            known.push(one.company_id);
            former.entry(dxp_id).or_default().push(one);
        }
        for company in &companies {
            addressed.insert(company.dxp_id.clone(), vec![company.id]);
        }
        let by_code = companies
            .iter()
            .flat_map(|c| {
                let codes = [&c.customs_code, &c.credit_code, &c.dxp_id];
                codes.map(|code| (code.clone(), c.id))
            })
            .collect();
        *self.copy.write().unwrap_or_else(PoisonError::into_inner) = Copy {
            read_at: Some(now_ms),
            by_id,
            addressed,
            former,
            by_code,
        };
        Ok(())
    }

    /// The company with this id.
    pub fn by_id(&self, id: CompanyId) -> Option<Arc<Company>> {
        self.copy
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .by_id
            .get(&id)
            .cloned()
    }

    /// The company with this customs registration number or credit code.
    pub fn by_code(&self, code: &str) -> Option<Arc<Company>> {
        let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
        let id = copy.by_code.get(code.trim())?;
        let company = copy.by_id.get(id)?;
        company.has_code(code.trim()).then(|| Arc::clone(company))
    }

    /// The companies that an envelope to this DXP id is meant for: the one whose it is; where it is
    /// nobody's any more, those whose it was.
    pub fn addressed(&self, dxp_id: &str) -> Vec<CompanyId> {
        let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
        copy.addressed.get(dxp_id).cloned().unwrap_or_default()
    }

    /// The companies that had this DXP id before.
    pub fn formerly(&self, dxp_id: &str) -> Vec<Former> {
        let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
        copy.former.get(dxp_id).cloned().unwrap_or_default()
    }

    /// The company that a text names: customs registration number, credit code, DXP id, or its own
    /// id as a decimal number; the id is not looked up.
    pub fn named(&self, text: &str) -> Option<CompanyId> {
        let text = text.trim();
        let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
        let by_code = copy.by_code.get(text).copied();
        by_code.or_else(|| text.parse().ok().map(CompanyId))
    }
}
