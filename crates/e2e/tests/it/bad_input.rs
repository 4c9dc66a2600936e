//! Bad input: each gets a clear answer, loses nothing and harms nobody.

use crate::http::{Client, Connection};
use crate::platform::{Place, Platform};
use crate::samples;
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use std::time::{Duration, Instant};

/// Most memory that the process may ever use while it handles a message of 8 MB, in KiB.
const MEMORY_KIB_MAX: u64 = 300 << 10;

/// What should become of some bytes.
enum Verdict {
    /// Not accepted at all: status and code of the problem.
    Problem(u16, &'static str),
    /// Accepted, and refused by the check with (at least) these findings.
    Findings(&'static [&'static str]),
    /// Accepted, and settled like any other.
    Good,
}

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    verdict: Verdict,
}

fn case(name: &'static str, bytes: impl Into<Vec<u8>>, verdict: Verdict) -> Case {
    Case {
        name,
        bytes: bytes.into(),
        verdict,
    }
}

fn replaced(good: &str, from: &str, to: &str) -> String {
    assert!(good.contains(from), "the sample has no {from}");
    good.replacen(from, to, 1)
}

/// Bytes that are not even a message.
fn not_messages(good: &dyn Fn(u64) -> String) -> Vec<Case> {
    use Verdict::Problem;
    let utf16: Vec<u8> = "\u{feff}<?xml version=\"1.0\"?><a/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    // 中 in GBK.
    let mut gbk = good(100).into_bytes();
    let at = gbk.iter().position(|byte| *byte >= 0x80).unwrap();
    gbk.splice(at..at + 3, [0xD6, 0xD0]);
    let bomb = "<!DOCTYPE b [<!ENTITY a \"ha\"><!ENTITY c \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE b SYSTEM \"file:///etc/passwd\">";
    let with = |doctype: &str| replaced(&good(101), "?>", &format!("?>{doctype}"));
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let cut = good(102);
    let declared = replaced(&good(103), "UTF-8", "ISO-8859-1");
    let short_guid = samples::guid(&good(104));
    vec![
        case("nothing", "", Problem(400, "TG-E1001")),
        case("blanks", " \r\n\t ", Problem(400, "TG-E1001")),
        case("not XML", "guid=1&kind=CEB311", Problem(400, "TG-E1002")),
        case("JSON", "{\"xml\":\"<a/>\"}", Problem(422, "TG-R4405")),
        case("zeros", vec![0; 4096], Problem(400, "TG-E1002")),
        case(
            "a zip file",
            b"PK\x03\x04\x14\x00\x08\x00".as_slice(),
            Problem(400, "TG-R4402"),
        ),
        case("GBK", gbk, Problem(400, "TG-E1003")),
        case("UTF-16", utf16, Problem(400, "TG-E1004")),
        case("declared as Latin 1", declared, Problem(400, "TG-E1018")),
        case("an entity bomb", with(bomb), Problem(400, "TG-E1005")),
        case(
            "an entity from outside",
            with(outside),
            Problem(400, "TG-E1005"),
        ),
        case("nesting without end", deep, Problem(400, "TG-E1007")),
        case(
            "cut in the middle",
            &cut[..cut.len() / 2],
            Problem(400, "TG-E1011"),
        ),
        case(
            "cut at the last byte",
            &cut[..cut.trim_end().len() - 1],
            Problem(400, "TG-E1011"),
        ),
        case(
            "a root of no namespace",
            "<Order/>",
            Problem(400, "TG-E1007"),
        ),
        case(
            "a kind that does not exist",
            good(105).replace("CEB311Message", "CEB999Message"),
            Problem(400, "TG-E1006"),
        ),
        case(
            "a foreign namespace",
            replaced(&good(106), "http://www.chinaport.gov.cn/ceb", "urn:other"),
            Problem(400, "TG-E1007"),
        ),
        case(
            "a guid of 35 characters",
            replaced(&good(104), &short_guid, &short_guid[1..]),
            Problem(400, "TG-E1009"),
        ),
    ]
}

