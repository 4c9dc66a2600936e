//! Makes the dictionaries with which messages and receipts are packed (压缩字典), of synthetic samples:
//!
//! ```text
//! cargo run --release -p exchange --example train_dictionaries -- crates/store/dictionaries
//! ```
//!
//! It makes one for every kind of message that has none, and one for envelopes, and writes `list.rs` anew. One that is
//! there is never made again, because what was packed with it must stay readable. A better one gets a new number:
//! `… -- crates/store/dictionaries CEB621`.
//!
//! A dictionary is to hold what all messages of a kind have in common, and nothing of what samples say: in what it is
//! made of, every value of more than four characters stands in other characters of its sort.

use ceb::matching::{Facts, Values};
use ceb::sample::{LocalTime, Sender, Spec, company, dxp_id, message, receipt};
use ceb::{Kind, ReturnStatus};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;
use store::pack::{DICTIONARIES, ENVELOPE, FACTS, PackDictionary};

/// Samples of each kind.
const SAMPLES: u64 = 600;

/// Largest dictionary of a kind, and of envelopes, in bytes.
const BYTES_MAX: usize = 12 << 10;
const ENVELOPE_BYTES_MAX: usize = 48 << 10;

/// Statuses and texts of receipts, as customs and the platform write them.
const ANSWERS: &[(i32, &str)] = &[
    (2, "电子口岸申报中"),
    (3, "发送海关成功"),
    (120, "海关入库成功"),
    (120, "逻辑校验通过"),
    (100, "海关退单"),
    (300, "人工审核"),
    (399, "海关审结"),
    (800, "放行"),
    (899, "结关"),
    (-621_004, "处理失败，清单已存在"),
    (-301_010, "处理失败，订单重复申报"),
];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let again: Vec<String> = arguments.collect();
    let folder = Path::new(&folder);
    let mut list: Vec<(u16, String, String)> = DICTIONARIES
        .iter()
        .map(|one| (one.number, one.subject.to_owned(), one.sha256.to_owned()))
        .collect();
    let subjects = Kind::ALL.iter().map(|kind| kind.code());
    let subjects = subjects.chain([ENVELOPE, FACTS]);
    for subject in subjects {
        let is_there = PackDictionary::of(subject).number() != 0;
        if is_there && !again.iter().any(|one| one == subject) {
            continue;
        }
        let (samples, bytes_max) = match Kind::from_code(subject) {
            Some(kind) => (samples(kind), BYTES_MAX),
            None if subject == ENVELOPE => (envelopes(), ENVELOPE_BYTES_MAX),
            None => (facts()?, BYTES_MAX),
        };
        let bytes = zstd::dict::from_samples(&samples, bytes_max)?;
        let number = list.iter().map(|one| one.0).max().unwrap_or(0) + 1;
        std::fs::write(folder.join(name(number, subject)), &bytes)?;
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
        list.push((number, subject.to_owned(), sha256));
    }
    std::fs::write(folder.join("../src/pack/list.rs"), list_of(&list)?)?;
    Ok(())
}

fn name(number: u16, subject: &str) -> String {
    format!("{number:04}-{}.dict", subject.to_lowercase())
}

