//! The archive store (归档存储): a folder, or a store that speaks S3.
//!
//! Every request has a longest time and is tried again a few times; what a person is told names the store, never a
//! secret. In a folder a file is on the disk when it is said to be written, and appears under its name only when it is
//! whole. A folder is opened when it is used first, and as often until it is there: a disk that is away stops no start. Who only
//! looks makes no folder. What reads a folder does so on a thread of its own, which is left behind when the disk does not answer:
//! a server of disks that is gone must hold neither a reader nor the stop of the process.

mod folder;
pub(crate) mod words;

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
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::clock::SharedClock;
use tokio::sync::{Semaphore, oneshot};

/// Bytes of one piece of a file on its way to the store.
const PIECE_BYTES: usize = 8 << 20;

/// Pieces of a file on their way at the same time.
const PIECES: usize = 2;

/// Accesses to a folder on their way at the same time; so many threads are left behind at most by a disk that does not answer.
const ACCESSES: usize = 32;

/// The largest file that is read at once, in bytes: a manifest names a few files for each gibibyte.
pub(crate) const SMALL_BYTES_MAX: u64 = 64 << 20;

/// What is written to see whether anything can be.
pub(crate) const TRIAL: &[u8] = b"tongguan\n";

/// The name of the file in which it is written.
const TRIAL_NAME: &str = "tongguan-trial";

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
    Folder(FolderPlace),
    Bucket(Arc<dyn ObjectStore>),
}

/// A folder with archives.
#[derive(Clone)]
struct FolderPlace {
    path: PathBuf,
    open: Arc<OnceLock<Arc<dyn ObjectStore>>>,
    accesses: Arc<Semaphore>,
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
        let mut longest = request.saturating_mul(config.retries_max.saturating_add(1));
        let (place, folder) = if let Some(folder) = url.strip_prefix("file:") {
            // An access to a folder is not repeated.
            longest = request;
            let place = FolderPlace {
                path: PathBuf::from(folder),
                open: Arc::default(),
                accesses: Arc::new(Semaphore::new(ACCESSES)),
            };
            (StorePlace::Folder(place), Path::default())
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

    /// Work on the files of a folder, on a thread that is left behind when it takes too long.
    async fn on_folder<T: Send + 'static>(
        &self,
        place: &FolderPlace,
        work: impl FnOnce(&std::path::Path) -> ArchiveResult<T> + Send + 'static,
    ) -> ArchiveResult<T> {
        let (accesses, path) = (Arc::clone(&place.accesses), place.path.clone());
        self.in_time(async move {
            let fault = |why: String| ArchiveError::Store(store::Error::Fault(why));
            let access = accesses.acquire_owned().await;
            let access = access.map_err(|error| fault(error.to_string()))?;
            let (done, answer) = oneshot::channel();
            let thread = std::thread::Builder::new().name("archive-folder".to_owned());
            let started = thread.spawn(move || {
                let _access = access;
                // Nobody waits any more when it took too long.
                drop(done.send(work(&path)));
            });
            started.map_err(|error| fault(error.to_string()))?;
            let answered = answer.await;
            answered.map_err(|error| fault(error.to_string()))?
        })
        .await
    }