/// Messages with mistakes in them, and some that only look wrong.
fn messages(good: &dyn Fn(u64) -> String, sender: &Sender) -> Vec<Case> {
    use Verdict::{Findings, Good, Problem};
    let head = "<ceb:OrderHead>";
    let deep = format!(
        "{head}{}{}",
        "<ceb:a>".repeat(10_000),
        "</ceb:a>".repeat(10_000)
    );
    let order = "\t\t\t<ceb:appType>1</ceb:appType>\n";
    let moved = replaced(&good(201), order, "");
    let moved = replaced(
        &moved,
        "\t\t\t<ceb:orderType>",
        &format!("{order}\t\t\t<ceb:orderType>"),
    );
    let many = replaced(&good(202), "<ceb:appType>1<", "<ceb:appType>7<");
    let many = replaced(&many, "<ceb:orderType>I</ceb:orderType>", "");
    let many = replaced(&many, "<ceb:currency>142<", "<ceb:currency>dollar<");
    let amount = many.split_once("<ceb:goodsValue>").unwrap().1;
    let amount = amount.split_once('<').unwrap().0.to_owned();
    let many = replaced(&many, &format!("goodsValue>{amount}<"), "goodsValue>a lot<");
    vec![
        case("a byte order mark", format!("\u{feff}{}", good(203)), Good),
        case(
            "line ends of Windows",
            good(204).replace('\n', "\r\n"),
            Good,
        ),
        case(
            "a receipt",
            samples::message(Kind::Ceb312, sender, 205),
            Problem(400, "TG-R4001"),
        ),
        case(
            "nesting in a message",
            replaced(&good(206), head, &deep),
            Findings(&["TG-E1112"]),
        ),
        case("elements in another order", moved, Findings(&["TG-E1203"])),
        case(
            "several mistakes at once",
            many,
            Findings(&["TG-E1201", "TG-E1207"]),
        ),
        case(
            "101 documents",
            with_101_documents(sender),
            Findings(&["TG-E1212"]),
        ),
        case(
            "tags that do not fit",
            replaced(&good(207), "</ceb:orderNo>", "</ceb:orderNumber>"),
            Findings(&["TG-E1102"]),
        ),
        case(
            "an entity that nobody defined",
            replaced(&good(208), "<ceb:appType>1<", "<ceb:appType>&lol;<"),
            Findings(&["TG-E1106"]),
        ),
    ]
}

fn with_101_documents(sender: &Sender) -> String {
    let hundred = ceb::sample::message(&Spec {
        n_documents: 100,
        n_lines: 1,
        ..samples::spec(Kind::Ceb311, sender, 300)
    });
    let one = samples::message(Kind::Ceb311, sender, 301);
    let begin = one.find("<ceb:Order>").unwrap();
    let end = one.find("</ceb:Order>").unwrap() + "</ceb:Order>".len();
    replaced(
        &hundred,
        "<ceb:Order>",
        &format!("{}<ceb:Order>", &one[begin..end]),
    )
}

#[test]
fn bad_bytes_get_a_clear_answer_and_harm_nobody() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let good = |seed| samples::message(Kind::Ceb311, &sender, seed);
    let mut cases = not_messages(&good);
    cases.extend(messages(&good, &sender));
    let mut wrong = Vec::new();
    for (case, seed) in cases.iter().zip(1000..) {
        if let Err(why) = judge(&company, case) {
            wrong.push(format!("{}: {why}", case.name));
        }
        assert!(platform.is_ready(), "not ready after {}", case.name);
        let id = company.accepted(good(seed).as_bytes());
        company.until_state(&id, "settled");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(platform.n_parked(), 0.0);
    assert_eq!(platform.metric("tongguan_panics_total "), 0.0);
}

