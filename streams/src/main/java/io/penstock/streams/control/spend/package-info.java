/** Spending of tenants and the cost of requests. */
@NullMarked
package io.penstock.streams.control.spend;

import org.jspecify.annotations.NullMarked;
