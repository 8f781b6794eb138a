/** What was seen of a run under faults, and whether the promises were kept. */
package io.penstock.compose.bench.faults.judge;
