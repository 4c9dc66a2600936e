//! File descriptors (文件描述符): every connection takes one, and the system gives only so many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are kept for everything but connections: databases, queues, files.
const RESERVED: usize = 256;

/// Raises the limit of this process as far as it may; answers the limit, if there is one.
pub fn raise() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files could not be raised");
        }
    }
    getrlimit(Resource::Nofile).current
}

/// How many connections there can be, of those that the settings allow.
pub fn connections(connections_max: usize) -> usize {
    let possible = possible(raise(), connections_max);
    if possible < connections_max {
        tracing::warn!(
            connections_max,
            possible,
            "the limit of open files allows fewer connections than http.connections_max"
        );
    }
    possible
}

/// How many connections a limit of open files allows, of those that are wished for.
pub fn possible(limit: Option<u64>, wished: usize) -> usize {
    let Some(limit) = limit else { return wished };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // With very few, half of them are better than none.
    wished.min(limit.saturating_sub(RESERVED).max(limit / 2))
}

#[cfg(test)]
mod tests {
    use super::{possible, raise};

    #[test]
    fn there_are_not_more_connections_than_descriptors() {
        assert_eq!(possible(None, 4096), 4096);
        assert_eq!(possible(Some(1 << 20), 4096), 4096);
        assert_eq!(possible(Some(1024), 4096), 768);
        assert_eq!(possible(Some(64), 4096), 32);
        let limit = raise();
        let hard = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        assert_eq!(limit, hard);
    }
}
