"""Pictures of models: `plot_model`, and what `plot_difference` shows of a model and the one it should be."""

from course_utils.graphs.draw.difference import draw_difference
from course_utils.graphs.draw.model import draw_graph, plot_model

__all__ = ["draw_difference", "draw_graph", "plot_model"]
