/** Which targets serve: a circuit breaker for each, and what is known of their attempts. */
package io.penstock.streams.dispatch.health;
