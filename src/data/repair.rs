//! What authors get wrong in YAML and no parser accepts, put right line by line.
