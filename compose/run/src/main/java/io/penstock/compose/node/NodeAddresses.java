package io.penstock.compose.node;

/**
 * Where a running node is reached.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param registryUrl the schema registry's base in Confluent's API
 * @param operationsUrl the base of health and metrics
 */
public record NodeAddresses(String bootstrapServers, String registryUrl, String operationsUrl) {}
