//! F1 报文: the customs message language. Pure: no I/O, no async, no clock, no logging (I10).

/// Direction (进出口方向): whether a message declares goods coming in or going out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Import (进口).
    Import,
    /// Export (出口).
    Export,
}
