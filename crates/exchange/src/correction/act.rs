//! What a correction does, whichever route asked for it: read what came back, check the corrected message,
//! note what it corrects, and hand it in.

use super::sql::Note;
use super::view::{CorrectionAccepted, CorrectionFinding, Signer};
use super::{CORRECT, Edit, Original, TAKEN, codes, load, sql};
use crate::intake::http::{AcceptedAnswer, SubmitState, accept, too_large};
use crate::intake::http::{in_turn, signing_policy, standing};
use crate::intake::look;
use crate::message::FindingView;
use crate::message::MessageId;
use crate::workbook::{origin, profile};
use crate::{archived, finder};
use bytes::Bytes;
use ceb::Severity;
use ceb::form::MadeMessage;
use ceb::spec::SignatureDuty;
use registry::access::Actor;
use registry::audit::{self, AuditedAct};
use registry::code_table::Standing;
use registry::company::Company;
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use web::Problem;

/// How long a correction that was noted may take to be handed in, in milliseconds: one minute.
const HANDING_IN_MS: i64 = 60_000;

/// Why a correction is not declared: a refusal, perhaps with findings.
pub(super) type RefusedCorrection = (Problem, Vec<CorrectionFinding>);

/// What is known of the caller's company for one correction.
pub(super) struct Declarant {
    pub(super) company: Arc<Company>,
    standing: Standing,
    /// Whether a frame stands in for the signature while the message is checked.
    frame: bool,
    /// Whether the platform signs for the company.
    signs: bool,
}

pub(super) async fn declarant(api: &SubmitState, actor: &Actor) -> Result<Declarant, Problem> {
    let company = Arc::clone(actor.require_company()?);
    let signs = signing_policy(api, &company).await?.platform_signs;
    Ok(Declarant {
        company,
        standing: standing(api),
        frame: api.config.signature_frame || signs,
        signs,
    })
}

impl Declarant {
    pub(super) fn signer(&self, original: &Original) -> Signer {
        let duty = original.kind.spec().signature;
        let must_sign = matches!(
            duty,
            SignatureDuty::Required | SignatureDuty::RequiredByText
        );
        if must_sign && !self.frame {
            Signer::Company
        } else {
            Signer::Platform
        }
    }

    /// The corrected message and everything that is wrong with it.
    pub(super) fn check(
        &self,
        original: &Original,
    ) -> Result<(MadeMessage, Vec<CorrectionFinding>), Problem> {
        let now_ms = self.standing.now_ms;
        // The frame is for the check only: a missing signature is no mistake of the correction.
        let checked = original.make(&origin(&self.company, now_ms, true));
        let checked = checked.ok_or_else(|| Problem::new(codes::UNREADABLE))?;
        let terms = self.standing.terms(profile(&self.company.profile));
        let placed = original.draft.check(&checked, &terms);
        let findings = placed.iter().map(|placed| {
            let at = original.draft.element_at(&placed.finding.path);
            CorrectionFinding {
                document: at.as_ref().map(|at| original.number_of(at.document)),
                line_number: at.as_ref().and_then(|at| at.line).map(|line| line + 1),
                element: at.map(|at| at.element).unwrap_or_default(),
                finding: FindingView::from(&placed.finding),
            }
        });
        let findings = findings.collect();
        // With the platform as signer the message is stored unsigned, and signed on its way.
        let frame = self.frame && !self.signs;
        if frame {
            return Ok((checked, findings));
        }
        let made = original.make(&origin(&self.company, now_ms, frame));
        let made = made.ok_or_else(|| Problem::new(codes::UNREADABLE))?;
        Ok((made, findings))
    }
}

/// Reads a message that came back and makes a draft of it.
pub(super) async fn original(
    api: &Arc<SubmitState>,
    actor: &Actor,
    id: &str,
) -> Result<Original, Problem> {
    let not_found = || Problem::new(web::codes::NOT_FOUND);
    let company = actor.require_company()?.id;
    let id = MessageId::parse(id).ok_or_else(not_found)?;
    let context = &api.gate.context;
    let (asking, now_ms) = (actor.clone(), api.clock.now_ms());
    let (raw, is_archived) = context
        .read(move |tx| {
            let raw = load(tx, &asking, id, now_ms)?;
            let is_seen = finder::find(tx, &asking.sight, id)?.is_some();
            let is_archived = raw.is_none() && is_seen && archived::month_of(tx, id)?.is_some();
            Ok((raw, is_archived))
        })
        .await?;
    if is_archived {
        return Err(Problem::new(archived::codes::NOT_HERE));
    }
    // Somebody may see more companies than the one that is declared for.
    let raw = raw.filter(|raw| raw.message.company_id == company);
    let raw = raw.ok_or_else(not_found)?;
    let mut original = in_turn(api, actor, move || Original::of(raw)).await?;
    let keys = original.keys();
    let known = context
        .read(move |tx| sql::accepted(tx, company, id, &keys))
        .await?;
    original.known_to_customs(&known);
    Ok(original)
}

