"""Files of tables, a scenario a row: read, calculated and written as they come."""
