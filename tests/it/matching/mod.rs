//! Which units of new snapshots are proposed as known ones, which are namesakes, and how often that is right.

mod measure;
