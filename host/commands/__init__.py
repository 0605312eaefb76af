"""The subcommands of `python -m host`: each module has `add_parser(subparsers)`, which sets `run`, a function of the parsed arguments."""
