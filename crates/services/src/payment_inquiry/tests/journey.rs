//! From customs' question to their answer, over real HTTP, signed by a key in a file.

use super::{payment, right};
use crate::ServicesApi;
use crate::payment_inquiry::customs::{CustomsAnswer, InquiryApi, plat_data_open};
use crate::payment_inquiry::customs_side::{CustomsSide, open_req};
use crate::payment_inquiry::upload::{Uploader, run};
use crate::payment_inquiry::{
    Environment, Inquiry, InquiryFilter, InquiryState, PaymentInquiryConfig, UploadResult,
    inquiries, put, resend, unsettled,
};
use crate::tests::World;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use exchange::keyring::Keyring;
use exchange::keyring::certificate::CardCertificate;
use exchange::keyring::config::{KeyConfig, KeyringConfig as SigningConfig};
use exchange::signature::Verify;
use exchange::signing::{KeyWish, PolicyWish, add_key, consent, set_policy};
use registry::access::{Actor, Gate, Sight};
use registry::company::Company;
use registry::role::Role;
use rstest::rstest;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::clock::{Clock, SystemClock};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tower::ServiceExt;

pub(super) struct Setup {
    pub(super) world: World,
    pub(super) company: Company,
    pub(super) admin: Actor,
    pub(super) customs: CustomsSide,
    pub(super) router: Router,
    pub(super) uploader: Arc<Uploader>,
    _folder: tempfile::TempDir,
}

/// A platform with one company, its key, and customs that listen.
pub(super) async fn setup(db: &store::Db, family: &str, config: PaymentInquiryConfig) -> Setup {
    let world = World::on(db);
    let company = world.company(1, &["ebp"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/signing");
    for name in ["key", "crt"] {
        let file = format!("{family}.{name}.pem");
        std::fs::copy(fixtures.join(&file), folder.path().join(&file)).unwrap();
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path().join(&file), mode).unwrap();
    }
    let key = KeyConfig {
        name: "own".to_owned(),
        key_file: folder.path().join(format!("{family}.key.pem")),
        certificate_file: folder.path().join(format!("{family}.crt.pem")),
        ..KeyConfig::default()
    };
    let certificate = CardCertificate::from_file(&key.certificate_file).unwrap();
    let customs = CustomsSide::new(vec![certificate.clone()], SystemClock::shared());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = customs.clone().routes();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let config = PaymentInquiryConfig {
        environment: Environment::Test,
        test_url: format!("http://{address}/ceb2grab/grab/realTimeDataUpload"),
        ..config
    };
    let keyring = Keyring::new(&SigningConfig { keys: vec![key] }, &SystemClock::shared());
    let uploader = Arc::new(Uploader::new(config.clone(), Arc::new(keyring)).unwrap());
    let gate = Arc::new(Gate::new(world.context.clone(), []));
    let uploads = web::budget::Budget::new("uploads", 96 << 20, 32 << 20);
    let places = web::shares::Shares::new("inquiries", 64, 16);
    let router = InquiryApi::new(ServicesApi::new(gate, Vec::new(), uploads), config, places);
    let router = Router::new()
        .route("/179/{code}/platDataOpen", post(plat_data_open))
        .with_state(router);
    let wish = KeyWish {
        company: company.id.0,
        name: "own".to_owned(),
        provider: "file".to_owned(),
        certificate: data_encoding::HEXLOWER.encode(&certificate.der),
    };
    let (actor, at) = (
        admin.clone(),
        (world.context.ids.next(), world.context.now_ms()),
    );
    let id = company.id;
    let write = move |tx: &mut store::Tx<'_>| {
        consent(tx, &actor, id, true, at.1)?;
        Ok(add_key(tx, &actor, &wish, at).unwrap())
    };
    world.write(write).await.unwrap();
    Setup {
        world,
        company,
        admin,
        customs,
        router,
        uploader,
        _folder: folder,
    }
}

impl Setup {
    pub(super) async fn ask_raw(&self, code: &str, body: impl Into<Body>) -> (u16, CustomsAnswer) {
        self.ask_from("192.0.2.77", code, body).await
    }

