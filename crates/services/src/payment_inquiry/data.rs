//! Payment data as a company hands them in: every field of the announcement is checked, everything
//! wrong is told at once, and what is right becomes the very text that customs will get.
//!
//! The text is written here once and never again: the amount keeps its decimals (5.0 stays 5.0), the
//! members stand in the announcement's order, and its spelling (`inital…`) is kept.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// Payments in one call.
pub const ITEMS_MAX: usize = 100;

/// Orders of one payment.
const ORDERS_MAX: usize = 100;

/// Goods of one order.
const GOODS_MAX: usize = 500;

/// Findings that are told of one payment.
const FINDINGS_MAX: usize = 100;

/// A field of the announcement: name, longest value in characters, whether it must be there.
type PaymentField = (&'static str, usize, bool);

const HEAD: [PaymentField; 8] = [
    ("initalRequest", 8000, true),
    ("initalResponse", 8000, true),
    ("ebpCode", 18, true),
    ("payCode", 18, true),
    ("payTransactionId", 60, true),
    ("currency", 4, true),
    ("verDept", 1, true),
    ("tradingTime", 14, true),
];

/// The members of the head in the order of the announcement; `guid` comes before them.
const HEAD_ORDER: [&str; 11] = [
    "initalRequest",
    "initalResponse",
    "ebpCode",
    "payCode",
    "payTransactionId",
    "totalAmount",
    "currency",
    "verDept",
    "payType",
    "tradingTime",
    "note",
];

/// What the announcement has beside head and orders, and the platform makes when it uploads.
const OF_UPLOAD: [&str; 4] = ["sessionID", "serviceTime", "certNo", "signValue"];

const HEAD_OPTIONAL: [PaymentField; 2] = [("payType", 1, false), ("note", 1000, false)];

const ORDER: [PaymentField; 4] = [
    ("orderNo", 60, true),
    ("recpAccount", 60, true),
    ("recpCode", 18, false),
    ("recpName", 100, true),
];

const GOODS: [PaymentField; 2] = [("gname", 250, true), ("itemLink", 3000, true)];

/// What is wrong with a payment (支付数据问题).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
pub struct PaymentFinding {
    /// Where: a JSON pointer into the item.
    #[schema(example = "/payExchangeInfoHead/currency")]
    pub path: String,
    /// `refuse`: the payment was not stored; `warn`: it was, and this should be known.
    #[schema(example = "refuse")]
    pub severity: &'static str,
    /// What is wrong and what to do, in Chinese.
    pub text: String,
}

impl PaymentFinding {
    /// One for which the payment is not stored.
    pub(super) fn refuse(path: &str, text: &str) -> Self {
        Self::new(path, ceb::Severity::Refuse, text)
    }

    fn new(path: &str, severity: ceb::Severity, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            severity: severity.name(),
            text: text.to_owned(),
        }
    }
}

/// A payment, ready to be stored (支付数据).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentData {
    /// Number of the payment transaction.
    pub transaction_no: String,
    /// Code of the payment company.
    pub pay_code: String,
    /// Code of the platform.
    pub ebp_code: String,
    /// The amount as it was written.
    pub total_amount: String,
    /// Currency.
    pub currency: String,
    /// Time of the payment: `yyyyMMddHHmmss`.
    pub trading_time: String,
    /// The orders that it paid for.
    pub order_nos: Vec<String>,
    /// The head without its guid, as JSON text: from the first member to the closing brace.
    pub head_rest: String,
    /// The orders as JSON text.
    pub lists: String,
}

impl PaymentData {
    /// What makes a repetition the same payment.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.head_rest.len().to_be_bytes());
        hasher.update(&self.head_rest);
        hasher.update(&self.lists);
        hasher.finalize().into()
    }
}

/// The items of a call, each as its own text.
///
/// # Errors
/// What is wrong with the whole, in Chinese.
pub fn items(body: &[u8]) -> Result<Vec<Box<RawValue>>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct PaymentJson {
        items: Vec<Box<RawValue>>,
    }
    let body: PaymentJson = serde_json::from_slice(body)
        .map_err(|error| format!("不是所要求的 JSON：{}", web::in_chinese(&error.to_string())))?;
    if body.items.is_empty() || body.items.len() > ITEMS_MAX {
        return Err(format!("items 应有 1 至 {ITEMS_MAX} 笔"));
    }
    Ok(body.items)
}

