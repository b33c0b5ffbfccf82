//! Records in, articles out: what a page says, without what stands around it. Pure: no reading, no writing.
