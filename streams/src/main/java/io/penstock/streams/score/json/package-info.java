/**
 * Reads requests that plain Kafka clients write as JSON, so that no client needs Avro or the
 * registry.
 */
package io.penstock.streams.score.json;
