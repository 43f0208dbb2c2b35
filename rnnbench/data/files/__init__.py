"""Files that are not trusted: how they are opened, decoded and read."""
