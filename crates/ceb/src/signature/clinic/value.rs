//! SM2 values that are not r‖s with 64 bytes: what they are, and what r‖s they mean.

use crate::sm2::Sm2PublicKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// In what form a value came (签名值的形式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueForm {
    /// r without its leading zeros: how many bytes it has.
    ShortR(usize),
    /// s without its leading zeros.
    ShortS(usize),
    /// Both are short.
    ShortBoth(usize, usize),
    /// r or s with a sign byte in front, as big integers of Java give it.
    SignBytes,
    /// Hexadecimal text of the value, in Base64 again.
    HexText,
    /// Hexadecimal where Base64 should be.
    Hex,
    /// Base64 of Base64.
    Twice,
    /// The structure of a card's interface: r and s in 64 bytes each.
    CardStructure,
    /// DER.
    Der,
    /// DER that breaks its rules: lengths in a long form, numbers without sign byte, bytes behind it.
    LooseDer,
    /// A byte before r‖s.
    Prefixed,
    /// A byte behind r‖s.
    Suffixed,
    /// s before r.
    Swapped,
    /// The bytes of r and s the wrong way round.
    LittleEndian,
}

impl ValueForm {
    /// The name that programs read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ShortR(_) => "short-r",
            Self::ShortS(_) => "short-s",
            Self::ShortBoth(..) => "short-r-and-s",
            Self::SignBytes => "sign-bytes",
            Self::HexText => "hex-text",
            Self::Hex => "hex",
            Self::Twice => "base64-twice",
            Self::CardStructure => "card-structure",
            Self::Der => "der",
            Self::LooseDer => "loose-der",
            Self::Prefixed => "prefixed",
            Self::Suffixed => "suffixed",
            Self::Swapped => "swapped",
            Self::LittleEndian => "reversed",
        }
    }

    /// What it is and what to do, in Chinese.
    pub(super) fn describe(self) -> String {
        const PAD: &str =
            "r 和 s 必须各占 32 字节，不足时在左边补 0（不要用会去掉前导零的大整数转换）。";
        const OFTEN: &str =
            "r 或 s 以零字节开头的情况大约每 128 个签名出现一次，所以这个问题时有时无";
        match self {
            Self::ShortR(n) => format!(
                "SM2 签名值里 r 只有 {n} 字节，丢了前导零；在 r 的左边补 0 之后签名值正确。{OFTEN}：{PAD}"
            ),
            Self::ShortS(n) => format!(
                "SM2 签名值里 s 只有 {n} 字节，丢了前导零；在 s 的左边补 0 之后签名值正确。{OFTEN}：{PAD}"
            ),
            Self::ShortBoth(r, s) => format!(
                "SM2 签名值里 r 只有 {r} 字节、s 只有 {s} 字节，都丢了前导零；补 0 之后签名值正确。{OFTEN}：{PAD}"
            ),
            Self::SignBytes => format!(
                "SM2 签名值里 r 或 s 多了一个表示正数的 00 字节（有符号大整数的写法）；去掉之后签名值正确：{PAD}"
            ),
            Self::HexText => "SM2 签名值是十六进制文本再做的 Base64；还原之后签名值正确：请先把十六进制还原成 64 字节，再做一次 Base64。".to_owned(),
            Self::Hex => "SignatureValue 写的是十六进制，不是 Base64；还原之后签名值正确：请对 64 字节的签名值做 Base64。".to_owned(),
            Self::Twice => "签名值做了两次 Base64；还原之后签名值正确：只做一次。".to_owned(),
            Self::CardStructure => "SM2 签名值是密码卡接口的结构（r、s 各放在 64 字节里，左边补了 0），共 128 字节；取出之后签名值正确：请取 r 的后 32 字节和 s 的后 32 字节相连。".to_owned(),
            Self::Der => "SM2 签名值是 DER 编码；取出 r 和 s 之后签名值正确：请改为 r 和 s 相连的 64 字节。".to_owned(),
            Self::LooseDer => "SM2 签名值是不合规则的 DER 编码（长度写法、符号字节不对，或后面多出字节）；取出 r 和 s 之后签名值正确：请改为 r 和 s 各 32 字节、相连的 64 字节。".to_owned(),
            Self::Prefixed => "SM2 签名值前面多了一个字节；去掉之后签名值正确：签名值只有 r 和 s 相连的 64 字节，没有前缀。".to_owned(),
            Self::Suffixed => "SM2 签名值后面多了一个字节；去掉之后签名值正确：签名值只有 r 和 s 相连的 64 字节。".to_owned(),
            Self::Swapped => "SM2 签名值里 r 和 s 的次序颠倒了；交换之后签名值正确：请先写 r，再写 s。".to_owned(),
            Self::LittleEndian => "SM2 签名值里 r 和 s 的字节次序颠倒了（低位在前）；倒过来之后签名值正确：请高位在前。".to_owned(),
        }
    }
}

