"""A Slack workspace on this machine: Web API, Socket Mode, and hands for people. See README.md."""
