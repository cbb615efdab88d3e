"""The commands `check`, `manifest` and `show`."""
