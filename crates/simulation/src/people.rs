//! The companies of a simulation, all of them made up, and what they declare.

use bytes::Bytes;
use ceb::sample::{Sender, Spec};
use ceb::{Direction, Kind};
use registry::access::{Actor, Origin, Sight, Who};
use registry::company::{Company, CompanyId};
use registry::role::Role;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// How many companies declare.
pub(crate) const N_COMPANIES: usize = 3;

/// Numbers of the samples that are written once and declared in every run.
const N_SAMPLES: usize = 3;

/// Kinds that need no other document before them.
const KINDS: [Kind; 3] = [Kind::Ceb311, Kind::Ceb311, Kind::Ceb303];

/// A sample of a company.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) direction: Direction,
    pub(crate) guid: String,
    pub(crate) body: Bytes,
}

/// All companies.
pub(crate) fn companies() -> &'static [Company] {
    static ALL: OnceLock<Vec<Company>> = OnceLock::new();
    ALL.get_or_init(|| (1..=N_COMPANIES).map(company).collect())
}

fn company(n: usize) -> Company {
    let number = u64::try_from(n).unwrap_or(1);
    Company {
        // Companies whose lanes are in different shards.
        id: CompanyId(i64::try_from(n).unwrap_or(1)),
        credit_code: ceb::sample::credit_code(900 + number),
        customs_code: format!("11059601{n:02}"),
        name: format!("模拟企业{n}"),
        dxp_id: format!("DXPENT{n:010}"),
        roles: vec!["ebc".to_owned()],
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: 0,
    }
}

/// The program of a company.
pub(crate) fn actor(n: usize) -> Option<Arc<Actor>> {
    let company = companies().get(n)?;
    Some(Arc::new(Actor {
        who: Who::Key(1000 + company.id.0),
        name: "program".to_owned(),
        sight: Sight::Company(company.id),
        scope: None,
        company: Some(Arc::new(company.clone())),
        roles: BTreeSet::from([Role::Program.name().to_owned()]),
        session: None,
        origin: Origin::default(),
    }))
}

/// The declarations of a company, in both directions.
pub(crate) fn samples(n: usize) -> &'static [Sample] {
    static ALL: OnceLock<Vec<Vec<Sample>>> = OnceLock::new();
    let all = ALL.get_or_init(|| companies().iter().map(samples_of).collect());
    all.get(n).map_or(&[], Vec::as_slice)
}

fn samples_of(company: &Company) -> Vec<Sample> {
    let of = |n: usize| {
        let kind = *KINDS.get(n % KINDS.len())?;
        let sender = Sender {
            code: company.customs_code.clone(),
            name: company.name.clone(),
            dxp_id: company.dxp_id.clone(),
        };
        let seed = u64::try_from(n).ok()? + company.id.0.unsigned_abs() * 1000;
        let spec = Spec {
            sender,
            n_lines: 1,
            ..Spec::new(kind, seed)
        };
        let body = Bytes::from(ceb::sample::message(&spec));
        let guid = ceb::sniff(&body).ok()?.guid;
        Some(Sample {
            direction: kind.direction()?,
            guid,
            body,
        })
    };
    (0..N_SAMPLES).filter_map(of).collect()
}
