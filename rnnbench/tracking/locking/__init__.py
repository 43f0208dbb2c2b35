"""Locks that all homes of a store have in common: in its database, or as claims on its server."""
