"""The namespaces of the file format, in braces as lxml writes a tag.

ECMA-376 Part 1, annex A, and Part 2.
"""

from __future__ import annotations

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_SPREADSHEET = "http://purl.oclc.org/ooxml/spreadsheetml/main"
"""That of a workbook saved as Strict Open XML."""
DOCUMENT_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""The attributes that name a relationship, and the start of the kinds of relationships."""
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
"""The same in a workbook saved as Strict Open XML."""
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PACKAGE_RELATIONSHIPS = f"{PACKAGE}/relationships"

MAIN = f"{{{SPREADSHEET}}}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
RELATIONSHIP_ID = f"{{{DOCUMENT_RELATIONSHIPS}}}id"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
