//! Announcement 179, on both engines.
