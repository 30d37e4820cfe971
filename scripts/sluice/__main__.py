"""`python -m sluice` is the command, too."""

from sluice.cli import main

if __name__ == "__main__":
    main()
