"""The page: what it shows (data), its picture and charts, and how it is written.

data.py      one dictionary of everything, from the event log, quarantines and the project
frequency.py how often keys change, from the model that is named for it
picture.py   the pipeline laid out in columns
charts.py    Vega-Lite specifications, and the rows that they draw
scripts.py   the libraries that draw them, from vl-convert, kept in the user's cache
page.py      the dictionary as HTML, by the templates
"""
