/** {@code bench scaling}: how much more slow work more workers do. */
package io.penstock.compose.bench.scaling;
