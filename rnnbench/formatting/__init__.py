"""How names, numbers and tables are written for people, safely."""
