//! Each rule broken and kept, in every order of arrival.

mod goods;
mod parcels;

use super::*;
use crate::sample::{self, Spec};
use crate::{Profile, parse};

fn hash(text: &str) -> String {
    format!("h{}", text.chars().rev().collect::<String>())
}

/// Documents of one trade: kind, XML.
fn trade(kind: Kind) -> Vec<(Kind, String)> {
    sample::set(&Spec::new(kind, 5))
}

fn changed(
    trade: &[(Kind, String)],
    kind: Kind,
    element: &str,
    value: &str,
) -> Vec<(Kind, String)> {
    let change = |(of, xml): &(Kind, String)| {
        let (start, end) = (format!("<ceb:{element}>"), format!("</ceb:{element}>"));
        let from = xml.find(&start).filter(|_| *of == kind);
        let xml = from.map_or(xml.clone(), |from| {
            let from = from + start.len();
            let to = from + xml[from..].find(&end).unwrap();
            format!("{}{value}{}", &xml[..from], &xml[to..])
        });
        (*of, xml)
    };
    trade.iter().map(change).collect()
}

fn judged(trade: &[(Kind, String)]) -> Vec<(Kind, JudgedDocument)> {
    let parsed: Vec<Message> = trade
        .iter()
        .map(|(_, xml)| parse(xml.as_bytes(), Profile::Down).message.unwrap())
        .collect();
    let messages: Vec<&Message> = parsed.iter().collect();
    let judged = within(&messages, &hash);
    judged
        .into_iter()
        .map(|one| (messages[one.message].kind, one))
        .collect()
}

fn codes(trade: &[(Kind, String)]) -> Vec<String> {
    let found = judged(trade).into_iter().flat_map(|(kind, one)| {
        let findings = one.findings.into_iter();
        findings.map(move |finding| format!("{kind} {}", &finding.code[3..]))
    });
    let mut codes: Vec<String> = found.collect();
    codes.sort();
    codes.dedup();
    codes
}

