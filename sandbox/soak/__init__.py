"""The soak test: several bots on one Redis under mixed traffic and port-outs that they watch, with faults and kills."""
