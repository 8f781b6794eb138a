/**
 * {@code bench peers}: the same work through Penstock and through what users would pick instead.
 */
package io.penstock.compose.bench.peers;
