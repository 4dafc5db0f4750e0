"""Makes `python -m linxuan` the same as `linxuan`."""

from linxuan.cli import main

if __name__ == "__main__":
    main()
