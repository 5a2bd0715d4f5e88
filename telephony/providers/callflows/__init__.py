"""Callflows: what their steps are (`actions`), a document as a tree (`tree`), changes to it (`edits`), its faults by
itself (`lint`) and among other objects (`surroundings`), where its steps stand in a drawing (`layout`).

Plain code without a provider's name: each provider that has callflows declares them (`declaration`).
"""
