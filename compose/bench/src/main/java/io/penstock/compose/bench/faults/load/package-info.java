/** Calls a Penstock that breaks, through Kafka and over HTTP, and watches what becomes of it. */
package io.penstock.compose.bench.faults.load;
