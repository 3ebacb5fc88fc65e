/// Memory that will soon be read is fetched while other work goes on. Swift has no word for it.

/// Begins to fetch the cache line at an address. Any address will do: nothing is read from it, and nothing can go wrong.
static inline void prefetch_line(const void *address) { __builtin_prefetch(address); }