/// Puts in what the company changes and checks what comes of it, in the caller's turn. Values of
/// findings about a person are masked for whoever sees the original masked.
///
/// # Errors
/// A change that fits nothing; a message larger than any that is accepted.
pub(super) async fn corrected(
    api: &SubmitState,
    actor: &Actor,
    declarant: Declarant,
    mut original: Original,
    edits: Vec<Edit>,
) -> Result<(MadeMessage, Vec<CorrectionFinding>), Problem> {
    let bytes_max = api.config.message_bytes_max;
    let is_masked = original.is_masked;
    let checked = in_turn(api, actor, move || {
        original.apply(&edits, bytes_max)?;
        declarant.check(&original)
    });
    let (made, mut findings) = checked.await?;
    if made.xml.len() > bytes_max {
        return Err(too_large(bytes_max));
    }
    if is_masked {
        for one in &mut findings {
            one.finding.value = ceb::personal::masked(&one.element, &one.finding.value);
        }
    }
    Ok((made, findings))
}

/// Notes what the new message corrects and puts on record who did so (`act`), before it is handed in: a crash
/// after it leaves a note about no message, which says nothing. The same declaration once more is on record
/// once.
/// `handing_in_ms` is how long another one that was noted may take to be handed in.
///
/// # Errors
/// A document was corrected already, or is being corrected.
pub(super) async fn note(
    api: &SubmitState,
    actor: &Actor,
    note: Note,
    act: AuditedAct,
    handing_in_ms: i64,
) -> Result<(), Problem> {
    let (actor, now_ms) = (actor.clone(), api.clock.now_ms());
    let write = api.gate.context.act(move |tx| {
        // Of two corrections at once the first to be noted is the one.
        crate::message::sql::lock(tx, note.corrects)?;
        if sql::is_corrected(tx, &note, now_ms - handing_in_ms)? {
            return Err(Problem::new(codes::CORRECTED));
        }
        let is_new = sql::put(tx, &note, now_ms)?;
        // Every taking away of a message is on record: it brings personal data.
        if is_new || act.name == TAKEN.name {
            let object = format!("message:{}", note.corrects);
            let detail = format!("新报文 guid {}", note.guid);
            audit::done(tx, now_ms, &actor, act, &object, &detail)?;
        }
        Ok(())
    });
    write.await
}

/// Hands a corrected message in. Its guid is a hash of the correction, so another message under it says
/// the same but for the time at which it was made: the first one stands, unless it was turned down.
///
/// # Errors
/// Those of intake; the same correction was turned down before.
async fn accept_once(
    api: &SubmitState,
    arrival: crate::message::Arrival,
) -> Result<AcceptedAnswer, Problem> {
    let (kind, guid) = (arrival.kind, arrival.guid.clone());
    let id = match accept(api, arrival).await {
        Ok(answer) if !answer.duplicate => return Ok(answer),
        Ok(answer) => MessageId::parse(&answer.id).ok_or(Problem::new(web::codes::NOT_FOUND))?,
        Err(problem) => {
            let first = problem.message_id.as_deref().and_then(MessageId::parse);
            first.ok_or(problem)?
        }
    };
    let context = &api.gate.context;
    let is_turned_down = context.read(move |tx| sql::is_turned_down(tx, id)).await?;
    if is_turned_down {
        let mut problem = Problem::new(codes::SAME_AGAIN);
        problem.message_id = Some(id.to_string());
        return Err(problem);
    }
    Ok(AcceptedAnswer {
        id: id.to_string(),
        acceptance_no: id.acceptance_no(),
        kind: kind.to_owned(),
        guid,
        received_at: beijing_rfc3339(store::id::made_at_ms(id.0)),
        duplicate: true,
    })
}

/// Corrects one message and declares it, or of its documents those with these numbers.
pub(super) async fn correct(
    api: &Arc<SubmitState>,
    actor: &Arc<Actor>,
    id: &str,
    edits: &[Edit],
    documents: &[usize],
) -> Result<CorrectionAccepted, RefusedCorrection> {
    let plain = |problem| (problem, Vec::new());
    let declarant = declarant(api, actor).await.map_err(plain)?;
    if declarant.company.suspended {
        return Err(plain(Problem::new(registry::api_key::codes::SUSPENDED)));
    }
    let mut original = original(api, actor, id).await.map_err(plain)?;
    original.keep(documents).map_err(plain)?;
    if declarant.signer(&original) == Signer::Company {
        return Err(plain(Problem::new(codes::OWN_SIGNATURE)));
    }
    let message = original.message.id;
    let of = Note::of(&original, declarant.company.id);
    let checked = corrected(api, actor, declarant, original, edits.to_vec()).await;
    let (made, findings) = checked.map_err(plain)?;
    if is_refused(&findings) {
        return Err((with_findings(&findings), findings));
    }
    let of = of.made(&made.guid);
    let noted = note(api, actor, of, CORRECT, HANDING_IN_MS).await;
    noted.map_err(plain)?;
    let new = MessageId(api.ids.next());
    let arrival = look(actor, Bytes::from(made.xml), new, api.clock.now_ms()).map_err(plain)?;
    let accepted = accept_once(api, arrival).await.map_err(plain)?;
    Ok(CorrectionAccepted {
        corrects: message.to_string(),
        accepted,
    })
}

pub(super) fn is_refused(findings: &[CorrectionFinding]) -> bool {
    let grave = Severity::Refuse.name();
    findings.iter().any(|one| one.finding.severity == grave)
}

pub(super) fn with_findings(findings: &[CorrectionFinding]) -> Problem {
    let grave = Severity::Refuse.name();
    let n_grave = findings
        .iter()
        .filter(|one| one.finding.severity == grave)
        .count();
    let detail = format!("更正后仍有 {n_grave} 处问题，尚未提交");
    Problem::new(crate::workbook::codes::FINDINGS).detail(detail)
}
