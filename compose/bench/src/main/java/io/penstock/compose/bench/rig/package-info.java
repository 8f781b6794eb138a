/** A Penstock that benchmarks may take apart: its parts in this JVM, or some as child processes. */
package io.penstock.compose.bench.rig;
