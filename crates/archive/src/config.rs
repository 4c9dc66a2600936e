//! Settings of the archive and of the periods.

use crate::class::ArchiveClass;
use serde::{Deserialize, Serialize};
use std::path::{Component, Path, PathBuf};

/// Longest period that a setting may say, in days: a hundred years.
pub const DAYS_MAX: u32 = 36_500;

/// Where the archive is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveConfig {
    /// `file:/folder`, or `s3://bucket/folder`; empty for no archive: then nothing is archived and nothing removed.
    pub url: String,
    /// Address of a store that speaks S3; empty for Amazon's own.
    pub s3_endpoint: String,
    /// Its region.
    pub s3_region: String,
    /// The id of the key by which the platform is known there.
    pub s3_access_key: String,
    /// File with the secret of that key.
    pub s3_secret_file: String,
    /// Longest time of one request to the archive store, in milliseconds.
    pub request_ms_max: u64,
    /// How often a request that failed is tried again.
    pub retries_max: u32,
    /// Folder in which archives are restored for their proof; empty for the system's temporary folder.
    pub scratch_dir: String,
}

impl Default for ArchiveConfig {
    fn default() -> Self {
        Self {
            url: String::new(),
            s3_endpoint: String::new(),
            s3_region: "us-east-1".to_owned(),
            s3_access_key: String::new(),
            s3_secret_file: String::new(),
            request_ms_max: 30_000,
            retries_max: 3,
            scratch_dir: String::new(),
        }
    }
}

/// A path without what leads nowhere: `//`, `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut known, part| {
        match part {
            Component::ParentDir => drop(known.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => known.push(part),
        }
        known
    })
}

impl ArchiveConfig {
    /// What is wrong with a folder of archives for a platform whose data is in another: with the disk of the one both are lost.
    pub fn fault_beside(&self, data: &Path) -> Option<String> {
        let folder = self.url.trim().strip_prefix("file:")?;
        let absolute = std::path::absolute(data).ok()?;
        let is_inside = clean(Path::new(folder)).starts_with(clean(&absolute));
        is_inside.then(|| {
            format!(
                "url 不能在数据目录 {} 之内：请放在另一块磁盘上",
                absolute.display()
            )
        })
    }

    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<String> {
        let url = self.url.trim();
        if url.is_empty() {
            return None;
        }
        if let Some(folder) = url.strip_prefix("file:") {
            if !folder.starts_with('/') {
                return Some(format!(
                    "url 应为 file:/绝对路径 或 s3://桶名/目录（现为 {url}）"
                ));
            }
            let is_root = clean(Path::new(folder)) == Path::new("/");
            return is_root.then(|| "url 不能是根目录，请写归档专用的目录".to_owned());
        }
        let Some(place) = url.strip_prefix("s3:") else {
            return Some(format!(
                "url 应为 file:/绝对路径 或 s3://桶名/目录（现为 {url}）"
            ));
        };
        if place.trim_start_matches('/').is_empty() {
            return Some("url 缺少桶名：s3://桶名/目录".to_owned());
        }
        let is_address = |scheme: &&str| self.s3_endpoint.starts_with(*scheme);
        if !self.s3_endpoint.is_empty() && !["http://", "https://"].iter().any(is_address) {
            return Some("s3_endpoint 应为 http:// 或 https:// 开头的地址".to_owned());
        }
        let is_half = self.s3_access_key.is_empty() || self.s3_secret_file.is_empty();
        is_half.then(|| "使用 s3 时须填写 s3_access_key 和 s3_secret_file".to_owned())
    }
}

/// How long what is stored stays in the database, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Bytes of messages and receipts.
    pub payload_days: u32,
    /// What was declared and what became of it.
    pub trade_days: u32,
    /// Events and runs of jobs.
    pub log_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            payload_days: 92,
            trade_days: 1826,
            log_days: 366,
        }
    }
}

impl RetentionConfig {
    /// The period of a class in days; none for what is never removed.
    pub fn days(&self, class: ArchiveClass) -> Option<u32> {
        match class {
            ArchiveClass::Payload => Some(self.payload_days),
            ArchiveClass::Trade => Some(self.trade_days),
            ArchiveClass::Log => Some(self.log_days),
            ArchiveClass::Evidence => None,
        }
    }

    /// What is wrong with the settings, in Chinese, with the law or clause.
    pub fn fault(&self) -> Option<String> {
        ArchiveClass::ALL.into_iter().find_map(|class| {
            let (days, least) = (self.days(class)?, class.least_days()?);
            let (name, basis) = (class.name(), class.words().basis.0);
            if days < least {
                return Some(format!(
                    "{name}_days 不能少于 {least} 天（现为 {days}）：{basis}"
                ));
            }
            (days > DAYS_MAX).then(|| format!("{name}_days 不能多于 {DAYS_MAX} 天（现为 {days}）"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ArchiveConfig, RetentionConfig};

    #[test]
    fn a_period_below_the_floor_is_refused_with_the_law_or_clause() {
        assert_eq!(RetentionConfig::default().fault(), None);
        let with = |payload_days, trade_days, log_days| RetentionConfig {
            payload_days,
            trade_days,
            log_days,
        };
        for (config, name, basis) in [
            (with(89, 1826, 366), "payload_days", "3.3.3"),
            (with(92, 1095, 366), "trade_days", "第三十一条"),
            (with(92, 1826, 183), "log_days", "第二十一条"),
        ] {
            let fault = config.fault().unwrap();
            assert!(fault.contains(name) && fault.contains(basis), "{fault}");
        }
        assert_eq!(with(90, 1096, 184).fault(), None);
    }

    #[test]
    fn an_address_of_the_archive_is_a_folder_or_a_bucket_with_its_key() {
        let with = |url: &str| ArchiveConfig {
            url: url.to_owned(),
            ..ArchiveConfig::default()
        };
        for good in ["", "file:/var/lib/archive"] {
            assert_eq!(with(good).fault(), None, "{good}");
        }
        for bad in [
            "file:relative",
            "file:/",
            "file:///",
            "file:/srv/..",
            "ftp://x",
            "s3:",
            "s3://bucket/folder",
        ] {
            assert!(with(bad).fault().is_some(), "{bad}");
        }
        let data = std::path::Path::new("/var/lib/tongguan");
        for (url, is_wrong) in [
            ("file:/var/lib/tongguan", true),
            ("file:/var/lib/./tongguan/archive", true),
            ("file:/var/lib/tongguan/../archive", false),
            ("file:/var/lib/tongguan-archive", false),
            ("", false),
        ] {
            assert_eq!(with(url).fault_beside(data).is_some(), is_wrong, "{url}");
        }
        let keyed = ArchiveConfig {
            s3_access_key: "id".to_owned(),
            s3_secret_file: "/file".to_owned(),
            ..with("s3://bucket/folder")
        };
        assert_eq!(keyed.fault(), None);
    }
}
