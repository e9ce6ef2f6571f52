"""Tables of scenarios, a row each.

Every row is calculated, or it is told what is wrong with it.
"""
