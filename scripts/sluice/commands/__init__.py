"""The commands, a file each; none calls another."""
