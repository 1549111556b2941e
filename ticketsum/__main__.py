"""`python -m ticketsum` is `ticketsum`."""

from montecarlo.cli import main

if __name__ == "__main__":
    main()
