/** Candidates for a request: names, constraints and the capabilities of models. */
@NullMarked
package io.penstock.streams.score.candidate;

import org.jspecify.annotations.NullMarked;
