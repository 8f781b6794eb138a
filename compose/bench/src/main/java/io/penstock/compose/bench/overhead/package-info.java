/** {@code bench overhead}: what Penstock adds to a request, beside as many plain Kafka hops. */
package io.penstock.compose.bench.overhead;
