/**
 * Faults under load with real processes. {@code plan} says which come when, {@code judge} whether
 * the promises were kept, both as functions; {@code fleet} has the processes and breaks them,
 * {@code load} calls them and watches.
 */
package io.penstock.compose.bench.faults;
