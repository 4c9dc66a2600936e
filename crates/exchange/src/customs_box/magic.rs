//! Magic words (触发指令): what a test writes into a number to make the simulator behave.
//!
//! A word begins with `ZZ-` inside orderNo, payTransactionId, logisticsNo, copNo or coElNo and ends
//! at the first character that is no capital letter or digit: `DD20260105-ZZ-R1332`. Several words
//! may follow each other: `ZZ-DUP-ZZ-D5S`. The first of those elements that holds a word decides;
//! the others are not read, because copNo is short and cuts words off.
//!
//! [`WORDS`] is the one source: reading goes by it and `docs/protocol/customs-box.md` is written
//! from it.

/// What stands after the name of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Argument {
    None,
    /// A number, `R1332`.
    Number,
    /// Seconds with an `S` after them, `D30S`.
    Seconds,
}

/// What a word does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// 海关退单 with a reason code.
    Refuse,
    /// A negative code of the E-Port.
    Fault,
    /// Every answer later by so many seconds.
    Delay,
    /// Ten times the usual pauses.
    Slow,
    /// No answer at all.
    Silent,
    /// Every answer twice.
    Twice,
    /// Answers in reverse order.
    Disorder,
    /// All answers in one message.
    Batch,
    /// 查验 before release.
    Inspect,
    /// 人工审核, and nothing further until a person decides.
    Manual,
    /// 发送海关失败.
    SendFailed,
    /// 扣留移送通关.
    Detain,
    /// 退运.
    Return,
    /// 报文格式校验回执 instead of an answer.
    Format,
    /// Bytes that are no message before the answers.
    Garbage,
    /// A status that nobody knows at the end.
    Unknown,
}

/// One word.
struct Word {
    name: &'static str,
    argument: Argument,
    act: Act,
    example: &'static str,
    /// What happens, for the person who reads the page.
    text: &'static str,
}

const fn word(
    name: &'static str,
    argument: Argument,
    act: Act,
    example: &'static str,
    text: &'static str,
) -> Word {
    Word {
        name,
        argument,
        act,
        example,
        text,
    }
}

/// Longer names first, where one begins with another.
const WORDS: &[Word] = &[
    word(
        "R",
        Argument::Number,
        Act::Refuse,
        "ZZ-R1332",
        "海关退单：2、3 之后回 100，附 `[Code:1332;Desc:…]`；原因码任选",
    ),
    word(
        "N",
        Argument::Number,
        Act::Fault,
        "ZZ-N621018",
        "处理异常：只回一个负数状态，例如 -621018",
    ),
    word(
        "D",
        Argument::Seconds,
        Act::Delay,
        "ZZ-D30S",
        "全部回执推迟 30 秒；秒数任选",
    ),
    word(
        "SLOW",
        Argument::None,
        Act::Slow,
        "ZZ-SLOW",
        "各回执之间的间隔变为平时的十倍",
    ),
    word(
        "SILENT",
        Argument::None,
        Act::Silent,
        "ZZ-SILENT",
        "收下报文，永不回执",
    ),
    word(
        "DUP",
        Argument::None,
        Act::Twice,
        "ZZ-DUP",
        "每个回执发送两次，内容完全相同",
    ),
    word(
        "ORDER",
        Argument::None,
        Act::Disorder,
        "ZZ-ORDER",
        "回执倒序到达；returnTime 仍是真实顺序",
    ),
    word(
        "BATCH",
        Argument::None,
        Act::Batch,
        "ZZ-BATCH",
        "全部回执合并在一个回执报文里",
    ),
    word(
        "INSPECT",
        Argument::None,
        Act::Inspect,
        "ZZ-INSPECT",
        "清单：放行之前回 500 查验",
    ),
    word(
        "MANUAL",
        Argument::None,
        Act::Manual,
        "ZZ-MANUAL",
        "回 300 人工审核，此后等待人工注入结果",
    ),
    word(
        "SENDFAIL",
        Argument::None,
        Act::SendFailed,
        "ZZ-SENDFAIL",
        "发送海关失败：2 之后回 4，可重新申报",
    ),
    word(
        "DETAIN",
        Argument::None,
        Act::Detain,
        "ZZ-DETAIN",
        "扣留移送通关：120 之后回 501",
    ),
    word(
        "RETURN",
        Argument::None,
        Act::Return,
        "ZZ-RETURN",
        "退运：120 之后回 700",
    ),
    word(
        "900",
        Argument::None,
        Act::Format,
        "ZZ-900",
        "回 CEB900 报文格式校验回执，单证视为没有收到",
    ),
    word(
        "GARBAGE",
        Argument::None,
        Act::Garbage,
        "ZZ-GARBAGE",
        "先发一段不是报文的字节，再发正常回执",
    ),
    word(
        "UNKNOWN",
        Argument::Number,
        Act::Unknown,
        "ZZ-UNKNOWN777",
        "最后回一个标准里没有的状态，例如 777",
    ),
];

