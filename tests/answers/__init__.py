"""Right and wrong answers for each exercise, one module a lesson: see `course_utils/workshop/answers.py`."""
