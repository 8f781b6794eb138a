/** {@code bench fairness}: how evenly tenants are served, and what a flood does to a quiet one. */
@NullMarked
package io.penstock.compose.bench.fairness;

import org.jspecify.annotations.NullMarked;
