/** What an instance of the front counts and shows to Prometheus. */
package io.penstock.broker.metrics;
