//! A sentence for every setting: `tongguan config print` shows them, a test keeps them complete.

/// Path of a setting and what it is.
pub const REFERENCE: &[(&str, &str)] = &[
    (
        "node.number",
        "本进程的编号，0 至 63；共用一个数据库的进程编号各不相同",
    ),
    (
        "node.log",
        "日志过滤，例如 info 或 warn,exchange=debug；环境变量 RUST_LOG 优先",
    ),
    ("http.listen", "HTTP 监听地址与端口"),
    (
        "http.connections_max",
        "同时打开的连接数上限，超出者立即得到 503；启动时把进程的文件描述符软限制提高到硬限制，仍不足时按可用的描述符减少",
    ),
    (
        "http.connections_per_address_max",
        "同一地址同时打开的连接数上限（IPv6 按 /64 计）；经可信代理来的按其转发的地址计请求数",
    ),
    (
        "http.head_ms_max",
        "从连接建立起，多少毫秒内须收完第一个请求头，否则断开；TLS 握手同此上限",
    ),
    (
        "http.idle_ms_max",
        "从上一个应答结束起，多少毫秒内须收完下一个请求头，否则断开；应答头 Keep-Alive 提前一秒告知",
    ),
    (
        "http.pace_window_ms",
        "传输速率按多少毫秒的等待时间衡量；在此期间没有达到最低速率的请求内容与应答被中断",
    ),
    (
        "http.pace_bytes_min",
        "请求内容与应答的最低速率（字节/秒）；0 表示每个窗口至少一个字节",
    ),
    (
        "http.stop_ms_max",
        "停止时，进行中的请求最多再用多少毫秒；等待回执与实时推送立即结束",
    ),
    (
        "http.metrics_callers",
        "除本机外，可读取 /metrics 与 /readyz 详情的地址或网段",
    ),
    (
        "http.metrics_token_file",
        "内含令牌（至少 16 个字符）的文件；以 Authorization: Bearer 令牌 读取 /metrics 与 /readyz 详情",
    ),
    (
        "http.tls_certificate",
        "TLS 证书及其证书链（PEM）；与 tls_key 同时填写后平台自身提供 HTTPS（TLS 1.2 以上）",
    ),
    ("http.tls_key", "TLS 证书的私钥（PEM）"),
    (
        "limits.body_bytes_max",
        "全部未应答请求已到达的请求内容字节上限，不论接口",
    ),
    (
        "limits.body_bytes_per_caller_max",
        "其中同一地址（IPv6 按 /64）的上限",
    ),
    (
        "limits.upload_bytes_max",
        "正在接收的附件与入驻表单合计字节上限，按已到达的字节计",
    ),
    (
        "limits.upload_bytes_per_caller_max",
        "其中同一企业（未登录时同一地址）的上限；入驻表单连同附件可达 24 MiB",
    ),
    (
        "limits.reads_max",
        "同时处理的查询请求（/api/ 下的 GET）数上限，等待新回执的领取请求与实时推送除外",
    ),
    (
        "limits.reads_per_caller_max",
        "其中同一企业的程序（各密钥合计）、同一企业的人员（合计）或不代表企业的人员（确认身份之前为同一密钥、会话或地址）各自的上限，其两倍须小于 store.n_readers；超出者等候自己先前的请求，最多 5 秒",
    ),
    ("limits.streams_max", "实时推送连接数上限"),
    (
        "limits.streams_per_caller_max",
        "其中同一企业（工作人员为同一账号）的上限",
    ),
    ("limits.polls_max", "等待新回执的领取请求数上限"),
    ("limits.polls_per_caller_max", "其中同一企业的上限"),
    ("limits.exports_max", "同时生成的导出数上限，超出者排队"),
    (
        "limits.exports_per_caller_max",
        "其中同一企业（工作人员为同一账号）的上限",
    ),
    (
        "limits.inquiries_max",
        "同时接收的海关支付数据询问（179 号公告）数上限",
    ),
    ("limits.inquiries_per_caller_max", "其中同一地址的上限"),
    (
        "registry.public_url",
        "用户访问平台的地址；以 https:// 开头时 Cookie 只经 TLS 传送；也是 OpenID Connect 的 issuer",
    ),
    (
        "registry.seal_file",
        "存储密钥文件，首次启动时生成；须与数据库分开备份，各节点须使用同一份（三单对碰与个人限额的密钥哈希值由它派生）；遗失后动态验证码需重新绑定、签名密钥需轮换（tongguan sso key rotate）",
    ),
    (
        "registry.idle_minutes",
        "多少分钟没有操作即退出登录，5 至 480",
    ),
    ("registry.session_hours", "一次登录最长多少小时，1 至 24"),
    (
        "registry.sessions_max",
        "同一账号可同时登录的会话数，超出时最早的退出",
    ),
    ("registry.failures_max", "连续失败多少次后锁定账号，3 至 20"),
    ("registry.lock_minutes", "锁定多少分钟"),
    (
        "registry.company_admin_factor",
        "企业管理员是否须开启两步验证：1 是，0 否；演示环境为 0",
    ),
    (
        "registry.address_failures_max",
        "同一地址一小时内可失败多少次",
    ),
    (
        "registry.password_days",
        "密码有效天数（合同四.3 第 7 项要求定期更换）；0 表示不限",
    ),
    (
        "registry.password_history",
        "新密码不得与最近多少次的密码相同",
    ),
    (
        "registry.stale_days",
        "多少天未登录的账号自动停用并报告；0 表示不停用",
    ),
    (
        "registry.trusted_proxies",
        "可信反向代理的地址或网段；只相信它们给出的转发头，各行相连后从右向左读到第一个不是可信代理的地址",
    ),
    (
        "registry.proxy_header",
        "可信代理写明来源地址的请求头：x-forwarded-for 或 forwarded（RFC 7239）；另一个不予理会",
    ),
    (
        "registry.sso_ca_file",
        "签发接入系统证书的 CA（PEM），用于代理回调与退出通知；空为公共 CA",
    ),
    (
        "registry.foreign",
        "外部身份源的列表；为空时只能以本平台账号登录",
    ),
    (
        "registry.foreign[].name",
        "外部身份源：短名，地址的一部分，1 至 40 个小写字母、数字或横线",
    ),
    ("registry.foreign[].title", "外部身份源：登录按钮上的名称"),
    (
        "registry.foreign[].protocol",
        "外部身份源：cas（CAS 3.0）或 oidc（OpenID Connect 授权码加 PKCE）",
    ),
    (
        "registry.foreign[].address",
        "外部身份源：CAS 服务地址，或 OpenID 签发者；须为 https，本机可用 http",
    ),
    (
        "registry.foreign[].client_id",
        "外部身份源：本平台在 OpenID 提供方登记的客户端编号",
    ),
    (
        "registry.foreign[].client_secret_file",
        "外部身份源：客户端口令所在文件；空表示公开客户端，只用 PKCE",
    ),
    (
        "registry.foreign[].ca_file",
        "外部身份源：签发其证书的 CA（PEM）；空为公共 CA",
    ),
    (
        "registry.foreign[].attribute",
        "外部身份源：作为外部账号的属性或声明；空为 CAS 的 user、OpenID 的 sub",
    ),
    (
        "registry.foreign[].account_by",
        "外部身份源：binding 按本人的绑定，或 login 把外部账号直接当作登录名（仅当两边是同一份名册）",
    ),
    (
        "registry.foreign[].two_factors",
        "外部身份源：在那里登录是否等于完成两步验证；否则只等于输入了密码",
    ),
    (
        "registry.foreign[].contact",
        "外部身份源：尚未绑定的人应联系谁，显示在页面上",
    ),
    (
        "registry.syslog",
        "审计记录同时发往的 syslog 服务器（UDP，主机:端口）；空表示不发送",
    ),
    (
        "store.url",
        "数据库：sqlite:路径，或 postgres://用户:口令@主机:端口/库；主备库可写多个主机（主机1:5432,主机2:5432），自动连接其中可写的一个",
    ),
    (
        "store.postgres_ca_file",
        "PostgreSQL 服务器证书的 CA（PEM）；填写后必须使用 TLS",
    ),
    ("store.replica_url", "统计和导出所用的备库，可选"),
    ("store.replica_lag_max_s", "备库最多可落后的秒数"),
    (
        "store.n_writers",
        "写 PostgreSQL 的线程数（各一个连接），1 至 64；SQLite 固定为 1",
    ),
    (
        "store.n_readers",
        "读数据库的线程数（各一个连接；SQLite 每个另用 4 MiB 缓存），3 至 64，须大于 limits.reads_per_caller_max 的两倍",
    ),
    (
        "store.waiting_max",
        "可排队等待数据库的任务数，超出时应答 503",
    ),
    ("store.sqlite_busy_ms", "SQLite 等待其他进程释放锁的毫秒数"),
    (
        "store.sqlite_mib_max",
        "SQLite 文件大小上限（MiB），0 为不限；到达后不再受理",
    ),
    ("store.sqlite_cache_mib", "SQLite 写连接的页缓存（MiB）"),
    (
        "store.sqlite_log_mib",
        "SQLite 预写日志（-wal 文件）回写后缩减到的大小（MiB）；有程序长时间读库时会超过，达到四倍时告警",
    ),
    (
        "store.read_ms_max",
        "平台自身一次读库最长的毫秒数，超过即中止；读库期间 SQLite 预写日志无法缩减",
    ),
    (
        "store.encryption_key_file",
        "落盘加密的密钥文件，每行“标识 算法 Base64 密钥”（sm4-gcm 16 字节或 aes-256-gcm 32 字节），首行用于加密，其余仅用于解密；权限应为 0600，与数据库及其备份分开保存，遗失则报文与回执无法读取；留空为不加密",
    ),
    (
        "store.free_mib_min",
        "SQLite 所在磁盘的剩余空间（MiB）低于此值时 /readyz 报告未就绪，0 为不检查",
    ),
    (
        "jobs.at_once_max",
        "定时任务：本进程同时执行的任务数，2 至 64；其中一个位置留给用时短的任务",
    ),
    (
        "archive.url",
        "归档存储：file:/绝对路径，或 s3://桶名/目录；为空则不归档，也不清理任何数据",
    ),
    (
        "archive.s3_endpoint",
        "兼容 S3 的存储的地址，如 https://s3.example.com；为空则为亚马逊 S3",
    ),
    ("archive.s3_region", "其区域"),
    ("archive.s3_access_key", "访问归档桶的密钥编号"),
    ("archive.s3_secret_file", "内含该密钥的文件"),
    ("archive.request_ms_max", "一次归档存储请求最多多少毫秒"),
    ("archive.retries_max", "归档存储请求失败后最多重试几次"),
    (
        "archive.scratch_dir",
        "还原校验所用的目录，须容得下最大一卷还原后的大小；为空则用系统临时目录",
    ),
    (
        "retention.payload_days",
        "交换报文原文（报文与回执的内容）在线保存多少天，不少于 90（运维合同 3.3.3：3 个月）；之后只在归档中",
    ),
    (
        "retention.trade_days",
        "交易记录（报文、单证、回执结果）在线保存多少天，不少于 1096（《电子商务法》第三十一条：3 年）",
    ),
    (
        "retention.log_days",
        "网络与安全日志（事件、任务执行记录）在线保存多少天，不少于 184（《网络安全法》第二十一条：6 个月）",
    ),
    ("queue.kind", "平台与海关之间的队列：builtin 或 rabbitmq"),
    ("queue.url", "内置队列的数据库；单独成库，提交互不等待"),
    (
        "queue.builtin.lease_ms",
        "内置队列：取走的报文多少毫秒内未确认则重新投递",
    ),
    (
        "queue.builtin.poll_ms",
        "内置队列：等待者自行查看的间隔毫秒数",
    ),
    (
        "queue.builtin.body_bytes_max",
        "内置队列：单份内容的字节上限",
    ),
    (
        "queue.rabbitmq.url",
        "RabbitMQ 地址：amqp://用户:口令@主机:端口/虚拟主机，amqps 为 TLS",
    ),
    (
        "queue.rabbitmq.ca_file",
        "RabbitMQ 服务器证书的 CA（PEM）；缺省用系统的",
    ),
    ("queue.rabbitmq.prefetch", "RabbitMQ：未确认报文的预取数"),
    ("queue.rabbitmq.heartbeat_s", "RabbitMQ：心跳秒数"),
    (
        "queue.rabbitmq.connect_ms_max",
        "RabbitMQ：建立连接的毫秒上限",
    ),
    (
        "queue.rabbitmq.confirm_ms_max",
        "RabbitMQ：等待一批确认的毫秒上限",
    ),
    (
        "queue.rabbitmq.retry_ms_max",
        "RabbitMQ：两次连接尝试之间的最长毫秒数",
    ),
    (
        "queue.rabbitmq.queue_kind",
        "RabbitMQ：新建队列的种类，quorum 或 classic",
    ),
    (
        "queue.rabbitmq.body_bytes_max",
        "RabbitMQ：单份内容的字节上限",
    ),
    (
        "intake.message_bytes_max",
        "单份报文的字节上限，1024 至 67108864",
    ),
    ("intake.batch_bytes_max", "一次批量提交的字节上限"),
    ("intake.batch_lines_max", "一次批量提交的报文份数上限"),
    (
        "intake.waiting_bytes_max",
        "已到达、等待保存的全部内容的字节上限；按实际到达的字节计，不按声明的长度计",
    ),
    (
        "intake.waiting_percent_per_caller_max",
        "其中同一企业最多占多少（百分比，1 至 100；至少容得下一次批量提交）",
    ),
    (
        "intake.forms_max",
        "同时处理的工作簿、JSON、预检与验签诊断数，超出者排队",
    ),
    ("intake.forms_per_caller_max", "其中同一企业的上限"),
    (
        "intake.duplicate_days",
        "查重期限（天，不小于 90；0 表示永久）：期限内同一 guid 不会重复受理。已办结且超过期限的，再次提交视为新报文，也不能再按 guid 查到",
    ),
    ("intake.body_ms_max", "调用方发送完请求内容的毫秒上限"),
    (
        "intake.signature_frame",
        "工作簿和 JSON 生成的报文须签名时，是否以占位内容代替签名；只可用于海关模拟器",
    ),
    ("customs.import_up", "进口申报去往海关的队列"),
    ("customs.import_down", "进口回执来自海关的队列"),
    ("customs.export_up", "出口申报去往海关的队列"),
    ("customs.export_down", "出口回执来自海关的队列"),
    ("customs.import_receiver", "海关进口的 DXP 编号"),
    ("customs.export_receiver", "海关出口的 DXP 编号"),
    ("customs.node", "本平台的传输节点编号，1 至 8 个字符"),
    ("customs.customs_node", "海关的传输节点编号，1 至 8 个字符"),
    (
        "signature.trust_dir",
        "验签信任的根证书、签发机构证书与吊销列表（PEM 或 DER）所在目录，改动后数秒内生效；空表示不核对证书链，签名策略为 required 的企业的报文则全部拒收（TG-E4004）",
    ),
    (
        "signature.sm2",
        "SM2 验签实现：tables（常用公钥预计算，快）或 library（全部用密码库）",
    ),
    (
        "signature.tables_max",
        "最多为多少个公钥保留预计算表，0 至 100000；每个约 86 KiB",
    ),
    (
        "signing.keys",
        "代签密钥的列表；私钥与口令只在这里指明存放位置，不入数据库",
    ),
    (
        "signing.keys[].name",
        "代签密钥：短名，登记给企业时使用，1 至 40 个小写字母、数字或横线",
    ),
    (
        "signing.keys[].kind",
        "代签密钥：file（私钥文件）、pkcs11（令牌或密码机）或 usb_key（电子口岸卡）",
    ),
    (
        "signing.keys[].key_file",
        "代签密钥：私钥文件（PEM PKCS#8，可加密）；其他用户不得可读",
    ),
    (
        "signing.keys[].secret_file",
        "代签密钥：私钥口令、令牌 PIN 或卡密码所在文件；私钥未加密时为空",
    ),
    (
        "signing.keys[].certificate_file",
        "代签密钥：证书文件（PEM 或 DER）；证书在令牌或卡内时为空",
    ),
    (
        "signing.keys[].module",
        "代签密钥：PKCS#11 模块（动态库）的路径",
    ),
    ("signing.keys[].token", "代签密钥：令牌的标签"),
    (
        "signing.keys[].key_label",
        "代签密钥：令牌内私钥（及证书）的标签",
    ),
    (
        "signing.keys[].sm2_mechanism",
        "代签密钥：厂商的 SM2 签名机制编号（CKM）；0 表示没有",
    ),
    (
        "signing.keys[].sm2_input",
        "代签密钥：该机制接收 message（原文）还是 digest（摘要 e）",
    ),
    ("signing.keys[].url", "代签密钥：电子口岸卡本机服务的地址"),
    (
        "signing.keys[].sign_ms_max",
        "代签密钥：一次签名的毫秒上限，100 至 120000",
    ),
    (
        "signing.keys[].waiting_max",
        "代签密钥：可排队等待的签名数，超出时稍后重试",
    ),
    (
        "signing.keys[].at_once",
        "代签密钥：同时进行的签名数；卡为 1",
    ),
    (
        "payment_inquiry.environment",
        "179 号公告支付数据上传到：off 不上传、test 测试地址或 production 正式地址",
    ),
    (
        "payment_inquiry.test_url",
        "179 号公告：海关测试环境的上传地址",
    ),
    (
        "payment_inquiry.production_url",
        "179 号公告：海关正式环境的上传地址",
    ),
    (
        "payment_inquiry.ca_file",
        "179 号公告：签发海关证书的 CA（PEM）；空为公共 CA",
    ),
    (
        "payment_inquiry.callers",
        "179 号公告：允许发起询问的海关地址列表；空表示不限",
    ),
    (
        "payment_inquiry.minute_max",
        "179 号公告：每家企业每分钟受理的询问数；已知订单与未知订单分开计，互不占用",
    ),
    (
        "payment_inquiry.unknown_minute_max",
        "179 号公告：未知订单的询问，同一来源地址对一家企业每分钟的上限（已在 callers 中列出的地址不受此限）",
    ),
    (
        "customs_box.matching",
        "海关模拟器：清单缺少订单、支付单或运单时 relaxed 放行或 strict 退单",
    ),
    (
        "customs_box.match_wait_ms",
        "海关模拟器：清单等待三单齐全的毫秒数",
    ),
    (
        "customs_box.match_poll_ms",
        "海关模拟器：等待中的清单多少毫秒查看一次",
    ),
    (
        "customs_box.unmatched_code",
        "海关模拟器：strict 退单时的原因代码",
    ),
    (
        "customs_box.tax_bills",
        "海关模拟器：放行的进口清单是否下发税单（816、818）",
    ),
    (
        "customs_box.entities_per_message",
        "海关模拟器：一份回执报文最多包含的单证回执数，1 至 100",
    ),
    (
        "customs_box.poll_ms",
        "海关模拟器：空闲时查看队列的间隔毫秒数",
    ),
    ("customs_box.seed", "海关模拟器：回执编号的种子"),
    (
        "customs_box.delays.first_ms",
        "海关模拟器：收到申报到第一个回执的毫秒数",
    ),
    (
        "customs_box.delays.second_ms",
        "海关模拟器：第一个到第二个回执的毫秒数",
    ),
    (
        "customs_box.delays.third_ms",
        "海关模拟器：第二个到第三个回执的毫秒数",
    ),
    (
        "customs_box.delays.further_ms",
        "海关模拟器：其后每个回执之前的毫秒数",
    ),
    (
        "customs_box.delays.tax_bill_ms",
        "海关模拟器：清单最后回执到税单的毫秒数",
    ),
    (
        "customs_box.delays.tax_paid_ms",
        "海关模拟器：税单到缴款状态的毫秒数",
    ),
];
