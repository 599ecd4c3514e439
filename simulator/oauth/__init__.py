"""How integrations come into accounts: codes, tokens, the install hook and the uninstall hook."""
