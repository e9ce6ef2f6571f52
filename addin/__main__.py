"""`python -m addin`: the command line, where `ft-roi` is not on the path."""

from addin.command_line import main

if __name__ == "__main__":
    main()
