//! Limits of inputs (LIM-1 to LIM-9).

/// No value is read that is nested more deeply, whatever the limits are (LIM-2).
pub const DEEPEST: usize = 200;

/// Limits of one input; they change no verdict (LIM-9). Sizes are bytes, the rest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the input (LIM-1).
    pub size: usize,
    /// Nesting of any input but a bundle or a proof (LIM-2).
    pub depth: usize,
    /// Nesting of a bundle or a proof (LIM-2).
    pub bundle_depth: usize,
    /// Values; member names are not counted (LIM-3).
    pub nodes: usize,
    /// Bytes of one string or member name (LIM-4).
    pub string: usize,
    /// Events of a bundle (LIM-5).
    pub events: usize,
    /// Elements of `source_aliases` of a bundle (LIM-4).
    pub aliases: usize,
}

impl Limits {
    /// The limits of a state or a report (LIM-7).
    #[must_use]
    pub fn of_states(self) -> Self {
        Self {
            size: self.size.saturating_mul(64),
            nodes: self.nodes.saturating_mul(64),
            depth: DEEPEST,
            ..self
        }
    }

    /// The limits of a bundle or a proof as those of any input.
    #[must_use]
    pub fn of_bundles(self) -> Self {
        Self { depth: self.bundle_depth, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 4 * 1024 * 1024,
            depth: 32,
            bundle_depth: 64,
            nodes: 200_000,
            string: 1024 * 1024,
            events: 5_000,
            aliases: 1_000,
        }
    }
}
