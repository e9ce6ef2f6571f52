"""The commands of ft-roi, a file each; none imports another."""
