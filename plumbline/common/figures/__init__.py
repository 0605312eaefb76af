"""Figures as data, how each thing in them looks, and their SVG: the report's and the lesson's."""