/// Reads a payment, with what should be known about it although it is stored.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(item: &RawValue) -> Result<(PaymentData, Vec<PaymentFinding>), Vec<PaymentFinding>> {
    let mut reader = PaymentReader::default();
    let amount = amount_text(item);
    let whole: Value = serde_json::from_str(item.get()).unwrap_or_default();
    let Value::Object(whole) = whole else {
        return Err(vec![PaymentFinding::refuse("", "应为对象")]);
    };
    reader.only(
        "",
        &whole,
        &["payExchangeInfoHead", "payExchangeInfoLists"],
        &OF_UPLOAD,
    );
    let empty = Map::new();
    let head = match whole.get("payExchangeInfoHead") {
        Some(Value::Object(head)) => head,
        _ => {
            reader.refuse("/payExchangeInfoHead", "缺少支付信息表头");
            &empty
        }
    };
    reader.head(head, amount.as_deref());
    let order_nos = reader.lists(whole.get("payExchangeInfoLists"));
    reader.found.truncate(FINDINGS_MAX);
    let mut found = reader.found.iter();
    if found.any(|one| one.severity == ceb::Severity::Refuse.name()) {
        return Err(reader.found);
    }
    let text = |name: &str| {
        let value = head.get(name).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let total_amount = amount.unwrap_or_default();
    let lists = whole.get("payExchangeInfoLists").and_then(Value::as_array);
    let data = PaymentData {
        transaction_no: text("payTransactionId"),
        pay_code: text("payCode"),
        ebp_code: text("ebpCode"),
        currency: text("currency"),
        trading_time: text("tradingTime"),
        head_rest: head_text(head, &total_amount),
        lists: lists_text(lists.map(Vec::as_slice).unwrap_or_default()),
        total_amount,
        order_nos,
    };
    Ok((data, reader.found))
}

/// The amount as it was written, if it is a number.
fn amount_text(item: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Whole {
        #[serde(rename = "payExchangeInfoHead")]
        head: Head,
    }
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "totalAmount")]
        amount: Box<RawValue>,
    }
    let whole: Whole = serde_json::from_str(item.get()).ok()?;
    Some(whole.head.amount.get().to_owned())
}

/// Whether a number is one of `N19,5` above zero: digits, perhaps a point and up to five more.
fn is_amount(text: &str) -> bool {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    is_digits(whole)
        && is_digits(rest)
        && whole.len() <= 14
        && rest.len() <= 5
        && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

#[derive(Default)]
struct PaymentReader {
    found: Vec<PaymentFinding>,
}

impl PaymentReader {
    fn refuse(&mut self, path: &str, text: &str) {
        self.found.push(PaymentFinding::refuse(path, text));
    }

    /// Tells something for which the payment is not refused.
    fn warn(&mut self, path: &str, text: &str) {
        let finding = PaymentFinding::new(path, ceb::Severity::Warn, text);
        self.found.push(finding);
    }

    /// Members that the announcement does not know would not be signed by customs' rule. What the
    /// announcement has and the platform makes when it uploads is left out.
    fn only(&mut self, path: &str, object: &Map<String, Value>, known: &[&str], ours: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            let shown: String = name.chars().take(40).collect();
            let path = format!("{path}/{shown}");
            if ours.contains(&name.as_str()) {
                self.warn(&path, "由平台在上传海关时生成，提交的值不采用；请不要填写");
            } else {
                self.refuse(
                    &path,
                    "179 号公告的支付数据中没有这个字段（区分大小写），请删除",
                );
            }
        }
    }

    fn text(&mut self, path: &str, object: &Map<String, Value>, (name, max, must): PaymentField) {
        let at = format!("{path}/{name}");
        match object.get(name) {
            None | Some(Value::Null) if must => self.refuse(&at, "必填"),
            None => {}
            Some(Value::String(text)) => {
                let n_chars = text.chars().count();
                if must && text.trim().is_empty() {
                    self.refuse(&at, "必填，不能为空");
                } else if n_chars > max {
                    self.refuse(&at, &format!("最长 {max} 个字符，现为 {n_chars} 个"));
                }
            }
            Some(_) => self.refuse(&at, "应为文本（用双引号）"),
        }
    }

    fn head(&mut self, head: &Map<String, Value>, amount: Option<&str>) {
        let path = "/payExchangeInfoHead";
        self.only(path, head, &HEAD_ORDER, &["guid"]);
        for field in HEAD.into_iter().chain(HEAD_OPTIONAL) {
            self.text(path, head, field);
        }
        match amount {
            None => self.refuse(&format!("{path}/totalAmount"), "必填"),
            Some(text) if text.starts_with('"') => {
                self.refuse(&format!("{path}/totalAmount"), "应为数字，不加双引号");
            }
            Some(text) if !is_amount(text) => {
                let text = "应为大于零的数，整数最多 14 位、小数最多 5 位，不用指数写法";
                self.refuse(&format!("{path}/totalAmount"), text);
            }
            Some(_) => {}
        }
        let value = |name: &str| head.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_one_of = |name: &str, known: &[&str]| {
            let value = value(name);
            value.is_empty() || known.contains(&value)
        };
        self.currency(&format!("{path}/currency"), value("currency"));
        if !is_one_of("verDept", &["1", "2", "3"]) {
            self.refuse(
                &format!("{path}/verDept"),
                "验核机构应为 1（银联）、2（网联）或 3（其他）",
            );
        }
        if !is_one_of("payType", &["1", "2", "3", "4"]) {
            self.refuse(
                &format!("{path}/payType"),
                "支付类型应为 1（APP）、2（PC）、3（扫码）或 4（其他）",
            );
        }
        let time = value("tradingTime");
        if !time.is_empty() && !is_time(time) {
            self.refuse(
                &format!("{path}/tradingTime"),
                "交易成功时间应为 14 位数字 yyyyMMddHHmmss",
            );
        }
    }

    /// The announcement has a code of customs' table; retail import is paid in yuan as a rule, and that rule is
    /// not the announcement's.
    fn currency(&mut self, path: &str, value: &str) {
        let is_code = value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_digit());
        if !value.is_empty() && !is_code {
            self.refuse(
                path,
                "应为海关币制代码，3 位数字，例如 142（人民币）、502（美元）",
            );
        } else if is_code && value != "142" {
            let name = ceb::code_table::chinese(ceb::code_table::CodeTable::Currency, value);
            let name = name.map_or_else(String::new, |name| format!("（{name}）"));
            let text = format!(
                "币制为 {value}{name}，已保存；跨境零售进口的订单和支付单以 142（人民币）申报，请核对"
            );
            self.warn(path, &text);
        }
    }

    fn lists(&mut self, lists: Option<&Value>) -> Vec<String> {
        let path = "/payExchangeInfoLists";
        let Some(Value::Array(orders)) = lists else {
            self.refuse(path, "缺少订单信息");
            return Vec::new();
        };
        if orders.is_empty() || orders.len() > ORDERS_MAX {
            self.refuse(path, &format!("应有 1 至 {ORDERS_MAX} 个订单"));
            return Vec::new();
        }
        let mut order_nos: Vec<String> = Vec::with_capacity(orders.len());
        for (at, order) in orders.iter().enumerate() {
            let path = format!("{path}/{at}");
            let Value::Object(order) = order else {
                self.refuse(&path, "应为对象");
                continue;
            };
            self.only(
                &path,
                order,
                &[
                    "orderNo",
                    "goodsInfo",
                    "recpAccount",
                    "recpCode",
                    "recpName",
                ],
                &[],
            );
            for field in ORDER {
                self.text(&path, order, field);
            }
            self.goods(&path, order.get("goodsInfo"));
            let order_no = order.get("orderNo").and_then(Value::as_str);
            let order_no = order_no.unwrap_or_default().to_owned();
            if order_nos.contains(&order_no) {
                self.refuse(&format!("{path}/orderNo"), "同一笔支付中订单编号重复");
            }
            order_nos.push(order_no);
        }
        order_nos
    }

    fn goods(&mut self, path: &str, goods: Option<&Value>) {
        let path = format!("{path}/goodsInfo");
        let Some(Value::Array(goods)) = goods else {
            self.refuse(&path, "缺少商品信息");
            return;
        };
        if goods.is_empty() || goods.len() > GOODS_MAX {
            self.refuse(&path, &format!("应有 1 至 {GOODS_MAX} 项商品"));
            return;
        }
        for (at, one) in goods.iter().enumerate() {
            let path = format!("{path}/{at}");
            let Value::Object(one) = one else {
                self.refuse(&path, "应为对象");
                continue;
            };
            self.only(&path, one, &["gname", "itemLink"], &[]);
            for field in GOODS {
                self.text(&path, one, field);
            }
        }
    }
}

