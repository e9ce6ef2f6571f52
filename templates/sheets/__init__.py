"""The sheets of the workbook, a file each."""
