/** {@code bench flood}: what a flood of batch requests does to an interactive one. */
package io.penstock.compose.bench.flood;
