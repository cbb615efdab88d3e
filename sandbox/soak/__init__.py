"""The soak test: several bots on one Redis under mixed traffic, with faults and kills."""
