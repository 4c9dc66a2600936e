//! The archive store (归档存储): a folder, or a store that speaks S3.
//!
//! Every request has a longest time and is tried again a few times; what a person is told names the store, never a
//! secret. In a folder a file is on the disk when it is said to be written, and appears under its name only when it is
//! whole. A folder is opened when it is used first, and as often until it is there: a disk that is away stops no start.

use crate::config::ArchiveConfig;
use crate::error::{ArchiveError, ArchiveResult};
use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig,
    WriteMultipart,
};
use std::future::Future;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::clock::SharedClock;

/// Bytes of one piece of a file on its way to the store.
const PIECE_BYTES: usize = 8 << 20;

/// Pieces of a file on their way at the same time.
const PIECES: usize = 2;

/// Longest time to connect to the store.
const CONNECT: Duration = Duration::from_secs(5);

/// The archive store (归档存储).
#[derive(Clone)]
pub(crate) struct ArchiveStore {
    place: StorePlace,
    folder: Path,
    clock: SharedClock,
    /// Longest time of a request with all its repetitions.
    longest: Duration,
}

/// Where the archive store is.
#[derive(Clone)]
enum StorePlace {
    /// A folder, and the store in it once it could be opened.
    Folder(PathBuf, Arc<OnceLock<Arc<dyn ObjectStore>>>),
    Bucket(Arc<dyn ObjectStore>),
}

impl ArchiveStore {
    /// The store of the settings; none when there is none.
    ///
    /// # Errors
    /// What is wrong with the settings, in Chinese.
    pub(crate) fn open(
        config: &ArchiveConfig,
        clock: &SharedClock,
    ) -> Result<Option<Self>, String> {
        if let Some(fault) = config.fault() {
            return Err(fault);
        }
        let url = config.url.trim();
        let request = Duration::from_millis(config.request_ms_max);
        let longest = request.saturating_mul(config.retries_max.saturating_add(1));
        let (place, folder) = if let Some(folder) = url.strip_prefix("file:") {
            (
                StorePlace::Folder(PathBuf::from(folder), Arc::default()),
                Path::default(),
            )
        } else if let Some(place) = url.strip_prefix("s3:") {
            let (bucket, folder) = bucket_at(place.trim_start_matches('/'), config, request)?;
            (StorePlace::Bucket(bucket), folder)
        } else {
            return Ok(None);
        };
        Ok(Some(Self {
            place,
            folder,
            clock: Arc::clone(clock),
            longest,
        }))
    }

