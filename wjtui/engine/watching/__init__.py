"""Files that start jobs: folders that are looked at, and spools whose files are messages."""