/// Largest delay that a word can ask for, in seconds.
const DELAY_S_MAX: i64 = 86_400;

/// What the words of one document ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Magic {
    /// The ending that was asked for, with its number.
    pub(super) ending: Option<(Act, i32)>,
    pub(super) delay_ms: i64,
    pub(super) slow: bool,
    pub(super) twice: bool,
    pub(super) disorder: bool,
    pub(super) batch: bool,
    pub(super) garbage: bool,
}

impl Magic {
    /// Reads the words of a document; `values` are its numbers, the most telling first.
    pub(super) fn read<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        values
            .into_iter()
            .find(|value| value.contains("ZZ-"))
            .map(Self::of)
            .unwrap_or_default()
    }

    fn of(value: &str) -> Self {
        let mut magic = Self::default();
        for rest in value.split("ZZ-").skip(1) {
            let end = rest
                .find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit())
                .unwrap_or(rest.len());
            if let Some((act, number)) = look_up(&rest[..end]) {
                magic.add(act, number);
            }
        }
        magic
    }

    fn add(&mut self, act: Act, number: i32) {
        match act {
            Act::Delay => self.delay_ms = i64::from(number).min(DELAY_S_MAX) * 1000,
            Act::Slow => self.slow = true,
            Act::Twice => self.twice = true,
            Act::Disorder => self.disorder = true,
            Act::Batch => self.batch = true,
            Act::Garbage => self.garbage = true,
            Act::Refuse
            | Act::Fault
            | Act::Silent
            | Act::Inspect
            | Act::Manual
            | Act::SendFailed
            | Act::Detain
            | Act::Return
            | Act::Format
            | Act::Unknown => self.ending = Some((act, number)),
        }
    }

    pub(super) fn asks_for(&self, act: Act) -> bool {
        matches!(self.ending, Some((asked, _)) if asked == act)
    }
}

fn look_up(text: &str) -> Option<(Act, i32)> {
    WORDS.iter().find_map(|word| {
        let rest = text.strip_prefix(word.name)?;
        let number = match word.argument {
            Argument::None => return rest.is_empty().then_some((word.act, 0)),
            Argument::Number => rest,
            Argument::Seconds => rest.strip_suffix('S')?,
        };
        Some((word.act, number.parse().ok()?))
    })
}

/// The page of all words (docs/protocol/customs-box.md).
pub(super) fn page() -> String {
    let mut page = String::from(
        "# 海关模拟器\n\n\
         <!-- 本页由程序生成：crates/exchange/src/customs_box/magic.rs -->\n\n\
         海关模拟器（customs box）代替海关与电子口岸，供演示、企业联调和测试使用。\
         **它不是海关**：回执由程序编造，没有任何法律效力。\n\n\
         ## 平时的回执\n\n\
         | 报文 | 回执状态 |\n|---|---|\n",
    );
    for (kinds, text) in super::plan::USUAL {
        page.push_str(&format!("| {kinds} | {text} |\n"));
    }
    page.push_str(
        "\n## 触发指令\n\n\
         将下列指令写入 orderNo、payTransactionId、logisticsNo、copNo 或 coElNo，模拟器即按指令执行。\
         指令以 `ZZ-` 开头，到第一个不是大写字母或数字的字符为止；可以连写几个：`ZZ-DUP-ZZ-D5S`。\
         几个字段都有时，以上面排在前面的字段为准。copNo 最多 20 个字符，请留意长度。\n\n\
         | 指令 | 效果 |\n|---|---|\n",
    );
    for word in WORDS {
        page.push_str(&format!("| `{}` | {} |\n", word.example, word.text));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::{Act, Magic, WORDS, look_up, page};

    #[test]
    fn every_example_is_read_as_its_own_word() {
        for word in WORDS {
            let text = word.example.strip_prefix("ZZ-").unwrap();
            let (act, _) = look_up(text).unwrap();
            assert_eq!(act, word.act, "{}", word.example);
            assert!(word.example.len() <= 20, "{}", word.example);
        }
    }

    #[test]
    fn words_are_found_inside_numbers() {
        let magic = Magic::read(["plain", "DD1-ZZ-R1332-ZZ-DUP-x", "ZZ-SLOW"]);
        assert_eq!(magic.ending, Some((Act::Refuse, 1332)));
        assert!(magic.twice && !magic.slow);
        assert_eq!(Magic::read(["ZZ-D30S/1"]).delay_ms, 30_000);
        assert_eq!(
            Magic::read(["ZZ-", "ZZ-NONSENSE", "ZZ-R", "zz-r1"]),
            Magic::default()
        );
        assert_eq!(Magic::read(["ZZ-N99999999999999"]), Magic::default());
    }

    #[test]
    fn the_page_is_written_from_the_table() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/protocol/customs-box.md"
        );
        expect_test::expect_file![path].assert_eq(&page());
    }
}
