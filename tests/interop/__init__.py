"""The server and the client with real programs: irssi, WeeChat, netcat, telnet, tmux."""
