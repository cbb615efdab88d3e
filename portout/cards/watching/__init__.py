"""The messages of the watch, in which port-outs announce themselves."""
