//! F9 通关: the binary. Reads the command line and the configuration, wires the floors together and
//! starts what is asked for. Nothing here knows a rule or a table.
//!
//! [`cli`] is the command line, one file a verb; [`config`] the settings; [`roles`] what a process
//! runs; [`app`] the wiring of the HTTP side; [`ui`] the pages; [`demo`] the demo's companies;
//! [`node`] this process among others, [`health`] whether it can do its work, [`log`] its log,
//! [`files`] who may read its files.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod files;
pub mod health;
pub mod log;
pub mod node;
pub mod roles;
pub mod ui;
