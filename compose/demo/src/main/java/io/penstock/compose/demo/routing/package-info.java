/**
 * The demo of {@code penstock demo --routing}: selection, failover and canaries on simulated GPUs.
 */
package io.penstock.compose.demo.routing;
