"""Figures of calls, drawn once for pages, reports and files: a drawing, its sentence, its table, and the calls behind it.

What they are drawn of: services/analytics.py. How: portal/ui. Which a report has, and in what: telephony/reports.
"""
