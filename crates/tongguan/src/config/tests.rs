//! The settings, their sentences and their errors.

use super::{Config, REFERENCE};
use registry::config::ForeignSource;
use std::collections::BTreeSet;

/// Every path of the settings, with the values that are absent by default.
fn paths() -> BTreeSet<String> {
    fn walk(prefix: &str, value: &toml::Value, out: &mut BTreeSet<String>) {
        match value.as_table() {
            Some(table) => {
                for (key, value) in table {
                    let path = if prefix.is_empty() {
                        key.clone()
                    } else {
                        format!("{prefix}.{key}")
                    };
                    walk(&path, value, out);
                }
            }
            None => {
                out.insert(prefix.to_owned());
                let first = value.as_array().and_then(|list| list.first());
                if let Some(table) = first.filter(|first| first.is_table()) {
                    walk(&format!("{prefix}[]"), table, out);
                }
            }
        }
    }
    let mut config = Config::default();
    config.store.postgres_ca_file = Some("ca.pem".to_owned());
    config.store.replica_url = Some("postgres://standby/tg".to_owned());
    config.queue.rabbitmq.ca_file = Some("ca.pem".to_owned());
    config.http.tls_certificate = Some("chain.pem".into());
    config.http.tls_key = Some("key.pem".into());
    config.http.metrics_token_file = Some("token".into());
    config.registry.foreign = vec![ForeignSource::default()];
    config.signing.keys = vec![exchange::keyring::config::KeyConfig::default()];
    let mut found = BTreeSet::new();
    walk("", &toml::Value::try_from(config).unwrap(), &mut found);
    found
}

#[test]
fn every_setting_has_a_sentence_and_every_sentence_a_setting() {
    let documented: BTreeSet<String> = REFERENCE
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .collect();
    assert_eq!(paths(), documented);
}

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::from_parts(text, environment).map_err(|error| format!("{error:#}"))
}

#[test]
fn the_environment_goes_over_the_file() {
    let text = "[http]\nlisten = \"0.0.0.0:1\"\n[node]\nnumber = 2\n";
    let config = load(text, &[("TONGGUAN_HTTP__LISTEN", "127.0.0.1:9")]).unwrap();
    assert_eq!(config.http.listen, "127.0.0.1:9");
    assert_eq!(config.node.number, 2);
    let config = load("", &[("TONGGUAN_QUEUE__RABBITMQ__PREFETCH", "77")]).unwrap();
    assert_eq!(config.queue.rabbitmq.prefetch, 77);
}

#[test]
fn mistakes_are_reported() {
    assert!(
        load("[http]\nlistn = 1", &[])
            .unwrap_err()
            .contains("listn")
    );
    assert!(
        load("[node]\nnumber = 64", &[])
            .unwrap_err()
            .contains("node.number")
    );
    assert!(
        load("", &[("TONGGUAN_HTTP__NO", "1")])
            .unwrap_err()
            .contains("no")
    );
    for (text, why) in [
        ("name = \"A\"", "name"),
        ("name = \"a\"", "title"),
        (
            "name = \"a\"\ntitle = \"x\"\naddress = \"http://a.example\"",
            "https",
        ),
        (
            "name = \"a\"\ntitle = \"x\"\naddress = \"https://a.example\"\nprotocol = \"oidc\"",
            "client_id",
        ),
        ("name = \"a\"\nno = 1", "no"),
    ] {
        let wrong = load(&format!("[[registry.foreign]]\n{text}"), &[]).unwrap_err();
        assert!(wrong.contains(why), "{text}: {wrong}");
    }
    assert!(load("not toml", &[]).unwrap_err().contains("TOML"));
}