fn judge(company: &Client, case: &Case) -> Result<(), String> {
    let before = company.list().len();
    let answer = company.submit(&case.bytes);
    let result = (answer.status, answer.code());
    match &case.verdict {
        Verdict::Problem(status, code) => {
            if result != (*status, (*code).to_owned()) {
                return Err(format!("answered {result:?}"));
            }
            let problem = answer.json();
            for name in ["title", "advice", "type"] {
                let text = problem[name].as_str().unwrap_or_default();
                if text.is_empty() {
                    return Err(format!("no {name}"));
                }
            }
            if company.list().len() != before {
                return Err("it was stored".to_owned());
            }
        }
        Verdict::Findings(codes) => {
            if result.0 != 202 {
                return Err(format!("answered {result:?}"));
            }
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let detail = company.until_state(&id, "refused");
            let findings = detail["findings"].as_array().unwrap();
            let found: Vec<&str> = findings
                .iter()
                .map(|f| f["code"].as_str().unwrap())
                .collect();
            if codes.iter().any(|code| !found.contains(code)) {
                return Err(format!("found {found:?}"));
            }
            let complete = ["path", "text", "advice"];
            for finding in findings {
                if complete
                    .iter()
                    .any(|name| finding[*name].as_str().unwrap().is_empty())
                {
                    return Err(format!("incomplete: {finding}"));
                }
            }
            // The company finds the refusal among its receipts too, once.
            let receipts = detail["receipts"].as_array().unwrap();
            if receipts.len() != 1 || receipts[0]["kind"] != "CEB900" {
                return Err(format!("receipts {receipts:?}"));
            }
            let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
            if stored.body != case.bytes {
                return Err("other bytes were stored".to_owned());
            }
        }
        Verdict::Good => {
            if result.0 != 202 {
                return Err(format!("answered {result:?}"));
            }
            company.until_state(answer.json()["id"].as_str().unwrap(), "settled");
        }
    }
    Ok(())
}

#[test]
fn a_message_of_eight_megabytes_is_legal_and_memory_stays_bounded() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let orders = ceb::sample::message(&Spec {
        n_documents: 100,
        n_lines: 60,
        ..samples::spec(Kind::Ceb311, &sender, 1)
    });
    // Long descriptions, as some sellers write them.
    let described = "</ceb:itemDescribe>";
    let n_more = (8_000_000 - orders.len()).div_ceil(orders.matches(described).count());
    let big = orders.replace(described, &format!("{}{described}", "a".repeat(n_more)));
    assert!(big.len() >= 8_000_000);
    assert!(big.len() < 10_000_000, "{} bytes", big.len());
    let id = company.accepted(big.as_bytes());
    let detail = company.until_state(&id, "settled");
    assert_eq!(detail["nDocuments"], 100, "{detail:#}");
    assert_eq!(company.statuses(&id).len(), 300);
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert!(stored.body == big.as_bytes());
    let peak = platform.process.memory_kib("VmHWM:");
    println!("peak memory {} MiB for {} bytes", peak >> 10, big.len());
    assert!(peak < MEMORY_KIB_MAX, "{peak} KiB");
}

#[test]
fn more_than_the_limit_is_too_large() {
    let place = Place::new().with("TONGGUAN_INTAKE__MESSAGE_BYTES_MAX", "100000");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let good = samples::message(Kind::Ceb311, &sender, 1);
    let padded = |n_bytes: usize| format!("{good}{}", " ".repeat(n_bytes - good.len()));
    let refused = company.submit(padded(100_001).as_bytes());
    assert_eq!((refused.status, refused.code().as_str()), (413, "TG-R4130"));
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("100000")
    );
    // Announced as far too large, it is refused before it is read.
    let head = head(&company, "content-length: 99999999999");
    let mut connection = platform.connect();
    connection.write(head.as_bytes()).unwrap();
    assert_eq!(connection.read().unwrap().status, 413);
    // In chunks nothing is announced: it is read up to the limit and no further.
    let mut connection = platform.connect();
    let mut chunked = self::head(&company, "transfer-encoding: chunked").into_bytes();
    for _ in 0..11 {
        chunked.extend(b"2710\r\n");
        chunked.extend([b' '; 10_000]);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    // The platform may hang up while we still write.
    let _ = connection.write(&chunked);
    assert_eq!(connection.read().unwrap().code(), "TG-R4130");
    assert!(company.list().is_empty());
    let id = company.accepted(padded(100_000).as_bytes());
    company.until_state(&id, "settled");
}

fn head(company: &Client, more: &str) -> String {
    let Client { address, key } = company;
    format!(
        "POST /api/v1/messages HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         {more}\r\n\r\n"
    )
}

