"""Programs: functions recorded once, and then printed, replayed, or run over a batch.

A recording (``trace.py``) is a list of variables; with the gradients it is a program (``program.py``). ``jit.py``
replays it as generated code (``lowering.py`` and ``phrases.py`` say how each step is computed, ``replay.py`` where it
is kept, ``sources.py`` what is read and where gradients go, ``replayed.py`` what the graph sees of it). ``vmap.py``
performs it with a batch axis in front (``batching.py`` says how for each operation, ``placing.py`` for indices,
``lifting.py`` makes neurons matrices). ``to_python`` prints it (the package ``source``).
"""
