"""Ourselves beside our peers: ``python -m benchmarks`` prints the ratios and writes them as Markdown."""
