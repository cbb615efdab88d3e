"""Stand-ins for Telnyx and Slack as real servers on loopback, for the demo, the tests and the benchmark."""
