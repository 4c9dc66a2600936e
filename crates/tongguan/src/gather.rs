//! What the modules of all crates bring to the platform, gathered from their descriptions
//! ([`registry::module::Module`]). A module that is in none of the lists does not take part.

use archive::{Archive, ArchiveTable};
use identity::login::Follow;
use registry::approval::ApprovalKind;
use registry::audit::AuditedAct;
use registry::module::Module;
use registry::parameter::Parameter;
use registry::todo::{Asking, Counter};
use services::case_file;
use std::sync::Arc;
use store::Tx;
use web::ErrorCode;

/// Every module, by crate.
const CRATES: [&[Module]; 5] = [
    identity::MODULES,
    registry::MODULES,
    exchange::MODULES,
    back_office::MODULES,
    services::MODULES,
];

/// What hangs on a session and goes over to the one that takes its place in the same browser.
pub const FOLLOW: &[Follow] = &[identity::cas::follow, identity::oidc::follow];

fn modules() -> impl Iterator<Item = &'static Module> {
    CRATES.into_iter().flatten()
}

/// Every parameter that may be changed while the platform runs.
pub fn parameters() -> Vec<&'static [Parameter]> {
    modules().map(|module| module.parameters).collect()
}

/// Every act that leaves a row in the audit, by the name of its module.
pub fn acts() -> Arc<[(&'static str, &'static [AuditedAct])]> {
    let with_acts = modules().filter(|module| !module.acts.is_empty());
    with_acts
        .map(|module| (module.chinese, module.acts))
        .collect()
}

/// Every kind of act that needs a second pair of eyes.
pub fn kinds() -> Arc<[ApprovalKind]> {
    modules()
        .flat_map(|module| module.approvals.iter().copied())
        .collect()
}

/// Every code of a refusal or fault that the binary can answer.
pub fn codes() -> Vec<&'static ErrorCode> {
    let of_modules = modules().flat_map(|module| module.codes);
    web::codes::ALL.iter().chain(of_modules).collect()
}

/// Every table that is archived, in the order in which a month of a class is purged.
pub fn archives() -> Vec<&'static ArchiveTable> {
    modules()
        .flat_map(|module| module.archives.iter().copied().flatten())
        .collect()
}

/// What counts the to-dos (待办) of whoever asks, those of the archive with them.
pub fn todos(archive: &Arc<Archive>) -> Arc<[Arc<Counter>]> {
    let of_modules = modules().flat_map(|module| module.todos);
    let mut counters: Vec<Arc<Counter>> = of_modules
        .map(|count| Arc::new(*count) as Arc<Counter>)
        .collect();
    let cases = services::case_kinds();
    counters.push(Arc::new(move |tx: &mut Tx<'_>, asking: &Asking<'_>| {
        case_file::waits(&cases, tx, asking)
    }));
    let archive = Arc::clone(archive);
    counters.push(Arc::new(move |tx: &mut Tx<'_>, asking: &Asking<'_>| {
        back_office::archive::waits(&archive, tx, asking)
    }));
    counters.into()
}