/// Whether a text is a time `yyyyMMddHHmmss` that a clock could show.
fn is_time(text: &str) -> bool {
    if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let part = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(u32::MAX);
    (2000..=2999).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8))
        && part(8..10) < 24
        && part(10..12) < 60
        && part(12..14) < 60
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn head_text(head: &Map<String, Value>, amount: &str) -> String {
    let mut members = Vec::with_capacity(HEAD_ORDER.len());
    for name in HEAD_ORDER {
        if name == "totalAmount" {
            members.push(format!("\"totalAmount\":{amount}"));
        } else if let Some(text) = head.get(name).and_then(Value::as_str) {
            members.push(format!("\"{name}\":{}", quoted(text)));
        }
    }
    format!("{}}}", members.join(","))
}

fn lists_text(orders: &[Value]) -> String {
    let member = |object: &Value, name: &str| {
        let text = object.get(name).and_then(Value::as_str)?;
        Some(format!("\"{name}\":{}", quoted(text)))
    };
    let orders: Vec<String> = orders
        .iter()
        .map(|order| {
            let goods = order.get("goodsInfo").and_then(Value::as_array);
            let goods: Vec<String> = goods
                .into_iter()
                .flatten()
                .map(|one| {
                    let members: Vec<String> = ["gname", "itemLink"]
                        .into_iter()
                        .filter_map(|name| member(one, name))
                        .collect();
                    format!("{{{}}}", members.join(","))
                })
                .collect();
            let mut members: Vec<String> = member(order, "orderNo").into_iter().collect();
            members.push(format!("\"goodsInfo\":[{}]", goods.join(",")));
            for name in ["recpAccount", "recpCode", "recpName"] {
                members.extend(member(order, name));
            }
            format!("{{{}}}", members.join(","))
        })
        .collect();
    format!("[{}]", orders.join(","))
}
