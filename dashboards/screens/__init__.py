"""The screens: one module each, with `show(visit)`."""