    /// The store itself, to write to; a folder that is not there is made.
    async fn opened(&self) -> ArchiveResult<Arc<dyn ObjectStore>> {
        let place = match &self.place {
            StorePlace::Bucket(store) => return Ok(Arc::clone(store)),
            StorePlace::Folder(place) => place,
        };
        if let Some(store) = place.open.get() {
            return Ok(Arc::clone(store));
        }
        let opening = self.on_folder(place, folder_at);
        let store = opening.await?;
        Ok(Arc::clone(place.open.get_or_init(|| store)))
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
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when it is larger than `n_max` bytes: its size is asked before it is read.
    pub(crate) async fn get(&self, name: &str, n_max: u64) -> ArchiveResult<Option<Bytes>> {
        let Some(n_bytes) = self.size(name).await? else {
            return Ok(None);
        };
        let too_large = || ArchiveError::Broken(format!("文件 {name} 过大（{n_bytes} 字节）"));
        if n_bytes > n_max {
            return Err(too_large());
        }
        let path = self.at(name);
        let got = match &self.place {
            StorePlace::Folder(place) => {
                let read = move |root: &std::path::Path| {
                    let found = folder::whole(&root.join(path.as_ref()), n_max)?;
                    Ok(found.map(Bytes::from))
                };
                self.on_folder(place, read).await?
            }
            StorePlace::Bucket(store) => {
                let got = self.within(async {
                    match store.get(&path).await {
                        Ok(found) if found.meta.size > n_max => Ok(Some(Bytes::new())),
                        Ok(found) => found.bytes().await.map(Some),
                        Err(object_store::Error::NotFound { .. }) => Ok(None),
                        Err(error) => Err(error),
                    }
                });
                got.await?
            }
        };
        Ok(got)
    }

    /// A part of a file.
    pub(crate) async fn piece(&self, name: &str, from: u64, n_bytes: u64) -> ArchiveResult<Bytes> {
        let path = self.at(name);
        match &self.place {
            StorePlace::Folder(place) => {
                let read = move |root: &std::path::Path| {
                    let found = folder::piece(&root.join(path.as_ref()), from, n_bytes)?;
                    Ok(Bytes::from(found))
                };
                self.on_folder(place, read).await
            }
            StorePlace::Bucket(store) => {
                let range = from..from.saturating_add(n_bytes);
                self.within(store.get_range(&path, range)).await
            }
        }
    }

    /// The size of a file; none when it is not there.
    pub(crate) async fn size(&self, name: &str) -> ArchiveResult<Option<u64>> {
        let path = self.at(name);
        let store = match &self.place {
            StorePlace::Folder(place) => {
                let ask = move |root: &std::path::Path| folder::size(&root.join(path.as_ref()));
                return self.on_folder(place, ask).await;
            }
            StorePlace::Bucket(store) => store,
        };
        let asked = self.within(async {
            match store.head(&path).await {
                Ok(about) => Ok(Some(about.size)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        asked.await
    }

    /// Writes a small file: whether the store takes anything. In a folder it has a name of its own and is removed again; one that
    /// is not there yet is left to the first archive, which makes it. In a bucket it is the same object each time and stays:
    /// the key needs no right to remove anything there, and a bucket that keeps versions has no name for each look.
    pub(crate) async fn try_out(&self, number: i64) -> ArchiveResult<()> {
        if let StorePlace::Folder(place) = &self.place {
            let file = self.at(&format!("{TRIAL_NAME}-{number}"));
            let tried = move |root: &std::path::Path| folder::try_out(root, file.as_ref());
            return self.on_folder(place, tried).await;
        }
        self.put(TRIAL_NAME, TRIAL.to_vec()).await
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
        if let StorePlace::Folder(place) = &self.place {
            // Files that did not get their names yet are in no list of the store.
            let name = name.to_owned();
            let remove = move |root: &std::path::Path| folder::remove(&root.join(name));
            return self.on_folder(place, remove).await;
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

fn folder_at(folder: &std::path::Path) -> ArchiveResult<Arc<dyn ObjectStore>> {
    std::fs::create_dir_all(folder).map_err(|error| folder::away(folder, &error))?;
    let store = LocalFileSystem::new_with_prefix(folder);
    let store = store.map_err(|error| {
        let (folder, why) = (folder.display(), with_causes(&error));
        ArchiveError::Unavailable(format!(
            "归档目录 {folder} 不可用：{}",
            words::chinese(&why)
        ))
    })?;
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
    let secret = std::fs::read_to_string(file).map_err(|error| {
        format!(
            "archive.s3_secret_file {file} 无法读取：{}",
            words::of_io(&error)
        )
    })?;
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
    let store = built.map_err(|error| format!("归档桶 {bucket} 的设置有误（{error}）"))?;
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
        true => ArchiveError::Broken(format!("文件比清单所记的短（{why}）")),
        false => ArchiveError::Unavailable(words::chinese(&why)),
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