fn permutations<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    if list.len() <= 1 {
        return vec![list.to_vec()];
    }
    let mut all = Vec::new();
    for at in 0..list.len() {
        let mut rest = list.to_vec();
        let first = rest.remove(at);
        for mut tail in permutations(&rest) {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    all
}

#[test]
fn samples_agree_in_any_order() {
    for kind in [Kind::Ceb311, Kind::Ceb303] {
        let trade: Vec<_> = trade(kind).into_iter().take(4).collect();
        for order in permutations(&trade) {
            assert_eq!(codes(&order), Vec::<String>::new());
        }
    }
    let whole = trade(Kind::Ceb311);
    assert_eq!(codes(&whole), Vec::<String>::new());
    let list = judged(&whole)
        .into_iter()
        .find(|(kind, _)| *kind == Kind::Ceb621);
    let parts: Vec<Part> = list.unwrap().1.partners.iter().map(|p| p.part).collect();
    assert_eq!(parts, [Part::Order, Part::Payment, Part::Logistics]);
}

/// Which element is changed to what, and who is told what.
const PAIRS: &[(Kind, &str, &str, &[&str])] = {
    use Kind::{Ceb303, Ceb311, Ceb411, Ceb511, Ceb603, Ceb621};
    &[
        (
            Ceb411,
            "amountPaid",
            "1.00",
            &["CEB311 E1901", "CEB411 E1901", "CEB621 E1901"],
        ),
        (
            Ceb411,
            "payerName",
            "钱样二",
            &["CEB311 E1902", "CEB411 E1902", "CEB621 E1902"],
        ),
        (
            Ceb411,
            "payerIdNumber",
            "110101199001010029",
            &["CEB311 E1902", "CEB411 E1902", "CEB621 E1902"],
        ),
        (
            Ceb311,
            "payTransactionId",
            "ZF9",
            &["CEB311 E1903", "CEB411 E1903", "CEB621 E1903"],
        ),
        (
            Ceb411,
            "ebpName",
            "别的平台",
            &["CEB311 E1904", "CEB411 E1904", "CEB621 E1904"],
        ),
        (
            Ceb511,
            "consignee",
            "孙样三",
            &["CEB311 E1905", "CEB511 E1905", "CEB621 E1905"],
        ),
        (
            Ceb511,
            "orderNo",
            "OTHER1",
            &["CEB511 E1906", "CEB621 E1906"],
        ),
        (
            Ceb621,
            "buyerName",
            "孙样三",
            &["CEB311 E1907", "CEB621 E1907"],
        ),
        (
            Ceb621,
            "buyerTelephone",
            "13000009999",
            &["CEB311 E1908", "CEB621 E1908"],
        ),
        (
            Ceb621,
            "ebcCode",
            "1105960199",
            &["CEB311 E1909", "CEB621 E1909"],
        ),
        (
            Ceb621,
            "itemName",
            "别的商品",
            &["CEB311 E1911", "CEB621 E1911"],
        ),
        (Ceb621, "unit", "999", &["CEB311 E1911", "CEB621 E1911"]),
        (Ceb511, "insuredFee", "7", &["CEB511 E1912", "CEB621 E1912"]),
        (Ceb511, "weight", "77.7", &["CEB511 E1913", "CEB621 E1913"]),
        (
            Ceb621,
            "consigneeAddress",
            "别处",
            &["CEB311 E1914", "CEB621 E1914"],
        ),
        (
            Ceb621,
            "insuredFee",
            "9",
            &[
                "CEB311 E1915",
                "CEB511 E1912",
                "CEB621 E1912",
                "CEB621 E1915",
            ],
        ),
        (Ceb621, "assureCode", "1105960199", &["CEB621 E1975"]),
        (Ceb603, "unit", "999", &["CEB303 E1911", "CEB603 E1911"]),
        (
            Ceb303,
            "ebpCode",
            "1105960199",
            &["CEB303 E1909", "CEB603 E1909"],
        ),
    ]
};

#[test]
fn every_rule_between_two_documents_is_found_on_both_and_on_the_list() {
    use Kind::{Ceb303, Ceb311};
    for (kind, element, value, expected) in PAIRS {
        let family = if kind.direction() == Ceb311.direction() {
            Ceb311
        } else {
            Ceb303
        };
        let whole: Vec<_> = trade(family)
            .into_iter()
            .take(if family == Ceb311 { 4 } else { 3 })
            .collect();
        let broken = changed(&whole, *kind, element, value);
        for order in permutations(&broken) {
            assert_eq!(codes(&order), *expected, "{kind} {element}");
        }
    }
}

#[test]
fn blanks_do_not_count_in_the_consignee_but_in_the_buyer() {
    let whole: Vec<_> = trade(Kind::Ceb311).into_iter().take(4).collect();
    let address = {
        let xml = &whole[0].1;
        let from = xml.find("<ceb:consigneeAddress>").unwrap() + 22;
        xml[from..from + xml[from..].find('<').unwrap()].to_owned()
    };
    let spaced = address.replace("东城区", "\u{3000}东城区 ");
    assert!(codes(&changed(&whole, Kind::Ceb511, "consigneeAddress", &spaced)).is_empty());
}

#[test]
fn nobody_reads_what_another_company_says_about_a_person() {
    let whole = changed(&trade(Kind::Ceb311), Kind::Ceb411, "payerName", "钱样二");
    let parsed: Vec<Message> = whole
        .iter()
        .map(|(_, xml)| parse(xml.as_bytes(), Profile::Down).message.unwrap())
        .collect();
    for same_owner in [true, false] {
        let mut board = Board::default();
        for (id, message) in (1_i64..).zip(&parsed) {
            let facts = Facts::of(message.kind, &message.documents[0], &hash);
            assert!(facts.head.values().all(|value| !value.contains("钱样二")));
            let owner = if same_owner { 1 } else { id };
            board.add(Known::fresh(id, owner, None, facts));
        }
        let differences = board.judge(1).unwrap().differences;
        let text = &differences
            .iter()
            .find(|d| d.code.id == "TG-E1902")
            .unwrap()
            .text;
        assert_eq!(text.contains("钱***"), same_owner, "{text}");
        let finding = differences[0].finding(board.facts(1).unwrap(), 1);
        assert!(
            finding.value.ends_with("***") && finding.line > 1,
            "{finding:?}"
        );
        assert_eq!(finding.path, "/CEB311Message/Order[1]/OrderHead/buyerName");
    }
}

#[test]
fn a_list_with_another_number_of_lines() {
    let mut trade: Vec<_> = trade(Kind::Ceb311).into_iter().take(4).collect();
    let lines = Spec {
        n_lines: 2,
        ..Spec::new(Kind::Ceb621, 5)
    };
    trade[3].1 = sample::message(&lines);
    assert!(codes(&trade).contains(&"CEB621 E1910".to_owned()));
}

#[test]
fn a_missing_or_refused_partner_is_named() {
    let whole: Vec<_> = trade(Kind::Ceb311).into_iter().take(4).collect();
    let list_only = vec![whole[3].clone()];
    let judgements = judged(&list_only);
    assert!(
        judgements[0].1.findings[0]
            .text
            .contains("订单、支付单、运单")
    );
    let mut board = Board::default();
    for (id, (kind, xml)) in (1_i64..).zip(&whole) {
        let message = parse(xml.as_bytes(), Profile::Down).message.unwrap();
        let facts = Facts::of(*kind, &message.documents[0], &hash);
        let status = (id == 2).then_some(100);
        board.add(Known {
            status,
            ..Known::fresh(id, 1, None, facts)
        });
    }
    assert_eq!(board.judge(4).unwrap().missing, [Part::Payment]);
}

fn version(id: i64, app_type: &str, app_time: &str, status: Option<i64>, kind: Kind) -> Known {
    let whole = trade(Kind::Ceb311);
    let (_, xml) = whole.iter().find(|(of, _)| *of == kind).unwrap();
    let message = parse(xml.as_bytes(), Profile::Down).message.unwrap();
    let mut facts = Facts::of(kind, &message.documents[0], &hash);
    facts.head.insert("appType".to_owned(), app_type.to_owned());
    facts.head.insert("appTime".to_owned(), app_time.to_owned());
    Known {
        status,
        ..Known::fresh(id, 1, Some("key".to_owned()), facts)
    }
}

#[test]
fn versions_of_the_same_document() {
    use Kind::{Ceb311, Ceb511, Ceb621};
    let early = "20260105093000";
    let late = "20260805093000";
    type Case<'a> = (
        Kind,
        Option<(&'a str, Option<i64>)>,
        (&'a str, &'a str),
        &'a [&'a str],
    );
    let cases: &[Case<'_>] = &[
        (Ceb311, None, ("1", late), &[]),
        (Ceb311, Some((early, Some(120))), ("1", late), &["TG-E1933"]),
        (Ceb311, Some((early, Some(100))), ("1", late), &[]),
        (Ceb511, Some((early, Some(120))), ("1", late), &[]),
        (
            Ceb511,
            Some(("20260305093000", None)),
            ("1", late),
            &["TG-E1933"],
        ),
        (Ceb311, None, ("2", late), &["TG-E1930"]),
        (Ceb311, Some((early, None)), ("2", late), &[]),
        (Ceb311, Some((late, None)), ("2", early), &["TG-E1931"]),
        (Ceb621, Some((early, Some(800))), ("3", late), &["TG-E1932"]),
    ];
    for (kind, original, (app_type, app_time), expected) in cases {
        let mut board = Board::default();
        if let Some((time, status)) = original {
            board.add(version(1, "1", time, *status, *kind));
        }
        board.add(version(2, app_type, app_time, None, *kind));
        let differences = board.judge(2).unwrap().differences;
        let ids: Vec<&str> = differences
            .iter()
            .map(|one| one.code.id)
            .filter(|id| id.starts_with("TG-E193"))
            .collect();
        assert_eq!(ids, *expected, "{kind} {original:?} {app_type} {app_time}");
    }
}

