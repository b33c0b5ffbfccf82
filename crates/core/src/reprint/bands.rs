//! Candidate generation by locality-sensitive hashing: the pairs of fingerprints worth comparing.
//!
//! A band is three lanes of a sketch. Two texts that share half of their shingles agree in at least one of forty bands
//! 995 times in a thousand; two texts without anything in common, 3 times in a million. So the new fingerprints are put
//! into hash tables by band, a chunk of them and a few bands at a time, and all others are looked up there: memory is
//! bounded by the chunk, whatever the size of the index, and nothing needs to spill to disk.

use std::ops::Range;

use super::fingerprint::{LANES, Packed};
use super::same::NEAR_DAYS;

/// The number of lanes of a band.
const ROWS: usize = 3;
/// The number of bands of a sketch.
const BANDS: usize = LANES / ROWS;
/// The number of new fingerprints in the tables at a time. A band of them takes 2.6 MB.
const CHUNK: u32 = 1 << 16;
/// The number of bands processed at a time: their tables take 21 MB, where those of all bands would take 105. All
/// fingerprints are read once per group of bands.
const BANDS_AT_A_TIME: usize = 8;
/// The number of fingerprints looked up band by band: enough that a table stays in the processor's cache meanwhile, and
/// their keys take 1 MB.
const BLOCK: u32 = 1 << 15;
/// The most candidates for one band of one fingerprint. A page that resembles thousands of others is joined to them
/// through these.
const MAX_BUCKET: usize = 256;

/// Calls `visit` for pairs of fingerprints that share a band and either have the same title or appeared within days of
/// each other; the first is from `new`, the second is any before it. A pair may be visited several times. Fingerprints
/// for which `skip` holds are left out.
pub fn candidates(packed: &[u8], new: Range<u32>, skip: &dyn Fn(u32) -> bool, visit: &mut dyn FnMut(u32, u32)) {
    let chunks = new.clone().step_by(CHUNK as usize).map(|from| from..new.end.min(from.saturating_add(CHUNK)));
    let groups = || (0..BANDS).step_by(BANDS_AT_A_TIME).map(|band| band..BANDS.min(band + BANDS_AT_A_TIME));
    for (chunk, bands) in chunks.flat_map(|chunk| groups().map(move |bands| (chunk.clone(), bands))) {
        let tables = Tables::new(packed, chunk.clone(), bands.clone(), skip);
        let mut block = 0;
        while block < chunk.end {
            let end = chunk.end.min(block + BLOCK);
            let looked_up = Block::new(packed, block..end, bands.clone(), skip);
            for band in 0..bands.len() {
                for (at, number) in looked_up.numbers.iter().enumerate() {
                    // A pair within the chunk is met from both sides and visited from the later one.
                    tables.look_up(&looked_up, at, band, &mut |other| {
                        if other > *number || *number < chunk.start {
                            visit(*number, other);
                        }
                    });
                }
            }
            block = end;
        }
    }
}

/// The hash tables of a chunk, two for each band of a group.
struct Tables {
    start: u32,
    dated: Vec<Table>,
    titled: Vec<Table>,
}

