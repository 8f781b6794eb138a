/**
 * Predicts from a prompt alone whether a cheap model will do. Linear in n-grams and the prompt's
 * shape; nothing here knows Kafka.
 */
@NullMarked
package io.penstock.streams.score.complexity;

import org.jspecify.annotations.NullMarked;