#[test]
fn a_body_in_chunks_is_as_good_as_any() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let mut request = head(&company, "transfer-encoding: chunked").into_bytes();
    for chunk in xml.as_bytes().chunks(1000) {
        request.extend(format!("{:x}\r\n", chunk.len()).bytes());
        request.extend(chunk);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    let mut connection = platform.connect();
    connection.write(&request).unwrap();
    let answer = connection.read().unwrap().expect(202);
    let id = answer["id"].as_str().unwrap();
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert_eq!(stored.body, xml.as_bytes());
    company.until_state(id, "settled");
}

#[test]
fn liars_and_dawdlers_on_the_wire_harm_nobody() {
    let place = Place::new()
        .with("TONGGUAN_INTAKE__BODY_MS_MAX", "300")
        .with("TONGGUAN_INTAKE__BATCH_BYTES_MAX", "1000000")
        .with("TONGGUAN_INTAKE__MESSAGE_BYTES_MAX", "1000000")
        .with("TONGGUAN_INTAKE__WAITING_BYTES_MAX", "2000000");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let open = || Connection::open(&company.address).unwrap();

    // More announced than sent, and then nothing: the caller is told after a while.
    let mut connection = open();
    let long = head(&company, &format!("content-length: {}", xml.len() + 10));
    connection.write(format!("{long}{xml}").as_bytes()).unwrap();
    let begun = Instant::now();
    let answer = connection.read().unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (408, "TG-R4080"));
    assert!(begun.elapsed() < Duration::from_secs(5));

    // More announced than sent, and gone: the room for the body is given back every time.
    for _ in 0..20 {
        let mut connection = open();
        let half = format!(
            "{}{}",
            head(&company, "content-length: 900000"),
            &xml[..500]
        );
        connection.write(half.as_bytes()).unwrap();
    }

    // Less announced than sent: half a message is no message, and the rest is no request.
    let mut connection = open();
    let short = head(&company, &format!("content-length: {}", xml.len() - 100));
    connection
        .write(format!("{short}{xml}").as_bytes())
        .unwrap();
    assert_eq!(connection.read().unwrap().code(), "TG-E1011");
    assert!(
        connection
            .read()
            .map_or(true, |answer| answer.status == 400)
    );

    let id = garbage_on_the_wire(&company, &xml);

    // Callers who connect and say nothing take nobody's place.
    let silent: Vec<Connection> = (0..100).map(|_| open()).collect();
    assert!(platform.is_ready());
    company.until_state(&id, "settled");
    let next = company.accepted(samples::message(Kind::Ceb311, &sender, 2).as_bytes());
    company.until_state(&next, "settled");
    drop(silent);
    assert_eq!(company.list().len(), 2);
    assert_eq!(platform.metric("tongguan_panics_total "), 0.0);
}

/// Sends a good message and much that is none; answers the id of the good one.
fn garbage_on_the_wire(company: &Client, xml: &str) -> String {
    let open = || Connection::open(&company.address).unwrap();
    // Garbage behind a good request does not spoil its answer.
    let mut connection = open();
    let good = head(company, &format!("content-length: {}", xml.len()));
    let noise = "\x01\x02 garbage \r\n\r\n".repeat(100);
    connection
        .write(format!("{good}{xml}{noise}").as_bytes())
        .unwrap();
    let id = connection.read().unwrap().expect(202)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        connection
            .read()
            .map_or(true, |answer| answer.status == 400)
    );

    // Requests that are none at all.
    let endless = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20));
    let headers = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(10_000));
    let lengths = head(company, "content-length: 1\r\ncontent-length: 2");
    for nonsense in [
        "\0\0\0\0\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
        &endless,
        &headers,
        &lengths,
    ] {
        let mut connection = open();
        let _ = connection.write(nonsense.as_bytes());
        let answer = connection.read();
        assert!(answer.map_or(true, |answer| (400..500).contains(&answer.status)));
    }
    assert_eq!(
        company
            .try_call("DELETE", "/api/v1/messages", b"")
            .unwrap()
            .code(),
        "TG-R4050"
    );
    assert_eq!(company.get("/api/v2/messages").code(), "TG-R4040");
    id
}
