/** Choosing the model that serves a request. */
@NullMarked
package io.penstock.streams.score.model;

import org.jspecify.annotations.NullMarked;
