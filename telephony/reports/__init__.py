"""What is in a report, and how it is drawn, set and written: figures in `sections_*`, files in `paper`, `sheets`, `mail`."""