    pub(super) async fn ask_from(
        &self,
        address: &str,
        code: &str,
        body: impl Into<Body>,
    ) -> (u16, CustomsAnswer) {
        let request = Request::post(format!("/179/{code}/platDataOpen"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-tongguan-peer", address)
            .body(body.into())
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20)
            .await
            .unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// The form of an inquiry.
    pub(super) fn form(&self, order: &str, session: &str) -> String {
        let form = open_req(order, session, self.world.clock.now_ms());
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("openReq", &form)
            .finish()
    }

    pub(super) async fn ask(&self, order: &str, session: &str) -> CustomsAnswer {
        let body = self.form(order, session);
        let (status, answer) = self.ask_raw(&self.company.customs_code, body).await;
        assert_eq!(status, 200);
        answer
    }

    pub(super) async fn put(
        &self,
        transaction: &str,
        orders: &[&str],
        amount: &str,
    ) -> UploadResult {
        let text = payment(transaction, &self.company.customs_code, orders, amount);
        let payment = right(&text);
        let (context, company) = (self.world.context.clone(), self.company.clone());
        let write =
            move |tx: &mut store::Tx<'_>| Ok(put(tx, &context, &company, &payment, &[5; 32])?);
        self.world.write(write).await.unwrap()
    }

    pub(super) async fn run(&self) -> String {
        let held = registry::testing::fence(&self.world.context).await;
        run(&self.world.context, &self.uploader, &held)
            .await
            .unwrap()
    }

    pub(super) async fn inquiries(&self) -> Vec<Inquiry> {
        let read =
            |tx: &mut store::Tx<'_>| inquiries(tx, &Sight::All, &InquiryFilter::default(), 100);
        self.world.read(read).await
    }

    /// Late or failed, and late.
    async fn unsettled(&self) -> (i64, i64) {
        let now_ms = self.world.context.now_ms();
        self.world
            .read(move |tx| unsettled(tx, &Sight::All, now_ms))
            .await
    }

    async fn allow_old(&self) {
        let (actor, now_ms) = (self.admin.clone(), self.world.context.now_ms());
        let wish = PolicyWish {
            company: self.company.id.0,
            verify: Verify::Tolerated,
            allow_old: true,
            allow_tolerant_profiles: true,
        };
        let write = move |tx: &mut store::Tx<'_>| Ok(set_policy(tx, &actor, &wish, now_ms)?);
        self.world.write(write).await.unwrap();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customs_ask_and_get_what_verifies(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    assert!(matches!(
        setup.put("T1", &["SO1", "SO2"], "5.0").await,
        UploadResult::New(_)
    ));
    for (order, session) in [("SO1", "s-1"), ("SO2", "s-2"), ("SO1", "s-1")] {
        assert_eq!(setup.ask(order, session).await.code, "10000");
    }
    assert_eq!(setup.run().await, "上传 2 条，共尝试 2 条");
    assert_eq!(
        setup.run().await,
        "",
        "what is answered is not answered again"
    );
    let seen = setup.customs.seen();
    assert_eq!(seen.len(), 2);
    for one in &seen {
        assert_eq!((one.fault.as_str(), one.method.as_str()), ("", "SM2-SM3"));
        assert!(one.text.contains("\"totalAmount\":5.0,"), "{}", one.text);
    }
    let found = setup.inquiries().await;
    assert!(found.iter().all(|one| one.state == InquiryState::Uploaded));
    assert!(found.iter().all(|one| one.answer_text == "上传成功"));
    assert_eq!(setup.unsettled().await, (0, 0));
    // What customs have got may not be changed any more; the same again is the same.
    assert!(matches!(
        setup.put("T1", &["SO1", "SO2"], "5.0").await,
        UploadResult::Same(_)
    ));
    assert!(matches!(
        setup.put("T1", &["SO1", "SO2"], "6.0").await,
        UploadResult::Refused(_)
    ));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_card_signs_with_sha1_only_where_the_policy_allows_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "rsa", PaymentInquiryConfig::default()).await;
    setup.put("T1", &["SO1"], "5").await;
    setup.ask("SO1", "s-1").await;
    setup.run().await;
    assert!(setup.inquiries().await[0].reason.contains("旧算法"));
    assert!(setup.customs.seen().is_empty());
    setup.allow_old().await;
    setup.world.clock.advance(Duration::from_secs(6));
    setup.run().await;
    let seen = setup.customs.seen();
    assert_eq!(
        (seen[0].fault.as_str(), seen[0].method.as_str()),
        ("", "RSA-SHA1")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inquiry_waits_for_its_payment_and_is_shown_as_late(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    assert_eq!(setup.ask("SO9", "s-9").await.code, "10000");
    setup.run().await;
    let found = setup.inquiries().await;
    assert_eq!(found[0].state, InquiryState::Waiting);
    assert!(found[0].reason.contains("还没有该订单的支付数据"));
    assert_eq!(setup.unsettled().await, (0, 0));
    setup.world.clock.advance(Duration::from_secs(121));
    assert_eq!(setup.unsettled().await, (1, 1));
    // The payment that comes at last is uploaded at once.
    setup.put("T9", &["SO9"], "1.10").await;
    assert_eq!(setup.run().await, "上传 1 条，共尝试 1 条");
    assert_eq!(setup.unsettled().await, (0, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exceptions_are_tried_again_with_the_same_bytes_and_refusals_wait_for_a_person(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    setup.put("T1", &["SO1"], "5").await;
    setup.ask("SO1", "s-1").await;
    setup.customs.answer_with(Some("20001"));
    for _ in 0..3 {
        assert_eq!(setup.run().await, "");
        setup.world.clock.advance(Duration::from_secs(5));
    }
    let texts: Vec<String> = setup
        .customs
        .seen()
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| *text == texts[0]));
    setup.customs.answer_with(Some("20000"));
    setup.run().await;
    let found = setup.inquiries().await.remove(0);
    assert_eq!(
        (found.state, found.answer_code.as_str()),
        (InquiryState::Failed, "20000")
    );
    assert_eq!(setup.unsettled().await, (1, 0));
    assert_eq!(setup.run().await, "", "nothing is sent again by itself");
    setup.customs.answer_with(None);
    let (context, actor, id) = (setup.world.context.clone(), setup.admin.clone(), found.id);
    let again = move |tx: &mut store::Tx<'_>| resend(tx, &context, &actor, id);
    setup.world.write(again.clone()).await.unwrap();
    assert_eq!(setup.run().await, "上传 1 条，共尝试 1 条");
    let refused = setup.world.write(again).await;
    assert_eq!(crate::tests::code(refused), "TG-R4751");
    assert_eq!(setup.world.audited("payment.resend").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_it_is_given_up(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let setup = setup(&test.db, "sm2", PaymentInquiryConfig::default()).await;
    setup.ask("SO9", "s-9").await;
    setup.run().await;
    setup.world.clock.advance(Duration::from_secs(86_401));
    setup.run().await;
    let found = setup.inquiries().await;
    assert_eq!(found[0].state, InquiryState::Failed);
    assert!(found[0].reason.starts_with("一天内未能上传"));
}
