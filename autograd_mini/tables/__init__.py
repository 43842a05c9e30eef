"""Tables: CSV files as people have them, what their columns mean, and networks that learn from them.

A file is read (``table.py``), its columns are found out (``columns.py``), a network is made for them (``models.py``);
the commands ``train`` and ``predict`` (``commands.py``) put this together, and show the loss (``curves.py``).
"""
