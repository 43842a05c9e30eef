"""Exercises: questions about a graph whose answers are checked, and worksheets to print."""

from .asking import Exercise, exercise
from .worksheets import Worksheet, worksheet

__all__ = ["Exercise", "Worksheet", "exercise", "worksheet"]
