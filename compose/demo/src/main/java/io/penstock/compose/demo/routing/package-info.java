/** What {@code penstock demo --routing} shows: selection, failover, canaries, on simulated GPUs. */
package io.penstock.compose.demo.routing;
