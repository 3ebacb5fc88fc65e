/// What processors, the kernel (`turns.h`) and the C library can do and Swift has no word for.
#include "turns.h"
#include <malloc.h>

/// Begins to fetch the cache line at an address, while other work goes on. Any address will do: nothing is read from it, and
/// nothing can go wrong.
static inline void prefetch_line(const void *address) { __builtin_prefetch(address); }

typedef double pair_of_doubles __attribute__((ext_vector_type(2)));

/// The square roots of two numbers that are not negative, correctly rounded, at once.
static inline pair_of_doubles square_roots(pair_of_doubles values) { return __builtin_elementwise_sqrt(values); }

/// Returns memory that the program has freed to the system. Takes milliseconds.
static inline void return_freed_memory(void) { malloc_trim(0); }