fn request(kind: Kind, id: i64, change: &[(&str, &str)], qty: &str) -> Known {
    let spec = Spec {
        n_lines: 1,
        ..Spec::new(kind, 5)
    };
    let message = parse(sample::message(&spec).as_bytes(), Profile::Down)
        .message
        .unwrap();
    let mut facts = Facts::of(kind, &message.documents[0], &hash);
    for (element, value) in change {
        facts
            .head
            .insert((*element).to_owned(), (*value).to_owned());
    }
    for line in &mut facts.lines {
        line.insert("qty".to_owned(), qty.to_owned());
    }
    Known::fresh(id, 1, None, facts)
}

fn a_list(kind: Kind, status: i64) -> Known {
    let spec = Spec {
        n_lines: 1,
        ..Spec::new(kind, 5)
    };
    let message = parse(sample::message(&spec).as_bytes(), Profile::Down)
        .message
        .unwrap();
    let mut facts = Facts::of(kind, &message.documents[0], &hash);
    for line in &mut facts.lines {
        line.insert("qty".to_owned(), "2".to_owned());
    }
    let number = request(
        if kind == Kind::Ceb621 {
            Kind::Ceb623
        } else {
            Kind::Ceb605
        },
        0,
        &[],
        "1",
    );
    Known {
        status: Some(status),
        status_time: Some("20260105093000000".to_owned()),
        invt_no: number.facts.list_no(),
        ..Known::fresh(1, 1, None, facts)
    }
}

