"""The FT_ functions as LAMBDA names, which a workbook carries."""
