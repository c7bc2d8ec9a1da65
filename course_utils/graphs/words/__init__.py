"""A graph in words: names, settings, lines of code, sums of weights, and sentences made of them."""
