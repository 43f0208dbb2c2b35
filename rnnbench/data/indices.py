"""The token indices that stand for no word, as in Keras's IMDB.

The word of rank 1 has the index ``INDEX_FROM + 1``.
"""

PAD, START, OOV, INDEX_FROM = 0, 1, 2, 3
