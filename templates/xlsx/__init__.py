"""The file format: packages written, finished, opened with care and read. Knows no model."""
