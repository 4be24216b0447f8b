"""`python -m pingyi`: the `pingyi` command."""

from pingyi.shell.main import main

main(prog_name="pingyi")
