"""The workbooks: sheets, styles, charts, and the finishing pass over the package."""
