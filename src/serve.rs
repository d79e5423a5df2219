//! The local server: watch, rebuild, reload, errors shown in the page.
