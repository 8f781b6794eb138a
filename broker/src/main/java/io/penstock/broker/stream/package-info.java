/**
 * How the pieces of an answer become a stream of server-sent events. Rules without HTTP or Kafka.
 */
package io.penstock.broker.stream;
