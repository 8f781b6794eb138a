/**
 * Deliveries: what ended becomes an event, an event becomes a delivery to each endpoint that
 * listens to it, and a delivery is tried until it succeeds or becomes a dead letter. All decisions
 * are made without Kafka, HTTP and the clock.
 */
package io.penstock.broker.webhooks.delivery;
