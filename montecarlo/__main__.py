"""`python -m montecarlo` is `ticketsum`."""

from .cli import main

if __name__ == "__main__":
    main()
