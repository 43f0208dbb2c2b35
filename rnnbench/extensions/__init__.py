"""What a user adds from a module of her own.

It imports errors alone, and every folder may import it.

A module is imported for one of two reasons: a file in a folder of ``--config-dir`` names it with
``_target_``, or an entry point of an installed package does whose name is typed, or stands in such
a file. Nothing that a store, a report or a data set says is ever imported.
"""
