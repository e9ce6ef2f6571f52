"""The surfaces that a person meets: the command line and the worksheet functions in their hosts."""
