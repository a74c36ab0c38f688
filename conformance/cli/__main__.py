"""`python -m conformance.cli` is `pop3spec`."""

from conformance.cli.main import main

if __name__ == "__main__":
    main()
