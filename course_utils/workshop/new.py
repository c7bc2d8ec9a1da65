"""Begin a lesson, a data set, a widget, a rule or a course: `python -m course_utils new …`."""


class NotNew(ValueError):
    """What cannot be begun; the message says why."""
