"""The commands of `plumbline`: each module holds one, named `command`, and is imported when it is typed."""
