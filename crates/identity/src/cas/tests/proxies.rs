//! Proxy tickets: C11, C16 and C17.

use super::peer::{Authority, Peer};
use super::platform::{TestPlatform, code, encoded, party};
use registry::config::RegistryConfig;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A platform where `front` may act for people at `back`, and the certificates of its callbacks.
struct Scene {
    platform: TestPlatform,
    authority: Authority,
    _folder: tempfile::TempDir,
}

async fn scene(engine: TestEngine) -> Scene {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let config = RegistryConfig::default();
    let platform = TestPlatform::with(engine, &config, file.to_str().unwrap()).await;
    Scene {
        platform,
        authority,
        _folder: folder,
    }
}

async fn allow(platform: &TestPlatform, port: u16, back_proxies: &[&str]) -> String {
    let url = format!("https://localhost:{port}/front");
    let mut front = party(30, "front", &[&url]);
    front.may_proxy = true;
    platform.put(front).await;
    let mut back = party(31, "back", &["https://back.example/api"]);
    back.proxies = back_proxies.iter().map(|url| (*url).to_owned()).collect();
    platform.put(back).await;
    url
}

async fn ask(platform: &TestPlatform, url: &str, callback: &str) -> String {
    let (_, cookie) = platform.session(1).await;
    ask_as(platform, url, callback, &cookie).await
}

async fn ask_as(platform: &TestPlatform, url: &str, callback: &str, cookie: &str) -> String {
    let ticket = platform.login(url, "", cookie).await.ticket();
    let path = format!(
        "/cas/serviceValidate?service={}&ticket={ticket}&pgtUrl={}",
        encoded(url),
        encoded(callback)
    );
    platform.get(&path, "").await.body
}

