"""What a user adds from a module of her own.

It imports errors alone, and every folder may import it.

A module is imported for one reason only: a file in a folder of ``--config-dir`` names it with
``_target_``. Nothing that a store, a report, a data set or a command line says is ever imported.
"""
