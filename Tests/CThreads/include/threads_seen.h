// Nothing to call: the target's symbols take the place of the C library's.
