/** Which requests belong to which arm of an experiment, and to which variant of a model. */
@NullMarked
package io.penstock.streams.score.assignment;

import org.jspecify.annotations.NullMarked;
