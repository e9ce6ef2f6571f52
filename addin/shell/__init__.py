"""What the commands share: options, paths, the terminal, failures, progress."""
