/** Who may serve a request: names, constraints and what a model can do. */
@NullMarked
package io.penstock.streams.score.candidate;

import org.jspecify.annotations.NullMarked;
