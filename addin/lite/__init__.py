"""xlwings Lite: the FT_ functions inside the workbook, as readable Python.

Excel's task pane runs it.
`bundle` writes the functions and the engine as one text, which ends with `text_modules`; `workbook` puts it into a
workbook of ours and lets the cells call it. Experimental: docs/lite.md.
"""
