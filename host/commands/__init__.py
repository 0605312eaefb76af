"""The subcommands of `python -m plumbline.host`: each module has `add_parser(subparsers)`, which sets `run`, a function of the parsed arguments."""
