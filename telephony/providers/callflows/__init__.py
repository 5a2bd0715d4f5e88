"""Callflows: what their steps are (`actions`), a document as a tree (`tree`), changes to it (`edits`), its faults (`lint`).

Plain code without a provider's name: each provider that has callflows declares its own actions.
"""
