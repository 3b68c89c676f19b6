"""Writers: facts and a brief in, a letter out. `claude.py` is the only file that imports its vendor's package."""