impl Tables {
    fn new(packed: &[u8], chunk: Range<u32>, bands: Range<usize>, skip: &dyn Fn(u32) -> bool) -> Tables {
        let fingerprints: Vec<(u32, Packed<'_>)> =
            chunk.clone().filter(|n| !skip(*n)).map(|n| (n - chunk.start, Packed::at(packed, n))).collect();
        let dated = bands.clone().map(|band| {
            let dated = fingerprints.iter().filter_map(|(at, f)| Some(entry(key(f, band), day(f)?, *at)));
            Table::new(dated.collect())
        });
        let titled = bands.map(|band| {
            let with_title = fingerprints.iter().filter(|(_, f)| f.title() != 0);
            Table::new(with_title.map(|(at, f)| entry(titled(key(f, band), f.title()), 0, *at)).collect())
        });
        Tables { start: chunk.start, dated: dated.collect(), titled: titled.collect() }
    }

    #[inline]
    fn look_up(&self, block: &Block, at: usize, band: usize, visit: &mut dyn FnMut(u32)) {
        let mut each = |entry: &u64| visit(self.start + (entry & 0xFFFF) as u32);
        let key = block.keys[band * block.numbers.len() + at];
        if let Some(day) = block.days[at]
            && let Some(bucket) = self.dated[band].bucket(key)
        {
            let before = |days: u32| bucket.partition_point(|e| *e < entry(key, day.saturating_sub(days as u16), 0));
            let after =
                |days: u32| bucket.partition_point(|e| *e <= entry(key, day.saturating_add(days as u16), 0xFFFF));
            bucket[before(NEAR_DAYS)..after(NEAR_DAYS)].iter().take(MAX_BUCKET).for_each(&mut each);
        }
        if block.titles[at] != 0
            && let Some(bucket) = self.titled[band].bucket(titled(key, block.titles[at]))
        {
            bucket.iter().take(MAX_BUCKET).for_each(&mut each);
        }
    }
}

/// A block of fingerprints to be looked up, with their keys by band.
struct Block {
    numbers: Vec<u32>,
    days: Vec<Option<u16>>,
    titles: Vec<u32>,
    keys: Vec<u32>,
}

impl Block {
    fn new(packed: &[u8], range: Range<u32>, bands: Range<usize>, skip: &dyn Fn(u32) -> bool) -> Block {
        let numbers: Vec<u32> = range.filter(|number| !skip(*number)).collect();
        let fingerprints = || numbers.iter().map(|number| Packed::at(packed, *number));
        let mut keys = vec![0; numbers.len() * bands.len()];
        for (at, fingerprint) in fingerprints().enumerate() {
            for band in bands.clone() {
                keys[(band - bands.start) * numbers.len() + at] = key(&fingerprint, band);
            }
        }
        let days = fingerprints().map(|fingerprint| day(&fingerprint)).collect();
        let titles = fingerprints().map(|fingerprint| fingerprint.title()).collect();
        Block { days, titles, keys, numbers }
    }
}

/// Packs a table entry of a fingerprint: the key, the day, the place in the chunk.
#[inline]
fn entry(key: u32, day: u16, at: u32) -> u64 {
    u64::from(key) << 32 | u64::from(day) << 16 | u64::from(at)
}

/// Hashes the three lanes of a band to a number spread over all bits (Fibonacci hashing: no two bands get the same
/// key), so that a table's directory by the high bits is even.
#[inline]
fn key(fingerprint: &Packed<'_>, band: usize) -> u32 {
    let at = band * ROWS;
    let sketch = fingerprint.sketch();
    let lanes = u32::from(sketch[at]) << 16 | u32::from(sketch[at + 1]) << 8 | u32::from(sketch[at + 2]);
    lanes.wrapping_mul(0x9E37_79B1)
}

/// Combines the key of a band with the title.
#[inline]
fn titled(key: u32, title: u32) -> u32 {
    (key ^ title).wrapping_mul(0x85EB_CA6B)
}

/// Returns the day as stored in a table, in days since 1900. Earlier and later days are clamped; the exact days are
/// compared afterwards.
#[inline]
fn day(fingerprint: &Packed<'_>) -> Option<u16> {
    const FROM_1900: i32 = 25_567;
    fingerprint.day().map(|day| day.saturating_add(FROM_1900).clamp(0, i32::from(u16::MAX)) as u16)
}

/// Sorted entries with a directory by the high bits of the key, and a bitmap of the keys present, by which one test
/// rules out most absent keys.
struct Table {
    entries: Vec<u64>,
    starts: Vec<u32>,
    shift: u32,
    there: Vec<u64>,
    there_shift: u32,
}

impl Table {
    fn new(mut entries: Vec<u64>) -> Table {
        entries.sort_unstable();
        let bits = (usize::BITS - entries.len().leading_zeros()).clamp(1, 20);
        let (shift, there_shift) = (64 - bits, 32 - (bits + 4).max(6));
        let mut starts = vec![0u32; (1 << bits) + 1];
        let mut there = vec![0; 1 << (32 - there_shift - 6)];
        for entry in &entries {
            starts[(entry >> shift) as usize + 1] += 1;
            let bit = (entry >> 32) as u32 >> there_shift;
            there[bit as usize / 64] |= 1 << (bit % 64);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Table { entries, starts, shift, there, there_shift }
    }

    /// Returns the entries of a key, sorted by day.
    #[inline]
    fn bucket(&self, key: u32) -> Option<&[u64]> {
        let bit = key >> self.there_shift;
        if self.there[bit as usize / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        let slot = ((u64::from(key) << 32) >> self.shift) as usize;
        let slot = &self.entries[self.starts[slot] as usize..self.starts[slot + 1] as usize];
        let from = slot.iter().position(|entry| (entry >> 32) as u32 == key)?;
        let length = slot[from..].partition_point(|entry| (entry >> 32) as u32 == key);
        Some(&slot[from..from + length])
    }
}
