/** What batches through the HTTP front take, and what they leave to others. */
package io.penstock.compose.bench.batches;
