/** Predicting how many tokens a request will generate. */
@NullMarked
package io.penstock.streams.score.output;

import org.jspecify.annotations.NullMarked;
