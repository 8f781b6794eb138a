/**
 * Benchmarks: what each measures is its class's business; how its report is shaped, printed and
 * written is shared here.
 */
package io.penstock.compose.bench;
