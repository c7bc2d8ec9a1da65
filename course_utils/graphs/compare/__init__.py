"""What must be changed in one graph to make it the other."""
