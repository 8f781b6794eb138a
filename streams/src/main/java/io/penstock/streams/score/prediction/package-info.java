/**
 * What serving a request on a model would cost, how long it would wait and how good it would be.
 */
@NullMarked
package io.penstock.streams.score.prediction;

import org.jspecify.annotations.NullMarked;
