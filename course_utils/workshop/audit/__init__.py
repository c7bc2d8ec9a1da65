"""How good the checkers are: a model taken apart, rewritten in ways that mean the same, and mutated."""
