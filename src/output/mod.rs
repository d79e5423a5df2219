//! Outputs → `public/`: staged first, committed together.
