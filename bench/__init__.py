"""The benchmark: the bot beside its peers, measured side by side in one run."""
