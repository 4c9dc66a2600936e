//! A real server that speaks S3.
