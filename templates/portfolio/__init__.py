"""The portfolio workbook: many returned workbooks in one."""
