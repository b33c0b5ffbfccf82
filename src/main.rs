//! The command line `gongxun`.

fn main() {}
