"""Workbooks of plain tables, written row by row."""
