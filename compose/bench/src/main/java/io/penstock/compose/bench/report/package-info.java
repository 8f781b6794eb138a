/** {@code bench all}: every benchmark in a process of its own, and one page of what they found. */
package io.penstock.compose.bench.report;
