/** {@code bench failover}: what a killed process costs. */
package io.penstock.compose.bench.failover;
