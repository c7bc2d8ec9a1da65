"""The rules of equivalence, a module a kind."""
