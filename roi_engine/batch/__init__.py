"""Tables of scenarios, a row each: every row is calculated, or told what is wrong with it."""