/// The list of all dictionaries, as the crate `store` includes it.
fn list_of(list: &[(u16, String, String)]) -> anyhow::Result<String> {
    let mut text = format!(
        "//! The dictionaries in their order; written by the example `train_dictionaries` of the crate exchange, and never changed.\n\n\
         use super::dictionary::ShippedDictionary;\n\n\
         /// Every dictionary, the oldest first.\n\
         pub static DICTIONARIES: [ShippedDictionary; {}] = [\n",
        list.len()
    );
    for (number, subject, sha256) in list {
        let name = name(*number, subject);
        writeln!(
            text,
            "    ShippedDictionary::new(\n        {number},\n        \"{subject}\",\n        \"{sha256}\",\n        \
             include_bytes!(\"../../dictionaries/{name}\"),\n    ),"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn samples(kind: Kind) -> Vec<Vec<u8>> {
    (0..SAMPLES).map(|seed| sample(kind, seed)).collect()
}

fn sample(kind: Kind, seed: u64) -> Vec<u8> {
    let whose = company(seed % 97);
    let mut spec = Spec::new(kind, seed);
    spec.sender = Sender {
        dxp_id: dxp_id(&whose.customs_code),
        code: whose.customs_code,
        name: whose.name,
    };
    spec.n_lines = 1 + u32::try_from(seed % 5).unwrap_or(0);
    spec.now = LocalTime {
        day: 1 + u8::try_from(seed % 28).unwrap_or(0),
        ..spec.now
    };
    let declares = Kind::ALL.iter().find(|one| one.receipt() == Some(kind));
    let text = match declares {
        Some(declared) => {
            let at = usize::try_from(seed).unwrap_or(0) % ANSWERS.len();
            let (status, info) = ANSWERS[at];
            spec.kind = *declared;
            receipt(&spec, ReturnStatus(status), info)
        }
        None => message(&spec),
    };
    scrambled(&text, seed + 1, declares.is_some()).into_bytes()
}

/// What is compared of documents of all kinds, as the module `matching` stores it.
fn facts() -> anyhow::Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for kind in Kind::ALL.iter().filter(|kind| kind.is_declaration()) {
        for seed in 0..SAMPLES / 12 {
            let mut spec = Spec::new(*kind, seed);
            spec.n_lines = 1 + u32::try_from(seed % 3)?;
            let parsed = ceb::parse(message(&spec).as_bytes(), ceb::Profile::Strict);
            let documents = parsed.message.map(|message| message.documents);
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            for document in documents.unwrap_or_default() {
                let hash = |value: &str| {
                    scrambled(
                        "AbCdEfGhIjKlMnOpQrStUv0123",
                        seed ^ value.len() as u64,
                        false,
                    )
                };
                let facts = Facts::of(*kind, &document, &hash);
                let mut others = |values: &Values| -> Values {
                    let other = |(element, value): (&String, &String)| {
                        let value = value.chars().map(|one| other(one, &mut state)).collect();
                        (element.clone(), value)
                    };
                    values.iter().map(other).collect()
                };
                let head = others(&facts.head);
                let lines: Vec<Values> = facts.lines.iter().map(others).collect();
                all.push(serde_json::to_vec(&(head, lines))?);
            }
        }
    }
    Ok(all)
}

/// Envelopes with messages of all kinds, as their runs of Base64 are packed: as the bytes that they stand for.
fn envelopes() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        for seed in 0..SAMPLES / 12 {
            let data = sample(*kind, seed);
            let sealed = ceb::envelope::seal(&ceb::envelope::Envelope {
                cop_msg_id: format!("TG{:013X}", seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12),
                sender_id: format!("DXPENT{:010}", seed * 7_919),
                receiver_ids: vec!["DXPEDCCEB0000002".to_owned()],
                creat_time: format!("2026-01-{:02}T09:30:{:02}", 1 + seed % 28, seed % 60),
                msg_type: kind.root().to_owned(),
                data: data.clone(),
                node: Some(ceb::envelope::Node {
                    msg_id: format!("00000000202601050930{seed:02}{:010}", seed * 104_729),
                    sub_msg_id: None,
                    send_time: format!("2026-01-{:02}T09:30:{:02}", 1 + seed % 28, seed % 60),
                    end_node: "CUSTOMS".to_owned(),
                    sta_node: "TONGGUAN".to_owned(),
                }),
                add_info: None,
            });
            let text = String::from_utf8_lossy(&sealed);
            if let Some((before, rest)) = text.split_once("Data>")
                && let Some((_, behind)) = rest.split_once('<')
            {
                all.push([before.as_bytes(), b"Data>", &data, b"<", behind.as_bytes()].concat());
            }
        }
    }
    all
}

/// A message with other characters of their sort in its values, but for short codes and the texts of receipts.
fn scrambled(xml: &str, seed: u64, is_receipt: bool) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = String::with_capacity(xml.len());
    for part in xml.split_inclusive('>') {
        let (value, tag) = part.split_at(part.find('<').unwrap_or(0));
        let is_code = value.len() <= 4 && value.is_ascii();
        let is_answer = is_receipt && tag.ends_with("returnInfo>");
        match is_code || is_answer {
            true => out.push_str(value),
            false => out.extend(value.chars().map(|one| other(one, &mut state))),
        }
        out.push_str(tag);
    }
    out
}

fn other(one: char, state: &mut u64) -> char {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let n = u32::try_from(*state >> 33).unwrap_or(0);
    let within = |from: char, count: u32| char::from_u32(u32::from(from) + n % count);
    match one {
        '0'..='9' => within('0', 10),
        'a'..='z' => within('a', 26),
        'A'..='Z' => within('A', 26),
        '一'..='龥' => within('一', 20_000),
        _ => None,
    }
    .unwrap_or(one)
}
