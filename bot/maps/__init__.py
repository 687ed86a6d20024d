"""A playbook as a flow chart that can be pinned to the wall."""

from bot.maps.chart import chart
from bot.maps.graphviz import FORMATS, draw

__all__ = ["FORMATS", "chart", "draw"]
