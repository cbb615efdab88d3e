"""The running bot: command line, settings, start and stop, HTTP and Socket Mode, health checks."""
