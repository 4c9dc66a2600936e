//! F9 通关: the binary. Reads the command line and the configuration, wires the layers together and
//! starts what is asked for. Nothing here knows a rule or a table.
//!
//! [`cli`] is the command line, one file a verb; [`config`] the settings; [`roles`] what a process
//! runs; [`app`] the wiring of the HTTP side; [`ui`] the pages; [`demo`] the demo's companies;
//! [`databases`] the files and servers behind it, [`gather`] what the modules of all crates bring, [`node`] this process among others, [`health`] whether it can do its work, [`log`] its log,
//! [`files`] who may read its files. The modules stand from high to low: one uses only those after it.

pub mod cli;
pub mod demo;
pub mod app;
pub mod ui;
pub mod roles;
pub mod databases;
pub mod health;
pub mod node;
pub mod files;
pub mod config;
pub mod gather;
mod input;
pub mod log;
