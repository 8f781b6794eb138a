/** {@code bench depth}: what a backlog costs. */
package io.penstock.compose.bench.depth;
