package io.penstock.broker.batches;

import java.time.Duration;

/**
 * The longest completion window.
 *
 * @param length as long as Penstock keeps a request waiting
 */
public record LongestWindow(Duration length) {}
