"""The benchmark suite behind `manage.py bench`: each module measures one row of the table, as a ratio within one run."""
