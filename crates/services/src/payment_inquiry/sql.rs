//! Every statement on `payment_data`, `payment_order` and `payment_inquiry`.

use super::data::PaymentData;
use super::upload::PAUSE_MS_MAX;
use super::{Inquiry, InquiryState, Payment};
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use store::clock::SKEW_MS;
use store::{Error, Many, Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// Three years, the longest that three years can be, in milliseconds.
pub(super) const KEEP_MS: i64 = 1096 * 86_400_000;

const PAYMENT: &str = "id, company_id, transaction_no, pay_code, ebp_code, total_amount, currency, \
                       trading_time, n_orders, created_at, changed_at, keep_until";

const INQUIRY: &str = "id, company_id, session_no, order_no, service_time, received_at, due_at, \
                       state, reason, payment_id, n_tries, next_at, sealed, certificate_no, \
                       method, answer_code, answer_text, ended_at";

/// Id and hash of the payment with this transaction number.
pub(super) fn by_transaction(
    tx: &mut Tx<'_>,
    company: CompanyId,
    pay_code: &str,
    transaction_no: &str,
) -> Result<Option<(i64, Vec<u8>)>> {
    tx.query_opt(
        "select id, hash from payment_data where company_id = $1 and pay_code = $2 \
         and transaction_no = $3",
        &[company.0.into(), pay_code.into(), transaction_no.into()],
    )?
    .map(|row| Ok((row.int(0)?, row.bytes(1)?)))
    .transpose()
}

/// Stores a payment, or what takes its place.
pub(super) fn put(
    tx: &mut Tx<'_>,
    id: i64,
    company: CompanyId,
    payment: &PaymentData,
    hash: &[u8],
    sealed: &[u8],
    now_ms: i64,
) -> Result<()> {
    let n_orders = i64::try_from(payment.order_nos.len()).unwrap_or(i64::MAX);
    tx.execute(
        "insert into payment_data (id, company_id, transaction_no, pay_code, ebp_code, \
         total_amount, currency, trading_time, n_orders, hash, sealed, created_at, changed_at, \
         keep_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13) \
         on conflict (id) do update set ebp_code = excluded.ebp_code, \
         total_amount = excluded.total_amount, currency = excluded.currency, \
         trading_time = excluded.trading_time, n_orders = excluded.n_orders, \
         hash = excluded.hash, sealed = excluded.sealed, changed_at = excluded.changed_at, \
         keep_until = excluded.keep_until",
        &[
            id.into(),
            company.0.into(),
            (&payment.transaction_no).into(),
            (&payment.pay_code).into(),
            (&payment.ebp_code).into(),
            (&payment.total_amount).into(),
            (&payment.currency).into(),
            (&payment.trading_time).into(),
            n_orders.into(),
            hash.into(),
            sealed.into(),
            now_ms.into(),
            (now_ms + KEEP_MS).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn put_orders(
    tx: &mut Tx<'_>,
    id: i64,
    company: CompanyId,
    order_nos: &[String],
) -> Result<()> {
    const ORDERS: Many = Many {
        before: "insert into payment_order (company_id, order_no, payment_id) values ",
        row: "(?, ?, ?)",
        after: "",
    };
    tx.execute(
        "delete from payment_order where payment_id = $1",
        &[id.into()],
    )?;
    let rows: Vec<Vec<Value<'_>>> = order_nos
        .iter()
        .map(|order_no| vec![company.0.into(), order_no.into(), id.into()])
        .collect();
    tx.many(ORDERS, &[], &rows).map(|_| ())
}

/// The payment that paid for an order.
pub(super) fn payment_of_order(
    tx: &mut Tx<'_>,
    company: CompanyId,
    order_no: &str,
) -> Result<Option<i64>> {
    tx.query_opt(
        "select payment_id from payment_order where company_id = $1 and order_no = $2",
        &[company.0.into(), order_no.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}

pub(super) fn sealed(tx: &mut Tx<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    tx.query_opt(
        "select sealed from payment_data where id = $1",
        &[id.into()],
    )?
    .map(|row| row.bytes(0))
    .transpose()
}

/// Whether customs have got this payment, or may have: it was put into an upload.
pub(super) fn is_uploaded(tx: &mut Tx<'_>, payment: i64) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from payment_inquiry where payment_id = $1 and state <> 'failed' limit 1",
        &[payment.into()],
    )?;
    Ok(found.is_some())
}

/// What the list of payments is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct PaymentFilter {
    /// Number of an order.
    pub order_no: Option<String>,
    /// Number of the payment transaction.
    pub transaction_no: Option<String>,
    /// Its id.
    pub id: Option<i64>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The payments of the companies in sight under a filter.
fn payment_rows<'a>(sight: &'a Sight, filter: &'a PaymentFilter) -> ListRows<'a> {
    let mut rows = ListRows::seen("from payment_data", |args| {
        visible(sight, "company_id", args)
    });
    rows.and(
        "id in (select o.payment_id from payment_order o \
         where o.company_id = payment_data.company_id and o.order_no = ?)",
        filter.order_no.as_deref(),
    );
    rows.and_indexed("transaction_no = ?", filter.transaction_no.as_deref());
    rows.and_indexed("id = ?", filter.id);
    rows
}

/// A page of the payments of the companies in sight.
pub fn payments(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &PaymentFilter,
    limit: i64,
) -> Result<Vec<Payment>> {
    let by = OrderBy::id("id", filter.begin.order == Age::Newest);
    let found =
        payment_rows(sight, filter).page(tx, PAYMENT, by, filter.begin.after.as_ref(), limit)?;
    found.iter().map(payment).collect()
}

/// How many payments of the companies in sight there are under a filter.
pub(super) fn total_payments(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &PaymentFilter,
) -> Result<Total> {
    payment_rows(sight, filter).count(tx)
}

fn payment(row: &Row) -> Result<Payment> {
    Ok(Payment {
        id: row.int(0)?,
        company_id: CompanyId(row.int(1)?),
        transaction_no: row.text(2)?,
        pay_code: row.text(3)?,
        ebp_code: row.text(4)?,
        total_amount: row.text(5)?,
        currency: row.text(6)?,
        trading_time: row.text(7)?,
        n_orders: row.int(8)?,
        created_at: row.int(9)?,
        changed_at: row.int(10)?,
        keep_until: row.int(11)?,
    })
}

/// Stores an inquiry, unless this session is known; answers the order number of the one known.
pub(super) fn receive(tx: &mut Tx<'_>, inquiry: &Inquiry) -> Result<Option<String>> {
    let inserted = tx.execute(
        "insert into payment_inquiry (id, company_id, session_no, order_no, service_time, \
         received_at, due_at, state, reason, n_tries, next_at, certificate_no, method, \
         answer_code, answer_text) \
         values ($1, $2, $3, $4, $5, $6, $7, 'waiting', '', 0, $6, '', '', '', '') \
         on conflict (company_id, session_no) do nothing",
        &[
            inquiry.id.into(),
            inquiry.company_id.0.into(),
            (&inquiry.session_no).into(),
            (&inquiry.order_no).into(),
            (&inquiry.service_time).into(),
            inquiry.received_at.into(),
            inquiry.due_at.into(),
        ],
    )?;
    if inserted > 0 {
        return Ok(None);
    }
    tx.query_opt(
        "select order_no from payment_inquiry where company_id = $1 and session_no = $2",
        &[inquiry.company_id.0.into(), (&inquiry.session_no).into()],
    )?
    .map(|row| row.text(0))
    .transpose()
}

/// Inquiries that are to be tried now, the most pressing first; also those whose next try lies so far
/// ahead that the clock must have been set back.
pub(super) fn due(tx: &mut Tx<'_>, now_ms: i64, limit: i64) -> Result<Vec<Inquiry>> {
    let sql = format!(
        "select {INQUIRY} from payment_inquiry where state = 'waiting' \
         and (next_at <= $1 or next_at > $2) order by next_at limit $3"
    );
    let never = now_ms + PAUSE_MS_MAX + SKEW_MS;
    tx.query(&sql, &[now_ms.into(), never.into(), limit.into()])?
        .iter()
        .map(inquiry_of)
        .collect()
}

/// Lets the inquiries about an order be tried at once.
pub(super) fn hurry(
    tx: &mut Tx<'_>,
    company: CompanyId,
    order_no: &str,
    now_ms: i64,
) -> Result<u64> {
    tx.execute(
        "update payment_inquiry set next_at = $1 where state = 'waiting' and company_id = $2 \
         and order_no = $3",
        &[now_ms.into(), company.0.into(), order_no.into()],
    )
}

/// Keeps what is about to be sent, as it will be sent.
pub(super) fn keep_upload(
    tx: &mut Tx<'_>,
    id: i64,
    (payment, sealed): (i64, &[u8]),
    (certificate_no, method): (&str, &str),
) -> Result<bool> {
    let n_changed = tx.execute(
        "update payment_inquiry set payment_id = $1, sealed = $2, certificate_no = $3, \
         method = $4 where id = $5 and state = 'waiting'",
        &[
            payment.into(),
            sealed.into(),
            certificate_no.into(),
            method.into(),
            id.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Notes that a try did not succeed, and when the next is.
pub(super) fn later(tx: &mut Tx<'_>, id: i64, reason: &str, next_at: i64) -> Result<()> {
    tx.execute(
        "update payment_inquiry set reason = $1, next_at = $2, n_tries = n_tries + 1 \
         where id = $3 and state = 'waiting'",
        &[reason.into(), next_at.into(), id.into()],
    )
    .map(|_| ())
}

/// Ends an inquiry with customs' answer.
pub(super) fn end(
    tx: &mut Tx<'_>,
    id: i64,
    (state, reason): (InquiryState, &str),
    (answer_code, answer_text): (&str, &str),
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update payment_inquiry set state = $1, reason = $2, answer_code = $3, \
         answer_text = $4, ended_at = $5, n_tries = n_tries + 1 \
         where id = $6 and state = 'waiting'",
        &[
            state.name().into(),
            reason.into(),
            answer_code.into(),
            answer_text.into(),
            now_ms.into(),
            id.into(),
        ],
    )
    .map(|_| ())
}

/// Keeps a payment three years from its upload on.
pub(super) fn keep_longer(tx: &mut Tx<'_>, payment: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "update payment_data set keep_until = $1 where id = $2 and keep_until < $1",
        &[(now_ms + KEEP_MS).into(), payment.into()],
    )
    .map(|_| ())
}

/// Puts a failed inquiry back, to be built anew.
pub(super) fn again(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update payment_inquiry set state = 'waiting', reason = '', next_at = $1, n_tries = 0, \
         sealed = null, payment_id = null, certificate_no = '', method = '', answer_code = '', \
         answer_text = '', ended_at = null where id = $2 and state = 'failed'",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_changed > 0)
}

/// What the list of inquiries is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct InquiryFilter {
    /// How they stand.
    pub state: Option<InquiryState>,
    /// The order asked for.
    pub order_no: Option<String>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The inquiries to the companies in sight under a filter.
fn inquiry_rows<'a>(sight: &'a Sight, filter: &'a InquiryFilter) -> ListRows<'a> {
    let mut rows = ListRows::seen("from payment_inquiry", |args| {
        visible(sight, "company_id", args)
    });
    rows.and("state = ?", filter.state.map(InquiryState::name));
    rows.and("order_no = ?", filter.order_no.as_deref());
    rows
}

/// A page of the inquiries to the companies in sight.
pub fn inquiries(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &InquiryFilter,
    limit: i64,
) -> Result<Vec<Inquiry>> {
    let by = OrderBy::id("id", filter.begin.order == Age::Newest);
    let found =
        inquiry_rows(sight, filter).page(tx, INQUIRY, by, filter.begin.after.as_ref(), limit)?;
    found.iter().map(inquiry_of).collect()
}

/// How many inquiries to the companies in sight there are under a filter.
pub(super) fn total_inquiries(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &InquiryFilter,
) -> Result<Total> {
    inquiry_rows(sight, filter).count(tx)
}

/// An inquiry to a company in sight.
pub fn inquiry(tx: &mut Tx<'_>, sight: &Sight, id: i64) -> Result<Option<Inquiry>> {
    let mut args: Vec<Value<'_>> = vec![id.into()];
    let and = visible(sight, "company_id", &mut args);
    let sql = format!("select {INQUIRY} from payment_inquiry where id = $1 and {and}");
    let found = tx.query_opt(&sql, &args)?;
    found.as_ref().map(inquiry_of).transpose()
}

fn inquiry_of(row: &Row) -> Result<Inquiry> {
    let state = row.text(7)?;
    Ok(Inquiry {
        id: row.int(0)?,
        company_id: CompanyId(row.int(1)?),
        session_no: row.text(2)?,
        order_no: row.text(3)?,
        service_time: row.text(4)?,
        received_at: row.int(5)?,
        due_at: row.int(6)?,
        state: InquiryState::from_name(&state)
            .ok_or_else(|| Error::Fault(format!("no state of inquiries: {state}")))?,
        reason: row.text(8)?,
        payment_id: row.int_opt(9)?,
        n_tries: row.int(10)?,
        next_at: row.int(11)?,
        sealed: row.bytes_opt(12)?,
        certificate_no: row.text(13)?,
        method: row.text(14)?,
        answer_code: row.text(15)?,
        answer_text: row.text(16)?,
        ended_at: row.int_opt(17)?,
    })
}

/// How many inquiries to the companies in sight are late or failed: all of them, and the late ones.
pub fn unsettled(tx: &mut Tx<'_>, sight: &Sight, now_ms: i64) -> Result<(i64, i64)> {
    let mut args: Vec<Value<'_>> = vec![now_ms.into()];
    let visible = visible(sight, "company_id", &mut args);
    let sql = format!(
        "select count(*), count(*) filter (where state = 'waiting') from payment_inquiry \
         where state <> 'uploaded' and (state = 'failed' or due_at < $1) and {visible}"
    );
    let found = tx.query_opt(&sql, &args)?;
    found.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Payments whose time is over.
pub(super) fn over(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<Vec<i64>> {
    tx.query(
        "select id from payment_data where keep_until < $1 order by keep_until limit $2",
        &[before_ms.into(), limit.into()],
    )?
    .iter()
    .map(|row| row.int(0))
    .collect()
}

/// Removes payments with their orders.
pub(super) fn remove(tx: &mut Tx<'_>, payments: &[i64]) -> Result<()> {
    const ORDERS: Many = Many {
        before: "delete from payment_order where payment_id in (",
        row: "?",
        after: ")",
    };
    const PAYMENTS: Many = Many {
        before: "delete from payment_data where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = payments.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(ORDERS, &[], &rows)?;
    tx.many(PAYMENTS, &[], &rows).map(|_| ())
}

/// Removes inquiries that ended before a moment; answers how many.
pub(super) fn remove_inquiries(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64> {
    tx.execute(
        "delete from payment_inquiry where id in (select id from payment_inquiry \
         where ended_at is not null and ended_at < $1 order by id limit $2)",
        &[before_ms.into(), limit.into()],
    )
}

/// The payment that an inquiry was answered with.
pub(super) fn uploaded_payment(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>> {
    let found = tx.query_opt(
        "select payment_id from payment_inquiry where id = $1",
        &[id.into()],
    )?;
    found.map_or(Ok(None), |row| row.int_opt(0))
}
