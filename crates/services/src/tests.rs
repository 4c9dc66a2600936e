//! A world for the tests of the modules: a database, a clock, people and companies.

use crate::case_file::{self, Attachment, CaseContext, CaseFile, CaseId, CaseKind, Opening, Verb};
use crate::enrolment::enrol;
use registry::access::{Actor, Origin, Sight, Who};
use registry::account::{self, AccountId, NewAccount};
use registry::company::{self, Company, CompanyId};
use registry::config::RegistryConfig;
use registry::context::{AppContext, Random, RandomSecret};
use registry::role::{self, Grant, Role};
use registry::seal::Seal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::clock::TestClock;
use store::id::IdMaker;
use store::{Db, Tx};
use web::Problem;

/// 2026-11-23 10:00 in Beijing, a Monday.
pub(crate) const MONDAY: i64 = 1795399200000;

pub(crate) struct World {
    pub(crate) context: AppContext,
    pub(crate) clock: Arc<TestClock>,
}

impl World {
    pub(crate) fn on(db: &Db) -> Self {
        let clock = TestClock::at(MONDAY);
        let random: Random = Arc::new(|| Some(RandomSecret::default()));
        let context = AppContext {
            db: db.clone(),
            clock: clock.clone(),
            ids: Arc::new(IdMaker::new(clock.clone(), 1)),
            random,
            seal: Arc::new(Seal::new(&[7; 32])),
            config: Arc::new(RegistryConfig::default()),
            parameters: Arc::default(),
            code_tables: Arc::default(),
        };
        Self { context, clock }
    }

    /// Runs a closure as a handler does: a problem undoes everything.
    pub(crate) async fn write<T, F>(&self, f: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.context.db.write(f).await
    }

    pub(crate) async fn read<T, F>(&self, f: F) -> T
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> store::Result<T> + Send + 'static,
    {
        self.context.db.read(f).await.unwrap()
    }

    /// A person with a role, for a company or for all.
    pub(crate) async fn person(
        &self,
        login: &str,
        role: Role,
        company: Option<CompanyId>,
    ) -> Actor {
        let new = NewAccount {
            id: AccountId(self.context.ids.next()),
            party: self.context.ids.next(),
            login: login.to_owned(),
            name: format!("某{login}"),
            is_staff: !role.is_company(),
            password_hash: Some("x".to_owned()),
            at_ms: self.context.now_ms(),
        };
        let grant = Grant {
            id: self.context.ids.next(),
            account: new.id,
            party: new.party,
            role: role.name().to_owned(),
            company,
            district: None,
            sight: "company".to_owned(),
            granted_by: None,
            approved_by: None,
            granted_at: new.at_ms,
            expires_at: None,
            scope: None,
        };
        let found = self
            .context
            .db
            .write(move |tx| -> store::Result<_> {
                account::add(tx, &new).unwrap();
                role::grant(tx, &grant).unwrap();
                let company = match company {
                    Some(id) => company::by_id(tx, id)?,
                    None => None,
                };
                Ok((new.id, new.name.clone(), company))
            })
            .await
            .unwrap();
        let (id, name, company) = found;
        let sight = match (&company, role) {
            (Some(company), _) => Sight::Company(company.id),
            (None, Role::Applicant) => Sight::Nothing,
            (None, _) => Sight::All,
        };
        Actor {
            who: Who::Account(id),
            name,
            sight,
            scope: None,
            company: company.map(Arc::new),
            roles: BTreeSet::from([role.name().to_owned()]),
            session: None,
            origin: Origin::default(),
        }
    }

    /// A company in the ledger.
    pub(crate) async fn company(&self, n: u64, roles: &[&str]) -> Company {
        let company = company(n, roles, self.context.now_ms(), self.context.ids.next());
        let (added, ids) = (company.clone(), Arc::clone(&self.context.ids));
        let done = self
            .context
            .db
            .write(move |tx| enrol(tx, &ids, &added, None));
        done.await.unwrap();
        company
    }

    /// Opens a case by its form.
    pub(crate) async fn open(
        &self,
        actor: &Actor,
        kind: CaseKind,
        form: &[(&str, &str)],
    ) -> Result<CaseFile, Problem> {
        let form = pairs(form);
        let (context, actor) = (self.context.clone(), actor.clone());
        self.write(move |tx| {
            let doing = CaseContext {
                context: &context,
                actor: &actor,
            };
            let account = actor.require_account().unwrap();
            let opening = (kind.read)(tx, &doing, &form)?;
            case_file::open(tx, &doing, &kind, &opening, account, &actor.name)
        })
        .await
    }

