"""A model as a labelled graph: reading, normal form, difference, drawing."""
