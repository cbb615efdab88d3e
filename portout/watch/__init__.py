"""The watch: port-outs announce themselves in a channel, are kept current there, and nobody forgets them."""
