"""Kazoo: the Crossbar REST API, 146 operations of its SDK and those of real servers beside. Facts and quirks: README.md."""
