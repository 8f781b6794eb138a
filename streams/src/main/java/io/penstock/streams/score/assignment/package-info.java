/** Assignment of requests to arms of experiments and to variants of models. */
@NullMarked
package io.penstock.streams.score.assignment;

import org.jspecify.annotations.NullMarked;
