import os

# Two workers share two cores: more threads each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

if not os.environ.get("BROWSER_TESTS"):  # they need a browser: `make test-browser`
    collect_ignore = ["browser"]

import course_utils  # noqa: F401  (before Keras: it silences TensorFlow's start-up notes)
