//! Every list of the description, asked for by everybody who may: its total, its orders, and the places in them.

use crate::browser::{Browser, staff};
use crate::platform::Engine::{self, Postgres, Sqlite};
use crate::platform::Place;
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeSet;

/// A list of the description that is counted, with the orders that it names.
struct List {
    path: String,
    orders: Vec<String>,
}

fn lists(description: &Value) -> Vec<List> {
    let mut found = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let Some(parameters) = item["get"]["parameters"].as_array() else {
            continue;
        };
        let named = |name: &str| parameters.iter().find(|one| one["name"] == name);
        // What is under one item of another list is asked with the pages of that.
        if named("count").is_none() || path.contains('{') {
            continue;
        }
        let orders = named("sort").map(|sort| orders_of(&sort["schema"]));
        found.push(List {
            path: path.clone(),
            orders: orders.unwrap_or_default(),
        });
    }
    assert!(found.len() >= 15, "{} lists", found.len());
    found
}

/// The values that a schema permits, wherever it names them.
fn orders_of(schema: &Value) -> Vec<String> {
    let own = schema["enum"].as_array().into_iter().flatten();
    let mut found: Vec<String> = own.filter_map(Value::as_str).map(str::to_owned).collect();
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        found.extend(orders_of(part));
    }
    assert!(schema["oneOf"].is_array() || !found.is_empty(), "{schema}");
    found
}

fn ask(browser: &mut Browser, path: &str, query: &str) -> (u16, Value) {
    let answer = browser.call("GET", &format!("{path}?{query}"), "", b"");
    (answer.status, answer.json())
}

/// The items of a list in an order, page by page, and the places that were given for the next pages.
fn walked(browser: &mut Browser, list: &List, order: &str) -> (Vec<String>, Vec<String>) {
    const PAGES: usize = 6;
    let (mut items, mut places) = (Vec::new(), Vec::new());
    let mut after = String::new();
    for _ in 0..PAGES {
        let (status, page) = ask(browser, &list.path, &format!("sort={order}&limit=2{after}"));
        assert_eq!(status, 200, "{} {order} {page}", list.path);
        assert!(page.get("total").is_none(), "nobody asked for it: {page}");
        items.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(Value::to_string),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        places.push(next.to_owned());
        after = format!("&after={next}");
    }
    (items, places)
}

/// One list as one person sees it; answers whether he may, and how many items there were.
fn look(browser: &mut Browser, list: &List) -> Option<i64> {
    let (status, page) = ask(browser, &list.path, "count=true&limit=1000");
    if status == 403 {
        return None;
    }
    assert_eq!(status, 200, "{} {page}", list.path);
    let n_items = i64::try_from(page["items"].as_array().unwrap().len()).unwrap();
    assert_eq!(page["total"].as_i64(), Some(n_items), "{}", list.path);
    assert!(page.get("moreThanTotal").is_none() && page.get("next").is_none());
    let (status, problem) = ask(browser, &list.path, "sort=%27");
    if list.orders.is_empty() {
        return Some(n_items);
    }
    assert_eq!(status, 400, "{} {problem}", list.path);
    let detail = problem["detail"].as_str().unwrap();
    for order in &list.orders {
        assert!(detail.contains(order.as_str()), "{detail}");
        let (items, places) = walked(browser, list, order);
        let once: BTreeSet<&String> = items.iter().collect();
        assert_eq!(once.len(), items.len(), "{} {order}", list.path);
        for (place, other) in places.iter().flat_map(|place| {
            let others = list.orders.iter().filter(|other| *other != order);
            others.map(move |other| (place, other))
        }) {
            let (status, _) = ask(browser, &list.path, &format!("sort={other}&after={place}"));
            assert_eq!(status, 400, "{} {order} {other} {place}", list.path);
        }
    }
    Some(n_items)
}

#[rstest]
fn every_list_has_a_total_and_keeps_its_orders_apart(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(place) = Place::on(engine) else {
        return;
    };
    let platform = place.start();
    let mut people = staff(&platform);
    let description = Browser::new(&platform).call("GET", "/api/openapi.json", "", b"");
    let lists = lists(&description.json());
    let (mut n_seen, mut n_filled) = (0, 0);
    for list in &lists {
        let mut is_seen = false;
        for browser in people.values_mut() {
            if let Some(n_items) = look(browser, list) {
                is_seen = true;
                n_filled += usize::from(n_items > 2);
            }
        }
        n_seen += usize::from(is_seen);
    }
    // Some belong to companies; those of the staff are most.
    assert!(n_seen >= 10 && n_filled >= 6, "{n_seen} {n_filled}");
}
