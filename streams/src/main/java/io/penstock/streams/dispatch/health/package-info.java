/** Health of targets: a circuit breaker for each, fed by the outcomes of attempts. */
package io.penstock.streams.dispatch.health;
