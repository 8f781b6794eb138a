/** {@code bench front}: what the HTTP front adds to a call, and what a killed instance costs. */
package io.penstock.compose.bench.front;
