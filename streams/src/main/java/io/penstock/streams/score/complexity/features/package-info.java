/** Features of a prompt, as numbers. */
@NullMarked
package io.penstock.streams.score.complexity.features;

import org.jspecify.annotations.NullMarked;
