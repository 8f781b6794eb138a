/**
 * Homes: each id has a partition of results that is its home, and each partition an instance that
 * owns it. Here are the contracts; {@code ownership} has what reads and writes.
 */
package io.penstock.broker.home;
