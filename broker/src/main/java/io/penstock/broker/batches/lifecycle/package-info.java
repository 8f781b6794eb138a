/**
 * The life of a batch: its states, what is kept of it, how fast it is fed and when it will be done.
 * Everything here is a value or a pure function.
 */
package io.penstock.broker.batches.lifecycle;
