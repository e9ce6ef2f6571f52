"""The FT_ worksheet functions: what they are and what they give, for any host.

`catalogue` declares what a function is, the family modules declare the functions, `block` reads a scenario
from a range, `call` turns cell values into arguments and results into cell values.
"""
