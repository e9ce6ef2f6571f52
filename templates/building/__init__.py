"""What every sheet is made with: cells, formulas, styles, rules, charts, months."""
