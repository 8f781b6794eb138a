/** Request traces: recorded ones from files, and made-up ones from a seed. */
@NullMarked
package io.penstock.compose.bench.trace;

import org.jspecify.annotations.NullMarked;
