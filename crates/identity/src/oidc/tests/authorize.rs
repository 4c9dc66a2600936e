//! `/oauth2/authorize`: who may be sent where, with what.

use super::platform::{BACK, ISSUER, Place, parameter_of, path, wish};
use crate::cas::tests::platform::{PASSWORD, later};
use axum::http::{StatusCode, header};
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A right request with one field changed, added (`+name`) or, without a value, left out.
fn changed(name: &'static str, value: &str) -> Vec<(&'static str, String)> {
    let mut fields = wish("web");
    if let Some(name) = name.strip_prefix('+') {
        fields.push((name, value.to_owned()));
        return fields;
    }
    fields.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        fields.push((name, value.to_owned()));
    }
    fields
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_1_an_unknown_client_or_address_is_never_redirected(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let table = [
        ("client_id", "", "TG-R4220"),
        ("client_id", "nobody", "TG-R4220"),
        ("client_id", "WEB", "TG-R4220"),
        ("client_id", "app", "TG-R4220"), // A CAS service.
        ("+client_id", "web", "TG-R4220"),
        ("redirect_uri", "", "TG-R4221"),
        (
            "redirect_uri",
            "https://app.example/back?lang=zh/",
            "TG-R4221",
        ),
        ("redirect_uri", "https://app.example/back", "TG-R4221"),
        (
            "redirect_uri",
            "https://app.example/back?lang=zh&x=1",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "https://APP.example/back?lang=zh",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "https://app.example:443/back?lang=zh",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "https://app.example/back?lang=%7Ah",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "http://app.example/back?lang=zh",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "https://app.example/back?lang=zh#x",
            "TG-R4221",
        ),
        (
            "redirect_uri",
            "https://evil.test/?u=https://app.example/back?lang=zh",
            "TG-R4221",
        ),
        ("+redirect_uri", "https://evil.test/", "TG-R4221"),
    ];
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    for (name, value, code) in table {
        for cookie in ["", &cookie] {
            let answer = place.authorize(&changed(name, value), cookie).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}={value}");
            assert_eq!(answer.location(), "", "{name}={value}");
            assert!(answer.body.contains(code), "{name}={value}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_4_6_what_is_wrong_or_without_pkce_goes_back_to_the_client_with_its_state(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let long = "x".repeat(1001);
    let table: &[(&'static str, &str, &str)] = &[
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        (
            "response_type",
            "code id_token",
            "unsupported_response_type",
        ),
        ("response_type", "id_token", "unsupported_response_type"),
        ("response_mode", "form_post", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "profile", "invalid_scope"),
        ("scope", &long, "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge", &"=".repeat(43), "invalid_request"),
        ("code_challenge", &long, "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "s256", "invalid_request"),
        ("nonce", &long, "invalid_request"),
        ("+nonce", "n-2", "invalid_request"),
        ("+unknown", "1", "ok"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "create", "invalid_request"),
        ("prompt", "consent", "ok"),
        ("max_age", "-1", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("max_age", "99999999999", "invalid_request"),
        ("request", "x.y.z", "request_not_supported"),
        (
            "request_uri",
            "https://app.example/r",
            "request_uri_not_supported",
        ),
        ("registration", "{}", "registration_not_supported"),
        ("id_token_hint", "x.y.z", "invalid_request"),
        ("id_token_hint", &"x".repeat(4000), "invalid_request"),
    ];
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    for (name, value, error) in table {
        let answer = place.authorize(&changed(name, value), &cookie).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}={value}");
        assert!(answer.location().starts_with(&format!("{BACK}&")), "{name}");
        let found = parameter_of(&answer, "error").unwrap_or_else(|| "ok".to_owned());
        assert_eq!(&found, error, "{name}={value}");
        assert_eq!(
            parameter_of(&answer, "state").unwrap(),
            "st/ate 1",
            "{name}"
        );
        assert_eq!(parameter_of(&answer, "iss").unwrap(), ISSUER, "{name}");
        assert_eq!(
            parameter_of(&answer, "code").is_some(),
            *error == "ok",
            "{name}"
        );
    }
    let answer = place.authorize(&changed("state", &long), &cookie).await;
    assert_eq!(parameter_of(&answer, "error").unwrap(), "invalid_request");
    assert_eq!(parameter_of(&answer, "state"), None);
    let mut entry = super::platform::confidential(30, "web");
    entry.grants = vec!["client_credentials".to_owned()];
    entry.company = None;
    assert!(crate::relying_party::check(&entry).is_err());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_to_the_login_pages_and_comes_back_through_a_step_between(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let first = place.authorize(&wish("web"), "").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert!(
        first.location().starts_with("/login?next=%2F")
            || first
                .location()
                .starts_with("/login?next=/oauth2/authorize"),
        "{}",
        first.location()
    );
    let page = place.get(first.location(), "").await;
    let next = page.field("next").replace("&#38;", "&");
    assert!(next.starts_with("/oauth2/authorize?"), "{next}");
    let fields = [("login", "li.lei"), ("password", PASSWORD), ("next", &next)];
    let entered = place.post("/login", "", &fields).await;
    assert_eq!(entered.location(), next);
    let cookie = entered.cookie("tongguan").unwrap();
    let step = place.get(entered.location(), &cookie).await;
    assert_eq!(
        step.status,
        StatusCode::OK,
        "no redirect out of a form's chain"
    );
    let policy = step.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(
        policy.contains("form-action 'self' https://app.example;"),
        "{policy}"
    );
    assert!(step.body.contains("http-equiv=\"refresh\""));
    assert!(step.body.contains("code=tgc_"), "{}", step.body);
    assert!(place.acts().await.contains(&"oidc.enter".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prompt_and_max_age_ask_again_or_say_so(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let place = &Place::on(engine).await;
    let silent = place.authorize(&changed("prompt", "none"), "").await;
    assert_eq!(parameter_of(&silent, "error").unwrap(), "login_required");
    let (_, cookie) = place.platform.session(1).await;
    let silent = place.authorize(&changed("prompt", "none"), &cookie).await;
    assert!(parameter_of(&silent, "code").is_some());
    later(&place.platform, 5 * 60_000);
    for (name, value, is_asked) in [
        ("prompt", "login", true),
        ("prompt", "select_account", true),
        ("max_age", "0", true),
        ("max_age", "299", true),
        ("max_age", "301", false),
    ] {
        let answer = place.authorize(&changed(name, value), &cookie).await;
        let location = answer.location();
        let is_login = location.starts_with("/login?") && location.ends_with("&again=1");
        assert_eq!(is_login, is_asked, "{name}={value}: {location}");
    }
    let mut fields = changed("prompt", "none");
    fields.push(("max_age", "60".to_owned()));
    let silent = place.authorize(&fields, &cookie).await;
    assert_eq!(parameter_of(&silent, "error").unwrap(), "login_required");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_proof_is_for_one_request_and_takes_the_session_over(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, cookie) = place.platform.session(1).await;
    let before = place.tokens("web", &cookie).await;
    later(&place.platform, 60_000);
    let asked = place.authorize(&changed("prompt", "login"), &cookie).await;
    let page = place.get(asked.location(), &cookie).await;
    assert_eq!(page.status, StatusCode::OK, "the form, although logged in");
    let next = page.field("next").replace("&#38;", "&");
    // The way back alone proves nothing.
    let unproved = place.get(&next, &cookie).await;
    assert!(
        unproved.location().starts_with("/login?"),
        "{}",
        unproved.location()
    );
    let fields = [("login", "li.lei"), ("password", PASSWORD), ("next", &next)];
    let entered = place.post("/login", &cookie, &fields).await;
    let fresh = entered.cookie("tongguan").unwrap();
    let step = place.get(&next, &fresh).await;
    assert!(step.body.contains("code=tgc_"), "{}", step.body);
    let again = place.get(&next, &fresh).await;
    assert!(again.location().starts_with("/login?"), "used up");
    assert!(
        place
            .get("/oauth2/logout", &cookie)
            .await
            .body
            .contains("已退出")
    );
    let access = before["access_token"].as_str().unwrap();
    assert!(
        place.is_alive(access).await,
        "what hung on the old session lives on"
    );
    let after = place.tokens("web", &fresh).await;
    let sid = |tokens: &serde_json::Value| {
        super::platform::claims(tokens["id_token"].as_str().unwrap())["sid"].clone()
    };
    assert_eq!(sid(&before), sid(&after), "the client knows one session");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_of_somebody_else_is_not_answered_for_this_person(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (_, mine) = place.platform.session(1).await;
    let (_, other) = place.platform.session(2).await;
    let tokens = place.tokens("web", &other).await;
    let mut fields = wish("web");
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    fields.push(("id_token_hint", hint));
    assert!(parameter_of(&place.authorize(&fields, &other).await, "code").is_some());
    let asked = place.authorize(&fields, &mine).await;
    assert!(
        asked.location().starts_with("/login?"),
        "{}",
        asked.location()
    );
    fields.push(("prompt", "none".to_owned()));
    let silent = place.authorize(&fields, &mine).await;
    assert_eq!(parameter_of(&silent, "error").unwrap(), "login_required");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_comes_again_as_a_get(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let fields = wish("web");
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let answer = place.post("/oauth2/authorize", "", &pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer
            .location()
            .starts_with("/oauth2/authorize?response_type=code&")
    );
    let (_, cookie) = place.platform.session(1).await;
    let entered = place.get(answer.location(), &cookie).await;
    assert!(
        parameter_of(&entered, "code").is_some(),
        "{}",
        path("authorize", &fields)
    );
}
