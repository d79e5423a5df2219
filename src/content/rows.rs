//! Pages from data: a CSV or YAML list under `data/<kind plural>.*` becomes pages of that kind.
