"""Callflows of Kazoo: the actions of their steps."""
