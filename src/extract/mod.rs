//! Records in, articles out: what a page says, without what stands around it. Pure: no reading, no writing.

mod date;
mod html;
mod labels;
mod markup;
mod names;
mod page;
mod source;
