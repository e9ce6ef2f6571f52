"""What a person meets: the command line, and the functions in their hosts."""
