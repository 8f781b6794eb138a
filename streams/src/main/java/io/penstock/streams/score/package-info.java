/**
 * Scoring: from a request on a priority topic to a scored request in its model's partition, or to a
 * FAILED result and a dead letter. The rules are pure and live in the packages below; this one
 * wires them to Kafka.
 */
@NullMarked
package io.penstock.streams.score;

import org.jspecify.annotations.NullMarked;