#[test]
fn cancels_and_refunds() {
    use Kind::{Ceb213, Ceb603, Ceb621, Ceb623, Ceb625};
    type Case<'a> = (
        Kind,
        i64,
        Kind,
        &'a [(&'a str, &'a str)],
        &'a str,
        &'a [&'a str],
    );
    let cases: &[Case<'_>] = &[
        (Ceb621, 120, Ceb623, &[], "1", &[]),
        (Ceb621, 120, Ceb623, &[("invtNo", "X")], "1", &["TG-E1950"]),
        (Ceb621, 120, Ceb623, &[("orderNo", "X")], "1", &["TG-E1951"]),
        (Ceb621, 800, Ceb623, &[], "1", &["TG-E1953"]),
        (Ceb621, 800, Ceb625, &[], "2", &[]),
        (Ceb621, 800, Ceb625, &[], "3", &["TG-E1961"]),
        (
            Ceb621,
            800,
            Ceb625,
            &[("appTime", "20260220000000")],
            "1",
            &["TG-E1962"],
        ),
        (Ceb603, 899, Ceb213, &[], "1", &[]),
        (
            Ceb603,
            899,
            Ceb213,
            &[("ebcCode", "1105960199")],
            "3",
            &["TG-E1951", "TG-E1961"],
        ),
    ];
    for (list_kind, status, kind, change, qty, expected) in cases {
        let mut board = Board::default();
        board.add(a_list(*list_kind, *status));
        board.add(request(*kind, 2, change, qty));
        let differences = board.judge(2).unwrap().differences;
        let ids: Vec<&str> = differences.iter().map(|one| one.code.id).collect();
        assert_eq!(ids, *expected, "{kind} {change:?} {qty} {differences:?}");
    }
    let mut board = Board::default();
    board.add(a_list(Ceb621, 120));
    board.add(request(Ceb623, 2, &[], "1"));
    board.add(request(Ceb623, 3, &[], "1"));
    let differences = board.judge(3).unwrap().differences;
    assert_eq!(differences[0].code.id, "TG-E1952");
    let mut refund = request(Ceb625, 4, &[], "1");
    refund.facts.lines[0].insert("gcode".to_owned(), "0000000000".to_owned());
    board.add(refund);
    assert_eq!(board.judge(4).unwrap().differences[0].code.id, "TG-E1960");
}
