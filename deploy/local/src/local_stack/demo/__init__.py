"""The demo: plays the main job over HTTP through the gateway, as a stranger would, one line per step."""

from local_stack.demo.main import main

__all__ = ["main"]
