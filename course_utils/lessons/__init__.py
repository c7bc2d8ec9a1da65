"""From a lesson's one source to its two editions."""
