"""What authors use: lessons built and figures drawn from their sources, checkers audited, a machine looked at."""