/// What would start and then not work, or panic, is told before the start.
#[test]
fn values_that_cannot_work_are_reported() {
    let cases = [
        (
            "store.sqlite_busy_ms = 9223372036854775807",
            "sqlite_busy_ms",
        ),
        ("store.url = \"mysql://x\"", "store：url"),
        ("store.url = \"sqlite:/\"", "store：url"),
        ("store.waiting_max = 0", "waiting_max"),
        ("http.listen = \"127.0.0.1:99999\"", "listen"),
        ("http.tls_certificate = \"chain.pem\"", "tls_key"),
        (
            "customs.import_up = \"tongguan.customs.import.down\"",
            "各不相同",
        ),
        ("customs.import_receiver = \"\"", "DXP"),
        ("customs.node = \"123456789\"", "node"),
        (
            "customs_box.entities_per_message = 0",
            "entities_per_message",
        ),
        ("registry.public_url = \"javascript:1\"", "public_url"),
        (
            "queue.builtin.poll_ms = 0",
            "queue.builtin.poll_ms 应为 1 至 60000 毫秒（现为 0）",
        ),
        ("queue.builtin.lease_ms = 0", "lease_ms"),
        (
            "queue.builtin.body_bytes_max = 1048576",
            "intake.message_bytes_max",
        ),
        (
            "limits.body_bytes_max = 9223372036854775807",
            "body_bytes_max",
        ),
        ("registry.public_url = \"example.com\"", "public_url"),
        ("store.url = \"sqlite:\"", "store：url"),
        ("store.n_writers = 0", "n_writers"),
        ("store.n_writers = 65", "n_writers"),
        ("http.listen = \"127.0.0.1\"", "listen"),
        ("http.tls_key = \"key.pem\"", "tls_certificate"),
        ("http.connections_max = 0", "connections_max"),
        (
            "http.connections_per_address_max = 0",
            "connections_per_address_max",
        ),
        ("http.pace_window_ms = 0", "pace_window_ms"),
        ("customs.export_up = \" \"", "不能为空"),
        ("customs.export_receiver = \" \"", "DXP"),
        ("customs.node = \"\"", "node"),
        ("customs.customs_node = \"123456789\"", "customs_node"),
        (
            "customs_box.entities_per_message = 101",
            "entities_per_message",
        ),
    ];
    for (text, why) in cases {
        let error = load(text, &[]).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
}

/// Every number has its range, here or as a parameter, and no range is of what is no setting.
#[test]
fn every_number_of_the_settings_has_a_range() {
    fn walk(prefix: &str, value: &toml::Value, out: &mut BTreeSet<String>) {
        for (key, value) in value.as_table().into_iter().flatten() {
            let path = format!("{prefix}{key}");
            walk(&format!("{path}."), value, out);
            if value.is_integer() {
                out.insert(path);
            }
        }
    }
    let mut numbers = BTreeSet::new();
    let all = toml::Value::try_from(Config::default()).unwrap();
    walk("", &all, &mut numbers);
    let ranges = super::ranges::RANGES;
    let ranged: BTreeSet<String> = ranges.iter().map(|(path, ..)| (*path).to_owned()).collect();
    assert!(ranged.is_subset(&numbers));
    let refused = |path: &str, value: i64| load(&format!("{path} = {value}"), &[]).map(|_| ());
    // What has no range here is a parameter, whose range is checked with it.
    for path in numbers.difference(&ranged) {
        let error = refused(path, 4_000_000_000).unwrap_err();
        assert!(error.contains("应为"), "{path}: {error}");
    }
    for (path, range, _) in ranges {
        let outside = [range.start().checked_sub(1), range.end().checked_add(1)];
        for value in outside.into_iter().flatten() {
            let error = refused(path, value).unwrap_err();
            let name = path.rsplit('.').next().unwrap();
            assert!(error.contains(name), "{path} = {value}: {error}");
        }
    }
}

#[test]
fn passwords_are_not_printed() {
    let environment = [
        ("TONGGUAN_STORE__URL", "postgres://tg:geheim@db/tg"),
        (
            "TONGGUAN_STORE__REPLICA_URL",
            "postgres://tg:geheim@standby/tg",
        ),
        ("TONGGUAN_QUEUE__RABBITMQ__URL", "amqp://tg:geheim@mq/%2f"),
    ];
    let config = load("", &environment).unwrap().redacted();
    let text = crate::cli::reference(&config).unwrap();
    assert!(!text.contains("geheim"), "{text}");
    assert!(text.contains("postgres://tg:***@db/tg"), "{text}");
    assert!(text.contains("postgres://tg:***@standby/tg"), "{text}");
}

#[test]
fn shares_are_not_larger_than_what_is_shared() {
    let error = load("[limits]\nstreams_per_caller_max = 501", &[]).unwrap_err();
    assert!(error.contains("_per_caller_max"), "{error}");
    assert!(load("[http]\nhead_ms_max = 0", &[]).is_err());
    assert!(load("[http]\nidle_ms_max = 0", &[]).is_err());
    let error = load("[registry]\ntrusted_proxies = [\"proxy.example\"]", &[]).unwrap_err();
    assert!(error.contains("proxy.example"), "{error}");
    let config = load("[registry]\nproxy_header = \"forwarded\"", &[]).unwrap();
    assert_eq!(
        config.registry.proxy_header,
        web::address::ProxyHeader::Forwarded
    );
}

#[test]
fn one_caller_s_share_of_reads_is_smaller_than_the_number_of_readers() {
    let default = Config::default();
    let (share, readers) = (default.limits.reads_per_caller_max, default.store.n_readers);
    // The programs of a company have a share, and its people another.
    assert!(share * 2 < readers, "{share} of {readers}");
    let error = load("store.n_readers = 6", &[]).unwrap_err();
    for word in ["limits.reads_per_caller_max（3）", "store.n_readers（6）"] {
        assert!(error.contains(word), "{error}");
    }
    assert!(load("store.n_readers = 7\nlimits.reads_per_caller_max = 3", &[]).is_ok());
    assert!(load("limits.reads_per_caller_max = 4", &[]).is_err());
    assert!(error.contains("调到 7 以上"), "{error}");
    for readers in [1, 2, 65] {
        let text = format!("store.n_readers = {readers}\nlimits.reads_per_caller_max = 1");
        let error = load(&text, &[]).unwrap_err();
        assert!(error.contains("3 至 64"), "{error}");
    }
    assert!(load("store.n_readers = 3\nlimits.reads_per_caller_max = 1", &[]).is_ok());
}

#[test]
fn a_setting_that_does_not_fit_is_explained_in_chinese_with_its_place() {
    for (text, expected) in [
        (
            "[queue]\nkind = \"kafka\"",
            "配置有误：queue.kind：没有取值 kafka，可取：builtin、rabbitmq",
        ),
        (
            "[node]\nnumber = 99999",
            "配置有误：node.number：99999 超出范围",
        ),
        (
            "[node]\nnumber = \"one\"",
            "配置有误：node.number：应为非负整数",
        ),
        (
            "[http]\nno = 1",
            "配置有误：http：没有名为 no 的参数，可用：",
        ),
    ] {
        let error = Config::from_parts(text, std::iter::empty()).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
