"""How names, numbers and tables are written for people, safely.

Everything that writes for people may import it; it knows no runs and no configuration.
"""
