"""The file format .xlsx; nothing here knows the model.

Packages are written, finished, opened with care and read.
"""