/// Every r‖s that a value could mean; `text` is the value as written.
pub(super) fn readings(value: &[u8], text: &str) -> Vec<(ValueForm, [u8; 64])> {
    let mut all = plain(value);
    let mut nested = |form, bytes: Option<Vec<u8>>| {
        let Some(bytes) = bytes else { return };
        if let Ok(raw) = bytes.as_slice().try_into() {
            all.push((form, raw));
        }
        // The outer form is the one to be named: it has to be undone first.
        all.extend(plain(&bytes).into_iter().map(|(_, raw)| (form, raw)));
    };
    nested(ValueForm::Hex, unhex(text.as_bytes()));
    nested(ValueForm::HexText, unhex(value.trim_ascii()));
    nested(ValueForm::Twice, STANDARD.decode(value.trim_ascii()).ok());
    all
}

/// The readings of bytes that are neither hexadecimal nor Base64 again.
fn plain(value: &[u8]) -> Vec<(ValueForm, [u8; 64])> {
    let mut all = Vec::new();
    if (56..64).contains(&value.len()) {
        for n_r in (28..=32).rev() {
            let Some(n_s) = value.len().checked_sub(n_r).filter(|n| *n <= 32) else {
                continue;
            };
            let form = match (n_r, n_s) {
                (n_r, 32) => ValueForm::ShortR(n_r),
                (32, n_s) => ValueForm::ShortS(n_s),
                (n_r, n_s) => ValueForm::ShortBoth(n_r, n_s),
            };
            let (r, s) = value.split_at(n_r);
            all.extend(joined(r, s).map(|raw| (form, raw)));
        }
    }
    if (64..=66).contains(&value.len()) {
        for n_r in 31..=33 {
            let Some((r, s)) = value.split_at_checked(n_r) else {
                continue;
            };
            let is_signed = |number: &[u8]| number.len() == 33 && number.first() == Some(&0);
            if is_signed(r) || is_signed(s) {
                all.extend(joined(r, s).map(|raw| (ValueForm::SignBytes, raw)));
            }
        }
    }
    if let [_, rest @ ..] = value
        && let Ok(raw) = rest.try_into()
    {
        all.push((ValueForm::Prefixed, raw));
    }
    if let [rest @ .., _] = value
        && let Ok(raw) = rest.try_into()
    {
        all.push((ValueForm::Suffixed, raw));
    }
    if value.len() == 128 {
        let (r, s) = value.split_at(64);
        let is_padded = |half: &[u8]| {
            half.get(..32)
                .is_some_and(|lead| lead.iter().all(|b| *b == 0))
        };
        if is_padded(r) && is_padded(s) {
            all.extend(joined(r, s).map(|raw| (ValueForm::CardStructure, raw)));
        }
    }
    if let Ok(raw) = <[u8; 64]>::try_from(value) {
        let (r, s) = raw.split_at(32);
        all.extend(joined(s, r).map(|raw| (ValueForm::Swapped, raw)));
        let turned = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
        all.extend(joined(&turned(r), &turned(s)).map(|raw| (ValueForm::LittleEndian, raw)));
        all.extend(joined(&turned(s), &turned(r)).map(|raw| (ValueForm::LittleEndian, raw)));
    } else if let Some((raw, is_strict)) = der(value) {
        let form = if is_strict {
            ValueForm::Der
        } else {
            ValueForm::LooseDer
        };
        all.push((form, raw));
    }
    all
}

/// r and s in 32 bytes each; `None` when one is larger.
fn joined(r: &[u8], s: &[u8]) -> Option<[u8; 64]> {
    let mut raw = [0; 64];
    for (number, end) in [(r, 32_usize), (s, 64)] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..)?;
        if number.len() > 32 {
            return None;
        }
        raw.get_mut(end - number.len()..end)?
            .copy_from_slice(number);
    }
    Some(raw)
}

