"""Texts as words, and words as rows of an embedding."""
