/** The processes of a run under faults, and what breaks them. */
package io.penstock.compose.bench.faults.fleet;
