/** Requests admitted for tenants with budgets. */
@NullMarked
package io.penstock.streams.score.spend;

import org.jspecify.annotations.NullMarked;