fn parameter(request: &str, name: &str) -> String {
    let path = request.split(' ').nth(1).unwrap();
    let (_, query) = path.split_once('?').unwrap();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let begin = format!("<cas:{name}>");
    let rest = document.split_once(&begin).map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_c16_c17_a_proxy_goes_its_way_and_can_go_it_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let scene = scene(engine).await;
    let platform = &scene.platform;
    let peer = Peer::start(Some(scene.authority.server("localhost", false)), "200 OK");
    let base = format!("https://localhost:{}/front", peer.port);
    let url = allow(platform, peer.port, &[&base]).await;
    let callback = format!("{url}/callback?keep=1");
    let (_, cookie) = platform.session(1).await;
    let answer = ask_as(platform, &url, &callback, &cookie).await;
    let iou = element(&answer, "proxyGrantingTicket").to_owned();
    let heard = peer.heard();
    assert_eq!(heard.len(), 1);
    assert!(
        heard[0].starts_with("GET /front/callback?keep=1&"),
        "{}",
        heard[0]
    );
    let granting = parameter(&heard[0], "pgtId");
    assert_eq!(parameter(&heard[0], "pgtIou"), iou);
    assert!(granting.starts_with("PGT-") && granting.len() <= 64);
    assert!(iou.starts_with("PGTIOU-") && iou.len() <= 64);
    assert!(
        !iou.contains(&granting[4..12]),
        "not derivable from each other"
    );
    let target = "https://back.example/api/list?page=1";
    let path = format!(
        "/cas/proxy?pgt={granting}&targetService={}",
        encoded(target)
    );
    for _ in 0..2 {
        let given = platform.get(&path, "").await.body;
        let ticket = element(&given, "proxyTicket").to_owned();
        assert!(ticket.starts_with("PT-") && ticket.len() == 32, "{given}");
        let valid = platform.validate("proxyValidate", target, &ticket).await;
        assert_eq!(element(&valid, "user"), "li.lei");
        assert_eq!(element(&valid, "proxy"), callback, "{valid}");
    }
    let given = platform.get(&path, "").await.body;
    let ticket = element(&given, "proxyTicket").to_owned();
    let wrong = platform.validate("serviceValidate", target, &ticket).await;
    assert_eq!(code(&wrong), "INVALID_TICKET_SPEC", "C11");
    assert!(
        !wrong.contains("li.lei"),
        "nothing but the failure: {wrong}"
    );
    let burned = platform.validate("proxyValidate", target, &ticket).await;
    assert_eq!(code(&burned), "INVALID_TICKET");
    platform.get("/cas/logout", &cookie).await;
    let after = platform.get(&path, "").await.body;
    assert_eq!(
        code(&after),
        "INVALID_TICKET",
        "a granting ticket dies at logout"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_proxies_are_listed_last_first(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let scene = scene(engine).await;
    let platform = &scene.platform;
    let one = Peer::start(Some(scene.authority.server("localhost", false)), "200 OK");
    let two = Peer::start(Some(scene.authority.server("localhost", false)), "200 OK");
    let first = format!("https://localhost:{}/front", one.port);
    let second = format!("https://localhost:{}/middle", two.port);
    allow(platform, one.port, &[&second]).await;
    let mut middle = party(32, "middle", &[&second]);
    middle.may_proxy = true;
    middle.proxies = vec![first.clone()];
    platform.put(middle).await;
    ask(platform, &first, &first).await;
    let granting = parameter(&one.heard()[0], "pgtId");
    let path = format!(
        "/cas/proxy?pgt={granting}&targetService={}",
        encoded(&second)
    );
    let given = platform.get(&path, "").await.body;
    let ticket = element(&given, "proxyTicket");
    let path = format!(
        "/cas/proxyValidate?service={0}&ticket={ticket}&pgtUrl={0}",
        encoded(&second)
    );
    platform.get(&path, "").await;
    let granting = parameter(&two.heard()[0], "pgtId");
    let target = "https://back.example/api";
    let path = format!(
        "/cas/proxy?pgt={granting}&targetService={}",
        encoded(target)
    );
    let given = platform.get(&path, "").await.body;
    let ticket = element(&given, "proxyTicket");
    let valid = platform.validate("p3/proxyValidate", target, ticket).await;
    let (begin, end) = (valid.find(&second).unwrap(), valid.find(&first).unwrap());
    assert!(begin < end, "{valid}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_a_callback_needs_a_good_certificate_and_status_200(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let scene = scene(engine).await;
    let stranger = Authority::new();
    let platform = &scene.platform;
    for (what, tls, status) in [
        (
            "expired",
            scene.authority.server("localhost", true),
            "200 OK",
        ),
        (
            "another host",
            scene.authority.server("other.example", false),
            "200 OK",
        ),
        (
            "another authority",
            stranger.server("localhost", false),
            "200 OK",
        ),
        (
            "404",
            scene.authority.server("localhost", false),
            "404 Not Found",
        ),
        (
            "redirect",
            scene.authority.server("localhost", false),
            "302 Found",
        ),
    ] {
        let peer = Peer::start(Some(tls), status);
        let url = allow(platform, peer.port, &[]).await;
        let answer = ask(platform, &url, &url).await;
        assert_eq!(element(&answer, "user"), "li.lei", "{what}: {answer}");
        assert!(!answer.contains("PGTIOU-"), "{what}: {answer}");
        let n_kept = platform
            .context
            .db
            .read(|tx| tx.query("select hash from cas_ticket where kind = 'PGT'", &[]))
            .await
            .unwrap()
            .len();
        assert_eq!(n_kept, 0, "{what}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_only_permitted_entries_and_registered_https_addresses_are_called(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let scene = scene(engine).await;
    let platform = &scene.platform;
    let peer = Peer::start(Some(scene.authority.server("localhost", false)), "200 OK");
    let url = allow(platform, peer.port, &[]).await;
    let plain = Peer::start(None, "200 OK");
    let http = format!("http://localhost:{}/front", plain.port);
    for (callback, expected) in [
        (http.as_str(), "INVALID_PROXY_CALLBACK"),
        (
            "https://169.254.169.254/latest",
            "UNAUTHORIZED_SERVICE_PROXY",
        ),
        ("https://localhost:1/front", "UNAUTHORIZED_SERVICE_PROXY"),
        ("file:///etc/passwd", "INVALID_PROXY_CALLBACK"),
    ] {
        let answer = ask(platform, &url, callback).await;
        assert_eq!(code(&answer), expected, "{callback}");
    }
    platform.put(party(30, "front", &[&url])).await;
    let answer = ask(platform, &url, &url).await;
    assert_eq!(
        code(&answer),
        "UNAUTHORIZED_SERVICE_PROXY",
        "off by default"
    );
    assert!(peer.heard().is_empty() && plain.heard().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_a_target_says_which_proxies_may_come(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let scene = scene(engine).await;
    let platform = &scene.platform;
    let peer = Peer::start(Some(scene.authority.server("localhost", false)), "200 OK");
    let url = allow(platform, peer.port, &["https://somebody.example/"]).await;
    ask(platform, &url, &url).await;
    let granting = parameter(&peer.heard()[0], "pgtId");
    for target in [
        "https://back.example/api",
        "https://app.example/portal",
        "https://x.test/",
    ] {
        let path = format!(
            "/cas/proxy?pgt={granting}&targetService={}",
            encoded(target)
        );
        let answer = platform.get(&path, "").await.body;
        assert_eq!(code(&answer), "UNAUTHORIZED_SERVICE", "{target}");
    }
}
