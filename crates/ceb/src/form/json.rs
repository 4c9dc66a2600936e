//! A strict JSON reader (RFC 8259) that keeps what we need and the usual ones drop: the line of every
//! value, numbers exactly as written, and members that appear twice.

/// Deepest nesting; a message needs six.
const DEPTH_MAX: u32 = 16;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<JsonNode>),
    /// An object; members in their order, doubles included.
    Object(Vec<(String, JsonNode)>),
}

/// A value with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonNode {
    /// The value.
    pub value: Json,
    /// Line on which it begins, from 1.
    pub line: u32,
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong, in Chinese.
    pub text: &'static str,
}

/// Reads a text.
///
/// # Errors
/// The first place where it is not JSON.
pub fn read(bytes: &[u8]) -> Result<JsonNode, JsonFault> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let n_lines = memchr::memchr_iter(b'\n', before).count();
        JsonFault {
            line: u32::try_from(n_lines).unwrap_or(u32::MAX).saturating_add(1),
            text: "编码不是 UTF-8",
        }
    })?;
    let mut reader = JsonReader {
        text,
        at: 0,
        line: 1,
    };
    reader.blank();
    let node = reader.node(0)?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.fault("结束之后还有多余的内容"));
    }
    Ok(node)
}

struct JsonReader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl JsonReader<'_> {
    fn fault(&self, text: &'static str) -> JsonFault {
        JsonFault {
            line: self.line,
            text,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += u32::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn node(&mut self, depth: u32) -> Result<JsonNode, JsonFault> {
        if depth > DEPTH_MAX {
            return Err(self.fault("嵌套过深"));
        }
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Json::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Json::Bool(true))?,
            Some(b'f') => self.word("false", Json::Bool(false))?,
            Some(b'n') => self.word("null", Json::Null)?,
            Some(_) => return Err(self.fault("此处应为一个值")),
            None => return Err(self.fault("内容不完整")),
        };
        Ok(JsonNode { value, line })
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonFault> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.fault("此处应为一个值"))
    }

    fn list(&mut self, depth: u32) -> Result<Json, JsonFault> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            self.blank();
            items.push(self.node(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(items));
                }
                Some(_) => return Err(self.fault("此处应为逗号或右方括号")),
                None => return Err(self.fault("内容不完整")),
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, JsonFault> {
        self.at += 1;
        let mut members = Vec::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.fault("此处应为用双引号括起的名称"));
            }
            let name = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.fault("名称之后应为冒号"));
            }
            self.at += 1;
            self.blank();
            let node = self.node(depth + 1)?;
            members.push((name, node));
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                Some(_) => return Err(self.fault("此处应为逗号或右花括号")),
                None => return Err(self.fault("内容不完整")),
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Json, JsonFault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.peek();
        let n_digits = self.digits();
        if n_digits == 0 || (first == Some(b'0') && n_digits > 1) {
            return Err(self.fault("数字不能以 0 开头；代码请写成加引号的文字"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.fault("小数点之后应有数字"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.fault("指数之后应有数字"));
            }
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    fn string(&mut self) -> Result<String, JsonFault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return Err(self.fault("文字没有结束的双引号"));
            };
            out.push_str(&rest[..end]);
            self.at += end + 1;
            match rest.as_bytes()[end] {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escape()?),
                _ => return Err(self.fault("文字中有未转义的控制字符（如换行）")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonFault> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) | None => {
                self.at -= 1;
                return Err(self.fault("无效的转义"));
            }
        })
    }

    fn unicode(&mut self) -> Result<char, JsonFault> {
        let high = self.hex()?;
        if !(0xD800..0xE000).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.fault("无效的转义"));
        }
        let is_pair = high < 0xDC00 && self.text[self.at..].starts_with("\\u");
        if !is_pair {
            return Err(self.fault("不成对的 \\u 转义"));
        }
        self.at += 2;
        let low = self.hex()?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(self.fault("不成对的 \\u 转义"));
        }
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            .ok_or_else(|| self.fault("无效的转义"))
    }

    fn hex(&mut self) -> Result<u32, JsonFault> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        let is_hex = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        self.at += 4;
        value.ok_or_else(|| {
            self.at -= 4;
            self.fault("无效的 \\u 转义")
        })
    }
}
