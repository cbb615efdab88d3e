"""Telnyx's side: what it says of port-outs (events), what its answers mean (protocol), and asking it (client)."""
