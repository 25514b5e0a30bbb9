"""Muster: the working system of a member-run organisation that grows by building branches."""

__version__ = "0.1.0"
