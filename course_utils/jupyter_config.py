"""What a Jupyter server does for the course: `jupyter lab --config=course_utils/jupyter_config.py`."""

import warnings

from course_utils.widgets.view import before_saving

# Jupyter takes the hook that it is about to set for one that is set already.
warnings.filterwarnings("ignore", message="Overriding existing pre_save_hook")
c = get_config()  # type: ignore[name-defined]  # noqa: F821  (Jupyter gives it)
c.ContentsManager.pre_save_hook = before_saving
