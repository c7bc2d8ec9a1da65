"""What in a notebook can be touched: a module a widget, each with a fallback of the same content that stands still."""
