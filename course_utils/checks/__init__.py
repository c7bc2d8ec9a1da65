"""Exercises, the criteria that judge them, and how a result shows."""
