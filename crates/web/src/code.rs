//! Codes (错误代码): what programs act on and people look up.

/// A code (错误代码) of a refusal or fault, the source of its page in `docs/codes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// Stable name: `TG-R` and four digits for a refusal, `TG-F` for a fault of the platform.
    pub code: &'static str,
    /// HTTP status that goes with it.
    pub status: u16,
    /// What it is called, in Chinese.
    pub title: &'static str,
    /// What it is called, in English.
    pub title_en: &'static str,
    /// What happened, in Chinese.
    pub meaning: &'static str,
    /// What to do, in Chinese.
    pub advice: &'static str,
    /// What happened, in English.
    pub meaning_en: &'static str,
    /// What to do, in English.
    pub advice_en: &'static str,
}

impl ErrorCode {
    /// The page of the knowledge base, as Markdown.
    pub fn markdown(&self) -> String {
        format!(
            "# {} {}\n\n{}\n\n- HTTP 状态: {}\n\n## 发生了什么\n\n{}\n\n## 怎么办\n\n{}\n",
            self.code, self.title, self.title_en, self.status, self.meaning, self.advice
        )
    }

    /// The same page in English.
    pub fn markdown_en(&self) -> String {
        format!(
            "# {} {}\n\n- HTTP status: {}\n\n## What happened\n\n{}\n\n## What to do\n\n{}\n",
            self.code, self.title_en, self.status, self.meaning_en, self.advice_en
        )
    }
}

/// Declares the codes of a module and `ALL`, the list of them: `NAME = code, HTTP status, title, title in
/// English, what happened, what to do, what happened and what to do in English;`.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $title:literal, $title_en:literal,
        $meaning:literal, $advice:literal, $meaning_en:literal, $advice_en:literal;)+) => {
        $(
            #[doc = $code]
            pub const $name: $crate::ErrorCode = $crate::ErrorCode {
                code: $code,
                status: $status,
                title: $title,
                title_en: $title_en,
                meaning: $meaning,
                advice: $advice,
                meaning_en: $meaning_en,
                advice_en: $advice_en,
            };
        )+
        /// Every code of this module.
        pub const ALL: &[$crate::ErrorCode] = &[$($name),+];
    };
}
