"""What the course costs, beside what people use today: `make bench`, or `python -m benchmarks [PART ...]`.

A part is a module with `TITLE` and `measure`, which yields its tables one by one. Every figure that counts is a ratio
of two things measured side by side in one run; seconds stand beside it. Nothing here is a test with a time limit.
"""
