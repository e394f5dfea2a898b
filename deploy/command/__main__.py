"""`python -m deploy.command` is `art28`."""

import sys

from deploy.command.root import main

if __name__ == "__main__":
    sys.exit(main())
