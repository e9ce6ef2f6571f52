"""Workbooks that come back: read, checked against the engine, freed of links."""
