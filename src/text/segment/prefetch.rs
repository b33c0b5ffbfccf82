//! Asking the processor for memory before it is read: the one place in the segmenter where `unsafe` is worth its price.
//!
//! The dictionary is larger than the processor's near caches, and what a text needs of it is scattered. With prefetching
//! segmentation is a quarter faster; without it, nothing else changes.

/// Asks for the element at `at`. Any place may be asked for, also one outside of the slice.
#[inline(always)]
pub(super) fn prefetch(slice: &[u64], at: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[expect(unsafe_code, reason = "the standard library has no safe prefetch")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = slice.as_ptr().wrapping_add(at).cast::<i8>();
        // SAFETY: the instruction belongs to SSE, which every x86-64 processor has. It is a hint: it reads nothing into
        // the program, writes nothing and never faults, whatever the address; `wrapping_add` makes one without a claim
        // that anything is there.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (slice, at);
}