/// r and s of `SEQUENCE { INTEGER r, INTEGER s }`, and whether it keeps the rules of DER.
fn der(value: &[u8]) -> Option<([u8; 64], bool)> {
    let (body, behind, mut is_strict) = element(0x30, value)?;
    is_strict &= behind.is_empty();
    let (r, rest, is_r_strict) = element(0x02, body)?;
    let (s, behind, is_s_strict) = element(0x02, rest)?;
    let minimal = |number: &[u8]| match number {
        [0, next, ..] => *next >= 0x80,
        [first, ..] => *first < 0x80,
        [] => false,
    };
    is_strict &= behind.is_empty() && is_r_strict && is_s_strict && minimal(r) && minimal(s);
    Some((joined(r, s)?, is_strict))
}

/// Content, what follows, and whether the length has its shortest form.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    match bytes {
        [found, 0x81, length, rest @ ..] if *found == tag => {
            let (inside, behind) = rest.split_at_checked(usize::from(*length))?;
            Some((inside, behind, *length >= 0x80))
        }
        [found, 0x82, high, low, rest @ ..] if *found == tag => {
            let length = (usize::from(*high) << 8) | usize::from(*low);
            let (inside, behind) = rest.split_at_checked(length)?;
            Some((inside, behind, length >= 0x100))
        }
        [found, length, rest @ ..] if *found == tag && *length < 0x80 => {
            let (inside, behind) = rest.split_at_checked(usize::from(*length))?;
            Some((inside, behind, true))
        }
        _ => None,
    }
}

/// Bytes of hexadecimal digits, two for each; `None` for other text and for fewer than 16 bytes.
pub(super) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let is_long = text.len() >= 32;
    is_long.then(|| data_encoding::HEXLOWER_PERMISSIVE.decode(text).ok())?
}

/// What a value of a wrong length is, in Chinese, without knowing whether it verifies.
#[must_use]
pub fn shape(value: &[u8]) -> String {
    let n = value.len();
    let what = match value {
        [] => "是空的".to_owned(),
        [0x30, 0x82, ..] if n > 200 => "像是整个 PKCS#7 签名包或证书，不是签名值本身".to_owned(),
        _ if unhex(value.trim_ascii()).is_some() => "像是十六进制文本再做的 Base64".to_owned(),
        _ if n > 64
            && STANDARD
                .decode(value.trim_ascii())
                .is_ok_and(|inner| inner.len() >= 60) =>
        {
            "像是做了两次 Base64".to_owned()
        }
        [0x30, ..] if (68..=74).contains(&n) => match der(value) {
            Some((_, true)) => "是 DER 编码".to_owned(),
            Some((_, false)) => "是不合规则的 DER 编码".to_owned(),
            None => "以 30 开头，像是被截断或损坏的 DER 编码".to_owned(),
        },
        [4, ..] if n == 65 => "以 04 开头，像是公钥，不是签名值".to_owned(),
        [4, ..] if n >= 97 && is_ciphertext(value) => {
            "是 SM2 加密的结果（C1C3C2 或 C1C2C3），不是签名：请调用签名接口，不要调用加密接口"
                .to_owned()
        }
        [2 | 3, ..] if n == 33 => "像是压缩的公钥，不是签名值".to_owned(),
        _ => by_length(n),
    };
    format!("SM2 签名值应为 r 和 s 相连的 64 字节，实际 {n} 字节，{what}")
}

fn by_length(n: usize) -> String {
    match n {
        20 => "正好是 SHA-1 摘要的长度，像是把摘要当成了签名值".to_owned(),
        32 => {
            "正好是 SM3 或 SHA-256 摘要的长度，像是把摘要当成了签名值，或只有 r 没有 s".to_owned()
        }
        56..=63 => format!(
            "少 {} 字节，像是 r 或 s 丢了前导零（大约每 128 个签名出现一次）",
            64 - n
        ),
        65 | 66 => "多出的字节像是 r 或 s 前面表示正数的 00，或别的前缀".to_owned(),
        96 => "像是去掉 04 前缀的 SM2 密文，不是签名".to_owned(),
        128 => "像是密码卡接口里 r、s 各占 64 字节的结构，或 RSA-1024 的签名值".to_owned(),
        256 => "正好是 RSA-2048 签名值的长度：算法写的是 SM2，密钥可能是 RSA".to_owned(),
        384 | 512 => "像是 RSA 的签名值：算法写的是 SM2，密钥可能是 RSA".to_owned(),
        n if n < 56 => "太短，像是被截断".to_owned(),
        _ => "不是已知的任何一种写法".to_owned(),
    }
}

/// SM2 ciphertext begins with a point of the curve.
fn is_ciphertext(value: &[u8]) -> bool {
    value
        .get(..65)
        .is_some_and(|point| Sm2PublicKey::from_sec1(point).is_some())
}