    /// Takes a step from a case as somebody saw it.
    pub(crate) async fn act(
        &self,
        actor: &Actor,
        kind: CaseKind,
        case: &CaseFile,
        verb: Verb,
    ) -> Result<CaseFile, Problem> {
        let (context, actor, case) = (self.context.clone(), actor.clone(), case.clone());
        self.write(move |tx| {
            let doing = CaseContext {
                context: &context,
                actor: &actor,
            };
            case_file::advance(tx, &doing, &kind, &case, verb, "材料如下")
        })
        .await
    }

    /// Attaches a small PDF as a document.
    pub(crate) async fn attach(
        &self,
        actor: &Actor,
        kind: CaseKind,
        case: &CaseFile,
        document: &'static str,
    ) -> Result<Attachment, Problem> {
        let (context, actor, case) = (self.context.clone(), actor.clone(), case.clone());
        let bytes = b"%PDF-1.7 synthetic".to_vec();
        let file = case_file::attachment::check("证明.pdf", &bytes).unwrap();
        self.write(move |tx| {
            let doing = CaseContext {
                context: &context,
                actor: &actor,
            };
            case_file::attach(tx, &doing, &kind, &case, (document, &file, &bytes))
        })
        .await
    }

    /// The whole way of a case from its opening to its end.
    pub(crate) async fn grant(
        &self,
        kind: CaseKind,
        case: CaseFile,
        people: (&Actor, &Actor, &Actor),
    ) -> Result<CaseFile, Problem> {
        let (applicant, clerk, approver) = people;
        for document in kind.documents.iter().filter(|d| d.is_required) {
            self.attach(applicant, kind, &case, document.name).await?;
        }
        let case = self.act(clerk, kind, &case, Verb::Accept).await?;
        let case = self.act(clerk, kind, &case, Verb::Approve).await?;
        self.act(approver, kind, &case, Verb::Finish).await
    }

    pub(crate) async fn bureau(&self) -> (Actor, Actor) {
        (
            self.person("clerk", Role::BureauClerk, None).await,
            self.person("approver", Role::BureauApprover, None).await,
        )
    }

    /// The companies for which an account holds a role now.
    pub(crate) async fn companies_of(&self, actor: &Actor) -> Vec<(String, Option<i64>)> {
        let (account, now_ms) = (actor.require_account().unwrap(), self.context.now_ms());
        let grants = self
            .read(move |tx| role::of_account(tx, account, now_ms))
            .await;
        grants
            .into_iter()
            .map(|g| (g.role, g.company.map(|c| c.0)))
            .collect()
    }

    /// How many rows of the audit have this act.
    pub(crate) async fn audited(&self, act: &'static str) -> usize {
        let filter = registry::audit::AuditFilter {
            acts: vec![act.to_owned()],
            ..registry::audit::AuditFilter::default()
        };
        let rows = self
            .read(move |tx| registry::audit::list(tx, &filter, 1000))
            .await;
        let verdict = registry::audit::verify(&self.context.db, None)
            .await
            .unwrap();
        assert_eq!(verdict.broken_at, None);
        rows.len()
    }
}

pub(crate) fn pairs(form: &[(&str, &str)]) -> BTreeMap<String, String> {
    form.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn company(n: u64, roles: &[&str], at_ms: i64, id: i64) -> Company {
    Company {
        id: CompanyId(id),
        credit_code: ceb::sample::credit_code(n),
        customs_code: format!("11059{n:05}"),
        name: format!("测试企业{n}"),
        dxp_id: format!("DXPENT{n:010}"),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: at_ms,
    }
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, Problem>) -> String {
    answer.unwrap_err().code
}

/// A kind that is about nothing but the steps.
pub(crate) const PLAIN: CaseKind = CaseKind {
    name: "test.plain",
    chinese: "测试办件",
    fields: &[("what", "事项")],
    documents: &[case_file::RequiredDocument {
        name: "proof",
        chinese: "证明",
        is_required: true,
    }],
    applicants: &[Role::CompanyAdmin],
    reviewers: &[Role::BureauClerk],
    approvers: &[Role::BureauApprover],
    n_days: 5,
    read: |_, doing, form| {
        Ok(Opening {
            title: "测试".to_owned(),
            subject: form["what"].clone(),
            form: form.clone(),
            private: pairs(&[("phone", "13800000000")]),
            company: doing.actor.company_id().map(|id| id.0),
        })
    },
    opened: |_, _, _| Ok(()),
    finish: |_, _, case| {
        if case.form["what"] == "impossible" {
            return Err(Problem::new(case_file::codes::CARRY_OUT));
        }
        Ok("done".to_owned())
    },
    close: |_, _, _| Ok(()),
};

/// Finds a case as its applicant or the staff sees it.
pub(crate) async fn seen(world: &World, actor: &Actor, id: CaseId) -> Option<CaseFile> {
    let sees = case_file::sees(actor);
    world.read(move |tx| case_file::find(tx, &sees, id)).await
}
