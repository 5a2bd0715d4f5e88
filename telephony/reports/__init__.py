"""What is in a report, and how it is drawn, set and written.

Figures in `*_sections`, what is worth a look in `findings`, what the mail is called in `headline`; files in `paper`,
`sheets`, `mail`.
"""
