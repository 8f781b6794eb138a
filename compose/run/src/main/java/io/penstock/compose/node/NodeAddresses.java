package io.penstock.compose.node;

import java.util.Optional;

/**
 * The addresses of a running node.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param registryUrl the schema registry's base in Confluent's API
 * @param operationsUrl the base of health and metrics
 * @param httpUrl the base of the HTTP front, if it runs here
 */
public record NodeAddresses(
    String bootstrapServers, String registryUrl, String operationsUrl, Optional<String> httpUrl) {}