    fn at(&self, name: &str) -> Path {
        name.split('/')
            .fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// A request with its longest time.
    async fn within<T>(
        &self,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> ArchiveResult<T> {
        self.in_time(async { request.await.map_err(failure) }).await
    }

    async fn in_time<T>(&self, work: impl Future<Output = ArchiveResult<T>>) -> ArchiveResult<T> {
        tokio::select! {
            done = work => done,
            () = self.clock.sleep(self.longest) => Err(ArchiveError::Unavailable(format!(
                "{} 秒内没有应答",
                self.longest.as_secs()
            ))),
        }
    }

    /// The store itself; a folder that is not there is looked for again.
    async fn opened(&self) -> ArchiveResult<Arc<dyn ObjectStore>> {
        let (path, open) = match &self.place {
            StorePlace::Bucket(store) => return Ok(Arc::clone(store)),
            StorePlace::Folder(path, open) => (path.clone(), open),
        };
        if let Some(store) = open.get() {
            return Ok(Arc::clone(store));
        }
        // A disk of another machine may not answer at all.
        let opening = blocking(move || folder_at(&path).map_err(ArchiveError::Unavailable));
        let store = self.in_time(opening).await?;
        Ok(Arc::clone(open.get_or_init(|| store)))
    }

    /// Writes a small file at once.
    pub(crate) async fn put(&self, name: &str, bytes: Vec<u8>) -> ArchiveResult<()> {
        let (path, payload) = (self.at(name), PutPayload::from(bytes));
        let store = self.opened().await?;
        self.within(store.put(&path, payload)).await.map(|_| ())
    }

    /// Begins a file that is written piece by piece.
    pub(crate) async fn begin(&self, name: &str) -> ArchiveResult<ArchiveFile> {
        let (path, store) = (self.at(name), self.opened().await?);
        let upload = self.within(store.put_multipart(&path)).await?;
        Ok(ArchiveFile {
            store: self.clone(),
            upload: WriteMultipart::new_with_chunk_size(upload, PIECE_BYTES),
        })
    }

    /// A small file; none when it is not there.
    pub(crate) async fn get(&self, name: &str) -> ArchiveResult<Option<Bytes>> {
        let (path, store) = (self.at(name), self.opened().await?);
        let got = self.within(async {
            match store.get(&path).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        got.await
    }

    /// A part of a file.
    pub(crate) async fn piece(&self, name: &str, from: u64, n_bytes: u64) -> ArchiveResult<Bytes> {
        let (path, store) = (self.at(name), self.opened().await?);
        let range = from..from.saturating_add(n_bytes);
        self.within(store.get_range(&path, range)).await
    }

    /// The size of a file; none when it is not there.
    pub(crate) async fn size(&self, name: &str) -> ArchiveResult<Option<u64>> {
        let (path, store) = (self.at(name), self.opened().await?);
        let asked = self.within(async {
            match store.head(&path).await {
                Ok(about) => Ok(Some(about.size)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        asked.await
    }

    /// The names of the folders in a folder; none where it is not there.
    pub(crate) async fn folders(&self, name: &str) -> ArchiveResult<Vec<String>> {
        let (path, store) = (self.at(name), self.opened().await?);
        let listed = self.within(store.list_with_delimiter(Some(&path))).await?;
        let names = listed.common_prefixes.iter().filter_map(Path::filename);
        Ok(names.map(str::to_owned).collect())
    }

    /// Removes a folder with what was half written into it. What cannot be removed only takes room, and is in the log.
    pub(crate) async fn remove_folder(&self, name: &str) {
        if let Err(error) = self.try_remove(name).await {
            tracing::warn!(folder = name, %error, "what was half written could not be removed");
        }
    }

    async fn try_remove(&self, name: &str) -> ArchiveResult<()> {
        if let StorePlace::Folder(root, _) = &self.place {
            // Files that did not get their names yet are in no list of the store.
            let folder = root.join(name);
            let removing = blocking(move || match std::fs::remove_dir_all(folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(ArchiveError::Unavailable(error.to_string()))
                }
                Ok(()) | Err(_) => Ok(()),
            });
            return self.in_time(removing).await;
        }
        let (path, store) = (self.at(name), self.opened().await?);
        let listed = self.within(store.list_with_delimiter(Some(&path))).await?;
        for object in listed.objects {
            self.within(store.delete(&object.location)).await?;
        }
        Ok(())
    }
}

/// A file on its way to the archive store.
pub(crate) struct ArchiveFile {
    store: ArchiveStore,
    upload: WriteMultipart,
}

impl ArchiveFile {
    /// Writes on.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> ArchiveResult<()> {
        let store = self.store.clone();
        store.within(self.upload.wait_for_capacity(PIECES)).await?;
        self.upload.put(bytes);
        Ok(())
    }

    /// Ends it: it stands under its name from now on.
    pub(crate) async fn finish(self) -> ArchiveResult<()> {
        self.store.within(self.upload.finish()).await.map(|_| ())
    }
}

/// Does work that takes the processor or a disk for long on a thread for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> ArchiveResult<T> + Send + 'static,
) -> ArchiveResult<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| store::Error::Fault(error.to_string()))?
}

fn folder_at(folder: &std::path::Path) -> Result<Arc<dyn ObjectStore>, String> {
    let why =
        |error: &dyn std::fmt::Display| format!("归档目录 {} 不可用：{error}", folder.display());
    std::fs::create_dir_all(folder).map_err(|error| why(&error))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| why(&error))?;
    Ok(Arc::new(store.with_fsync(true)))
}

fn bucket_at(
    place: &str,
    config: &ArchiveConfig,
    request: Duration,
) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    // The client takes the process's own provider of TLS; where none was chosen yet, it is ours.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
    let file = &config.s3_secret_file;
    let secret = std::fs::read_to_string(file)
        .map_err(|error| format!("archive.s3_secret_file {file} 无法读取：{error}"))?;
    let options = ClientOptions::new()
        .with_timeout(request)
        .with_connect_timeout(CONNECT)
        .with_allow_http(config.s3_endpoint.starts_with("http://"));
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: usize::try_from(config.retries_max).unwrap_or(0),
        retry_timeout: request.saturating_mul(config.retries_max.saturating_add(1)),
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.s3_region)
        .with_access_key_id(&config.s3_access_key)
        .with_secret_access_key(secret.trim())
        .with_client_options(options)
        .with_retry(retry);
    if !config.s3_endpoint.is_empty() {
        builder = builder.with_endpoint(config.s3_endpoint.trim_end_matches('/'));
    }
    let built = builder.build();
    let store = built.map_err(|error| format!("归档桶 {bucket} 的设置有误：{error}"))?;
    Ok((Arc::new(store), Path::from(folder)))
}

/// A failure of the store, in words; a file that is not there is broken where one is expected.
fn failure(error: object_store::Error) -> ArchiveError {
    if let object_store::Error::NotFound { path, .. } = &error {
        return ArchiveError::Broken(format!("文件 {path} 不在归档存储中"));
    }
    let why = with_causes(&error);
    // A part that was asked for and is not there: the file is shorter than it was.
    match is_range(&error) {
        true => ArchiveError::Broken(format!("文件比清单所记的短：{why}")),
        false => ArchiveError::Unavailable(why),
    }
}

/// Whether a file has no such part.
fn is_range(error: &object_store::Error) -> bool {
    let text = with_causes(error);
    [
        "Requested range",
        "InvalidRange",
        "Range Not Satisfiable",
        "Out of range",
    ]
    .iter()
    .any(|word| text.contains(word))
}

fn with_causes(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}
