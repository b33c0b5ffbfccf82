//! The threads and the memory of a writer.

/// The most threads that a command may be given.
pub const MAX_THREADS: usize = 1_024;
/// The least memory budget of a thread, in bytes.
const MIN_THREAD_MEMORY: usize = 16 << 20;
/// The default memory budget, in bytes.
const DEFAULT_MEMORY: usize = 100 << 20;

/// The resources a writer may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resources {
    /// Number of indexing threads, by default one per core.
    pub threads: usize,
    /// Memory budget for segments under way, in bytes, all threads together; by default 100 MB.
    pub memory: usize,
}

impl Resources {
    /// Creates resources of a number of threads, and a number of bytes for segments under way.
    pub const fn new(threads: usize, memory: usize) -> Resources {
        Resources { threads, memory }
    }

    /// Sets the number of threads.
    pub const fn with_threads(self, threads: usize) -> Resources {
        Resources { threads, ..self }
    }

    /// Sets the memory for segments under way, in bytes.
    pub const fn with_memory(self, memory: usize) -> Resources {
        Resources { memory, ..self }
    }

    /// Returns one thread, with the least memory it can work with.
    pub fn one_thread() -> Resources {
        Resources::new(1, MIN_THREAD_MEMORY)
    }

    /// Returns resources with at least one thread, no more threads than the memory suffices for, and at least the memory
    /// that these need.
    pub(super) fn balanced(self) -> Resources {
        let threads = self.threads.clamp(1, (self.memory / MIN_THREAD_MEMORY).max(1));
        Resources::new(threads, self.memory.max(threads * MIN_THREAD_MEMORY))
    }
}

impl Default for Resources {
    /// Returns one thread per core, and 100 MB.
    fn default() -> Resources {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Resources::new(threads, DEFAULT_MEMORY)
    }
}
