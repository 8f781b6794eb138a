/** Load and its measurement: pacing, time stamps of requests, histograms, a plain Kafka chain. */
package io.penstock.compose.bench.load;
